import { hex, type KeyLedger, type OwnKeys, zBase32 } from 'pubky-paykit';
import { readArguments } from '../arguments.ts';
import { readKeyFile } from '../home/home-files.ts';
import { openHomeFolder } from '../home/home-folder.ts';
import { HOME_OPTIONS, type HomeSettings, readHomeSettings } from '../home/home-settings.ts';
import { withGiven } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { readDevice } from '../identity/device-argument.ts';
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

/** How the keys of a device stand. */
interface Facts {
  readonly identity: string;
  readonly device: string;
  readonly ledger: KeyLedger | undefined;
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
      queue: await queue.status({ signal }),
      targets: await queue.progress(chosen, { signal }),
    };
  } finally {
    await home.close();
  }
}

/** When things happened to a key, as they are named in the ledger. */
const EVENTS = {
  createdAtMs: 'made',
  publishedAtMs: 'published everywhere',
  supersededAtMs: 'replaced',
  retiredAtMs: 'retired',
  revokedAtMs: 'revoked',
  announcedAtMs: 'revocation published everywhere',
  withdrawnAtMs: 'revocation taken off',
} as const;

function keyRows(ledger: KeyLedger | undefined, nowMs: number): readonly string[] {
  if (ledger === undefined) return ['No key yet: `paykit keys publish` makes one.'];
  return [...ledger.keys].reverse().flatMap((key) => {
    const dates = Object.entries(EVENTS).flatMap(([field, name]) => {
      const atMs = key[field as keyof typeof EVENTS];
      return atMs === undefined ? [] : [`    ${name} ${dateText(atMs, nowMs)}`];
    });
    const signed = `    signed ${dateText(Number(key.stampedSeconds) * 1_000, nowMs)}`;
    return [`  ${key.status.padEnd(8)}  ${hex.encode(key.noiseKey)}`, ...dates, signed];
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

function textOf({ identity, device, ledger, next, queue, targets }: Facts, nowMs: number): string {
  const published = targets.map(({ target, timestampSeconds }) => {
    const what =
      timestampSeconds === undefined
        ? 'nothing from here'
        : `record signed ${dateText(Number(timestampSeconds) * 1_000, nowMs)}`;
    return `  ${target.padEnd(12)}${what}`;
  });
  return [
    `Identity  ${identity}`,
    `Device    ${device}`,
    'Keys',
    ...keyRows(ledger, nowMs),
    `Next      ${next === undefined ? 'nothing' : `${next.action} ${dateText(next.dueMs, nowMs)}`}`,
    'Published',
    ...published,
    ...queueRows(queue, nowMs),
    '',
  ].join('\n');
}

/** The facts, for programs: times in Unix milliseconds, but those of records in seconds. */
function jsonOf({ identity, device, ledger, next, queue, targets }: Facts): string {
  const keys = (ledger?.keys ?? []).map(({ noiseKey, stampedSeconds, ...key }) => ({
    noiseKey: hex.encode(noiseKey),
    ...key,
    stampedSeconds: Number(stampedSeconds),
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
