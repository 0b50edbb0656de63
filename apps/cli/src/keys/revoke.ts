import { hex, type KeySelection, liveKeys } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { CommandFailed, UsageError } from '../command-errors.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings } from '../home/home-settings.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
import { requireConfirmation } from './confirmation.ts';
import { withKeys } from './delivery.ts';
import { keyWithPrefix, readKeyPrefix } from './key-argument.ts';
import type { Work } from './work.ts';

const COMMAND = 'keys revoke';

/** What `paykit keys revoke` is asked for. */
export interface RevokeOptions {
  readonly settings: HomeSettings;
  readonly device: string | undefined;
  /** The beginning of one key in hex; all living ones if not given. */
  readonly prefix: string | undefined;
  readonly successor: boolean;
  readonly yes: boolean;
}

/** What `paykit keys revoke --help` prints. */
export const REVOKE_HELP = `Usage: paykit keys revoke [options]

Says for all to see that keys of this device must not be used any more, and
publishes a new one in their place. There is no way back.

  --all                  all living keys, the default: a device that was broken
                         into has lost them all
  --key PREFIX           one key, by the first digits that \`paykit keys status\`
                         shows
  --no-successor         publish no new key: the device, or the seed, is gone
  --yes                  do not ask
  --device NAME          whose keys (default: the device of the home)
${HOME_HELP}${DHT_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readRevokeOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): RevokeOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    ...DHT_OPTIONS,
    device: { type: 'string' },
    all: { type: 'boolean', default: false },
    key: { type: 'string' },
    'no-successor': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  if (values.all && values.key !== undefined) throw new UsageError('--all or --key, not both.', COMMAND);
  const settings = readDhtSettings(values, environment, COMMAND);
  const { givenHome } = settings;
  return {
    settings,
    device: values.device === undefined ? undefined : readDevice(values.device, COMMAND),
    prefix: values.key === undefined ? undefined : readKeyPrefix(values.key, COMMAND, givenHome),
    successor: !values['no-successor'],
    yes: values.yes,
  };
}

async function revoke(
  { settings, prefix, successor, yes }: RevokeOptions,
  { keys, device, signal }: Work,
  { terminal }: Surroundings,
): Promise<void> {
  const { ledger } = await keys.keeper.status({ signal });
  if (ledger === undefined) throw new CommandFailed(`The device ${device} has no keys in this home.`);
  const which: KeySelection =
    prefix === undefined ? 'all' : keyWithPrefix(ledger, prefix, settings.givenHome);
  const named = which === 'all' ? liveKeys(ledger) : [which as { readonly noiseKey: Uint8Array }];
  for (const { noiseKey } of named) terminal.write(`Revoking  ${hex.encode(noiseKey)}\n`);
  const rest = successor ? '' : ' No new key takes their place.';
  const question = `Revoke ${named.length} key(s) of ${device} for ever?${rest}`;
  await requireConfirmation(question, { yes, terminal, command: COMMAND });
  await keys.keeper.revoke({ which, successor, signal });
}

/** `paykit keys revoke` [O4]. @throws CommandFailed if something could not be published. */
export async function runRevoke(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const options = readRevokeOptions(args, surroundings.environment);
  if (options === undefined) return surroundings.terminal.write(REVOKE_HELP);
  // Before anything is opened, or a passphrase asked for.
  if (!options.yes && surroundings.terminal.dialog === undefined) {
    throw new UsageError(
      'A revocation is for ever, and nobody can be asked here: say --yes if it is meant.',
      COMMAND,
    );
  }
  await withKeys(options, surroundings, (work) => revoke(options, work, surroundings));
}
