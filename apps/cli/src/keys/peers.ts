import { connectPeerKeys, isFormerDevice, type KeyCache, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import { withGiven, withGivenHome } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { asListingFailure } from './peer-cache-failure.ts';
import { withPeer } from './peer-command.ts';
import { dateText } from './time-text.ts';

const COMMAND = 'keys peers';

/** What `paykit keys peers` is asked for. */
export interface PeersOptions {
  readonly settings: HomeSettings;
  readonly json: boolean;
}

/** What `paykit keys peers --help` prints. */
export const PEERS_HELP = `Usage: paykit keys peers [options]

Shows the keys of others that are kept, as they stood when they were last looked
for: identity, device, state, the beginning of the key, when a look-up last
confirmed it and when it was last used (to the hour). In state conflict there is
a rival: another key was shown, and neither is newer. Such keys, and revoked
ones, are not used until \`paykit keys decide\`. No network and no passphrase are
needed.

  --json                 as one line of JSON for each device
  --home DIR             where they are (default: PAYKIT_HOME, else ~/.paykit)
  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readPeersOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): PeersOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  return { settings: readHomeSettings(values, environment, COMMAND), json: values.json };
}

type ListedKey = ReturnType<KeyCache['list']> extends AsyncIterable<infer Listed> ? Listed : never;

/**
 * Whether it is what is remembered of a key that was replaced or revoked, under the id it has got then: no device of anybody.
 * What is in doubt there is shown all the same.
 */
const isOfFormerKey = ({ device, state }: ListedKey): boolean =>
  state === 'unknown' && isFormerDevice(device);

/** Only then is it a date: a device that was looked up, and never used, has none. */
const used = ({ lastUsedMs }: ListedKey): number | undefined => (lastUsedMs === 0 ? undefined : lastUsedMs);

/** The facts, for programs: times in Unix milliseconds. */
function jsonOf(listed: ListedKey): string {
  const { identity, device, state, keyPrefix, rivalPrefix, contact, revokedKeys, error } = listed;
  const { firstSeenMs, lastValidatedMs } = listed;
  const facts = {
    identity: zBase32.encode(identity),
    device,
    state: state ?? 'unreadable',
    keyPrefix,
    rivalPrefix,
    contact,
    firstSeenMs,
    lastValidatedMs,
    lastUsedMs: used(listed),
    revokedKeys,
    code: error?.code,
  };
  return `${JSON.stringify(facts)}\n`;
}

/** The answers that are open to the user, by what stands in the way of using a key. */
const ANSWERS: Readonly<Record<string, string | undefined>> = {
  conflict:
    '`paykit keys decide IDENTITY --accept KEY`, once the owner has said which is right, or `paykit keys decide IDENTITY --forget`',
  revoked: '`paykit keys decide IDENTITY --forget`, to make room for a new key',
  unreadable: '`paykit keys decide IDENTITY --forget-history`, if there is no backup of the home',
};

function textOf(listed: ListedKey, nowMs: number): string {
  const { identity, device, state = 'unreadable', keyPrefix, rivalPrefix, revokedKeys, error } = listed;
  const date = (atMs: number | undefined): string => (atMs === undefined ? 'never' : dateText(atMs, nowMs));
  const row = (label: string, value: string | undefined): readonly string[] =>
    value === undefined ? [] : [`${label.padEnd(10)}${value}`];
  const answer = ANSWERS[state];
  return [
    ...row('Identity', zBase32.encode(identity)),
    ...row('Device', device),
    ...row('State', error === undefined ? state : `${state} (${error.code})`),
    ...row('Key', keyPrefix && `${keyPrefix}…`),
    ...row('Rival', rivalPrefix && `${rivalPrefix}…`),
    ...row('Validated', keyPrefix && date(listed.lastValidatedMs)),
    ...row('Used', error === undefined ? date(used(listed)) : undefined),
    ...row('Revoked', revokedKeys === 0 ? undefined : `${revokedKeys} remembered`),
    ...row('Decide', answer && withPeer(answer, listed)),
    '',
  ].join('\n');
}

/** `paykit keys peers` [S3.3] [F3]. */
export async function runPeers(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, clock, signal } = surroundings;
  const options = readPeersOptions(args, environment);
  if (options === undefined) return terminal.write(PEERS_HELP);
  const { givenHome } = options.settings;
  const inWords = (listed: Parameters<typeof textOf>[0]): string =>
    withGivenHome(textOf(listed, clock.now()), givenHome);
  const home = await openHomeFolder(options.settings, surroundings);
  try {
    const { cache } = connectPeerKeys({ network: home.network, store: home.store, clock });
    let count = 0;
    try {
      for await (const listed of cache.list({ signal })) {
        if (isOfFormerKey(listed)) continue;
        const gap = count === 0 ? '' : '\n';
        terminal.write(options.json ? jsonOf(listed) : `${gap}${inWords(listed)}`);
        count += 1;
      }
    } catch (error) {
      throw asListingFailure(error, givenHome);
    }
    if (count > 0) return;
    const nothing = 'No key of anybody is kept: `paykit discover IDENTITY` looks one up.\n';
    terminal.tell(withGiven(nothing, home.given));
  } finally {
    await home.close();
  }
}
