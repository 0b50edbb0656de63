import { hex, type KeyLedger } from 'pubky-paykit';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { withGivenHome } from '../home/next-command.ts';

/** How the beginning of a key is asked for. */
export interface KeyPrefixRule {
  readonly option: string;
  /** Inclusive. */
  readonly minimumDigits: number;
  /** The command that shows such keys. */
  readonly shownBy: string;
}

/** A key of one's own: shorter beginnings would meet another one too easily. */
export const OWN_KEY: KeyPrefixRule = { option: '--key', minimumDigits: 4, shownBy: 'keys status' };

/** A key of a peer: whoever is in between may have tried keys until one began like the right one. */
export const PEER_KEY: KeyPrefixRule = { option: '--accept', minimumDigits: 16, shownBy: 'keys peers' };

const HEX = /^[0-9a-f]{1,64}$/;

/**
 * The beginning of a Noise key that somebody typed.
 *
 * @param givenHome What the command that shows such keys repeats. @throws UsageError
 */
export function readKeyPrefix(
  text: string,
  command: string,
  givenHome: string,
  rule: KeyPrefixRule = OWN_KEY,
): string {
  const { option, minimumDigits, shownBy } = rule;
  const prefix = text.toLowerCase().replace(/…$/, '');
  if (HEX.test(prefix) && prefix.length >= minimumDigits) return prefix;
  throw new UsageError(
    withGivenHome(
      `${option} wants the first ${minimumDigits} or more hex digits of a key in \`paykit ${shownBy}\`.`,
      givenHome,
    ),
    command,
  );
}

/**
 * The one key of a ledger that begins so.
 *
 * @param givenHome What the command that shows the keys repeats. @throws CommandFailed for none, or several.
 */
export function keyWithPrefix(
  ledger: KeyLedger | undefined,
  prefix: string,
  givenHome: string,
): { readonly noiseKey: Uint8Array } {
  const found = (ledger?.keys ?? []).filter(({ noiseKey }) => hex.encode(noiseKey).startsWith(prefix));
  const [only] = found;
  if (only !== undefined && found.length === 1) return { noiseKey: only.noiseKey };
  const how = found.length === 0 ? 'None of the keys of this device begins' : 'Several keys begin';
  throw new CommandFailed(
    withGivenHome(`${how} with ${prefix}. \`paykit keys status\` shows them.`, givenHome),
  );
}
