import {
  coldBundleCodec,
  currentKey,
  hex,
  isCodedError,
  openRecordsIn,
  publishPrepared,
  type SessionStorage,
  zBase32,
} from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { CommandFailed } from '../command-errors.ts';
import { DHT_HELP, DHT_OPTIONS, readDhtSettings } from '../home/dht-settings.ts';
import { HOME_HELP, HOME_OPTIONS, type HomeSettings } from '../home/home-settings.ts';
import { asNetworkFailure } from '../home/network-advice.ts';
import { withGiven } from '../home/next-command.ts';
import { type Home, openHome } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
import { readColdFile } from './cold-file.ts';
import { withKeys } from './delivery.ts';
import { needsLedger, ownersWord } from './owners-word.ts';
import type { Work } from './work.ts';

const COMMAND = 'keys publish';

/** What `paykit keys publish` is asked for. */
export interface PublishOptions {
  readonly settings: HomeSettings;
  readonly device: string | undefined;
  readonly invite: string | undefined;
  readonly takeOver: boolean;
  /** A new key for a device whose keys were all revoked. */
  readonly newKey: boolean;
  /** A file of `paykit keys prepare`. */
  readonly prepared: string | undefined;
}

/** What `paykit keys publish --help` prints. */
export const PUBLISH_HELP = `Usage: paykit publish [options]

Makes the Noise key of this device findable: signs up or in on the homeserver as
needed, publishes the key there and in the signed packet of the identity, and
does whatever else is due: signs records again, replaces old keys, takes former
ones off. What cannot be published now is queued, and retried at the next run.
Exit status 1 while anything is queued.

  --device NAME          whose key (default: the device of the home)
  --invite CODE          for signing up, where the homeserver asks for one
  --take-over            replace what is published, even if it is of another
                         seed
  --new-key              after a revocation without a successor: make a new key
  --prepared FILE        publish what was signed elsewhere by \`paykit keys
                         prepare\`; no seed is needed here
${HOME_HELP}${DHT_HELP}  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readPublishOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
  command: string,
): PublishOptions | undefined {
  const options = {
    ...HOME_OPTIONS,
    ...DHT_OPTIONS,
    device: { type: 'string' },
    invite: { type: 'string' },
    'take-over': { type: 'boolean', default: false },
    'new-key': { type: 'boolean', default: false },
    prepared: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, command);
  if (values.help) return undefined;
  return {
    settings: readDhtSettings(values, environment, command),
    device: values.device === undefined ? undefined : readDevice(values.device, command),
    invite: values.invite,
    takeOver: values['take-over'],
    newKey: values['new-key'],
    prepared: values.prepared,
  };
}

/** The storage to publish files with; nothing, and it is said, if there is no session and none can be had. */
async function ownFiles(home: Home, { terminal }: Surroundings): Promise<SessionStorage | undefined> {
  try {
    return (await home.session({ signUp: false })).storage;
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    terminal.tell(`Only the packet is published. ${error.message}\n`);
    return undefined;
  }
}

async function publishBundle(
  settings: HomeSettings,
  file: string,
  surroundings: Surroundings,
): Promise<void> {
  const { terminal, clock, signal } = surroundings;
  const bundle = coldBundleCodec.decode(await readColdFile(file));
  const home = await openHome(settings, surroundings);
  try {
    if (zBase32.encode(bundle.identity) !== zBase32.encode(home.identity)) {
      throw new CommandFailed(`The file ${file} is for another identity than that of ${home.folder}.`);
    }
    const files = await ownFiles(home, surroundings);
    const openRecords = openRecordsIn(home.store, { clock });
    const packets = bundle.packet && home.network.packets;
    const report = await publishPrepared(bundle, { files, packets, openRecords, clock, signal });
    terminal.write(`  homeserver  ${report.files.length === 0 ? 'nothing published' : 'published'}\n`);
    terminal.write(`  packet      ${report.packet ? 'published' : 'nothing published'}\n`);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    const told = asNetworkFailure(error, settings);
    if (!error.retryable) throw told;
    const { message } = told === error ? { message: `${error.code}: ${error.message}` } : (told as Error);
    throw new CommandFailed(
      `${message}\nNot everything is published yet. Run ${withGiven(`\`paykit keys publish --prepared ${file}\``, settings.given)} again; the file is good until ${new Date(bundle.expiresMs).toISOString()}.`,
    );
  } finally {
    await home.close();
  }
}

const BACK_UP =
  'What was published for this device before cannot be told, so that no earlier key of it is used again. Back up the folder of this home: the seed alone does not find this key.\n';

/** Sees to it that the device has a key, unless that was given up on purpose: a retry must not bring one back. */
async function publish(
  { settings, takeOver, newKey }: PublishOptions,
  { home, keys, device, signal }: Work,
  { terminal }: Surroundings,
): Promise<void> {
  const { ledger } = await keys.keeper.status({ signal });
  if (ledger !== undefined && currentKey(ledger) === undefined && !newKey) {
    terminal.tell(
      withGiven(
        `The keys of ${device} were revoked without a successor. \`paykit keys publish --new-key\` makes a new one.\n`,
        settings.given + settings.givenDht,
      ),
    );
    return;
  }
  const word = await ownersWord(home, device);
  const published = await keys.keeper.publish({ ...word, takeOver: takeOver || word.takeOver, signal });
  const key = currentKey(published);
  if (key === undefined) return;
  terminal.write(`Device    ${device}\nKey       ${hex.encode(key.noiseKey)}\n`);
  if (ledger === undefined && needsLedger(key)) terminal.tell(BACK_UP);
}

/** `paykit keys publish`, and `paykit publish` [F1] [O5]. @throws CommandFailed if something could not be published. */
export async function runPublish(
  args: readonly string[],
  surroundings: Surroundings,
  command = COMMAND,
): Promise<void> {
  const { environment, terminal } = surroundings;
  const options = readPublishOptions(args, environment, command);
  if (options === undefined) return terminal.write(PUBLISH_HELP);
  const { settings, prepared } = options;
  if (prepared !== undefined) return publishBundle(settings, prepared, surroundings);
  await withKeys(options, surroundings, (work) => publish(options, work, surroundings));
}
