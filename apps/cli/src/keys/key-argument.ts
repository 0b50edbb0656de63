import { hex, type KeyLedger } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';

/** Shorter ones would meet another key too easily. */
const PREFIX = /^[0-9a-f]{4,64}$/;

/** The beginning of a Noise key that somebody typed. @throws UsageError */
export function readKeyPrefix(text: string, command: string): string {
  const prefix = text.toLowerCase().replace(/…$/, '');
  if (PREFIX.test(prefix)) return prefix;
  throw new UsageError(
    '--key wants the first 4 or more hex digits of a key in `paykit keys status`.',
    command,
  );
}

/** The one key of a ledger that begins so. @throws CommandFailed for none, or several. */
export function keyWithPrefix(
  ledger: KeyLedger | undefined,
  prefix: string,
): { readonly noiseKey: Uint8Array } {
  const found = (ledger?.keys ?? []).filter(({ noiseKey }) => hex.encode(noiseKey).startsWith(prefix));
  const [only] = found;
  if (only !== undefined && found.length === 1) return { noiseKey: only.noiseKey };
  const how = found.length === 0 ? 'None of the keys of this device begins' : 'Several keys begin';
  throw new CommandFailed(`${how} with ${prefix}. \`paykit keys status\` shows them.`);
}
