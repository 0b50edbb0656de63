import { hex, type OwnKeys, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { readKeyFile } from '../home/home-files.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import { withGiven } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
import { placesOf } from './key-places.ts';
import { answeredIn, keyRows, type ShownKey } from './key-rows.ts';
import { viewKeys } from './open-keys.ts';
import { dateText } from './time-text.ts';

const COMMAND = 'keys status';

/** What `paykit keys status` is asked for. */
export interface StatusOptions {
  readonly settings: HomeSettings;
  readonly device: string | undefined;
  readonly json: boolean;
}

/** What `paykit keys status --help` prints. */
export const STATUS_HELP = `Usage: paykit keys status [options]

Shows the keys of this device, what is done next and when, and what is still on
its way to be published. No network and no passphrase are needed.

  --device NAME          whose keys (default: the device of the home)
  --json                 as one line of JSON
  --home DIR             where they are (default: PAYKIT_HOME, else ~/.paykit)
  -h, --help             show this text
`;

/** Reads the arguments; `undefined` if they ask for help. @throws UsageError */
export function readStatusOptions(
  args: readonly string[],
  environment: Surroundings['environment'],
): StatusOptions | undefined {
  const options = {
    home: HOME_OPTIONS.home,
    device: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values } = readArguments({ args: [...args], options }, COMMAND);
  if (values.help) return undefined;
  return {
    settings: readHomeSettings(values, environment, COMMAND),
    device: values.device === undefined ? undefined : readDevice(values.device, COMMAND),
    json: values.json,
  };
}

type Ledger = NonNullable<Awaited<ReturnType<OwnKeys['keeper']['status']>>['ledger']>;

/** The keys of a ledger with what is noted of each. */
function shownKeys(ledger: Ledger, queue: OwnKeys['queue'], surroundings: Surroundings): Promise<ShownKey[]> {
  const { clock, signal } = surroundings;
  const answered = answeredIn(ledger, clock.now());
  return Promise.all(
    ledger.keys.map(async (key) => {
      const isPlaced = key.status === 'current' || key.status === 'revoked';
      const places = isPlaced ? await placesOf(queue, ledger, key, { signal }) : undefined;
      return { key, isAnswered: answered.includes(key), places };
    }),
  );
}

/** How the keys of a device stand. */
interface Facts {
  readonly identity: string;
  readonly device: string;
  readonly ledger: Ledger | undefined;
  /** The keys of the ledger, in its order. */
  readonly shown: readonly ShownKey[];
  readonly next: Awaited<ReturnType<OwnKeys['keeper']['status']>>['next'];
  readonly queue: Awaited<ReturnType<OwnKeys['queue']['status']>>;
  readonly targets: Awaited<ReturnType<OwnKeys['queue']['progress']>>;
}

async function factsOf({ settings, device }: StatusOptions, surroundings: Surroundings): Promise<Facts> {
  const { signal } = surroundings;
  const { identity, device: own } = await readKeyFile(settings);
  const chosen = device ?? own;
  const home = await openHomeFolder(settings, surroundings);
  try {
    const { keeper, queue } = viewKeys(home, identity, chosen, surroundings);
    const status = await keeper.status({ signal });
    return {
      identity: zBase32.encode(identity),
      device: chosen,
      ...status,
      shown: status.ledger === undefined ? [] : await shownKeys(status.ledger, queue, surroundings),
      queue: await queue.status({ signal }),
      targets: await queue.progress(chosen, { signal }),
    };
  } finally {
    await home.close();
  }
}

function rowsOfKeys({ ledger, shown }: Facts, nowMs: number): readonly string[] {
  if (ledger === undefined) return ['No key yet: `paykit keys publish` makes one.'];
  return [...shown].reverse().flatMap((each) => keyRows(each, nowMs));
}

/** What a target has got last, as it is named. */
const LAST_TEXTS = {
  key: 'key signed',
  revocation: 'revocation signed',
  retirement: 'taken off; last signed',
};

/** What each target has of the device. What was signed elsewhere goes past the queue, which has no notes of it then. */
function targetRows({ ledger, targets }: Facts, nowMs: number): readonly string[] {
  const isPublished = ledger?.keys.some(
    ({ publishedAtMs, announcedAtMs }) => (publishedAtMs ?? announcedAtMs) !== undefined,
  );
  const isPrepared = isPublished && targets.every(({ kind }) => kind === undefined);
  const nothing = isPrepared ? 'not noted: published with --prepared' : 'nothing from here';
  return targets.map(({ target, kind = 'key', timestampSeconds }) => {
    const what =
      timestampSeconds === undefined
        ? nothing
        : `${LAST_TEXTS[kind]} ${dateText(Number(timestampSeconds) * 1_000, nowMs)}`;
    return `  ${target.padEnd(12)}${what}`;
  });
}

function queueRows({ waiting, parked }: Facts['queue'], nowMs: number): readonly string[] {
  if (waiting.length + parked.length === 0) return ['Queue     nothing waits'];
  return [
    `Queue     ${waiting.length + parked.length} waiting; \`paykit keys publish\` tries them again`,
    ...[...waiting, ...parked].map(
      ({ target, device, publication, queuedAtMs, attempts, code }) =>
        `  ${publication} of ${device} to ${target}, queued ${dateText(queuedAtMs, nowMs)}, attempts: ${attempts}${code === undefined ? '' : `, last ${code}`}`,
    ),
  ];
}

function textOf(facts: Facts, nowMs: number): string {
  const { identity, device, next, queue } = facts;
  return [
    `Identity  ${identity}`,
    `Device    ${device}`,
    'Keys',
    ...rowsOfKeys(facts, nowMs),
    `Next      ${next === undefined ? 'nothing' : `${next.action} ${dateText(next.dueMs, nowMs)}`}`,
    'Published',
    ...targetRows(facts, nowMs),
    ...queueRows(queue, nowMs),
    '',
  ].join('\n');
}

/** The facts, for programs: times in Unix milliseconds, but those of records in seconds. */
function jsonOf({ identity, device, shown, next, queue, targets }: Facts): string {
  const keys = shown.map(({ key: { noiseKey, stampedSeconds, ...key }, isAnswered }) => ({
    noiseKey: hex.encode(noiseKey),
    ...key,
    stampedSeconds: Number(stampedSeconds),
    answered: isAnswered,
  }));
  const published = targets.map(({ target, timestampSeconds, waiting, parked }) => ({
    target,
    stampedSeconds: timestampSeconds === undefined ? undefined : Number(timestampSeconds),
    waiting,
    parked,
  }));
  const { waiting, parked, degraded } = queue;
  return `${JSON.stringify({ identity, device, keys, next, published, queue: { waiting, parked, degraded } })}\n`;
}

/** `paykit keys status`. */
export async function runStatus(args: readonly string[], surroundings: Surroundings): Promise<void> {
  const { environment, terminal, clock } = surroundings;
  const options = readStatusOptions(args, environment);
  if (options === undefined) return terminal.write(STATUS_HELP);
  const facts = await factsOf(options, surroundings);
  const { given } = options.settings;
  terminal.write(options.json ? jsonOf(facts) : withGiven(textOf(facts, clock.now()), given));
}
