import { currentKey, DISCOVERY_ERRORS, HOMESERVER_ERRORS } from 'pubky-paykit';
import { CommandFailed } from '../command-errors.ts';
import type { HomeSettings } from '../home/home-settings.ts';
import { networkAdvice } from '../home/network-advice.ts';
import { withGiven } from '../home/next-command.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { placesOf, placesText } from './key-places.ts';
import type { Work } from './work.ts';

const TABLES: Readonly<Record<string, { readonly nextStep: string } | undefined>> = {
  ...DISCOVERY_ERRORS,
  ...HOMESERVER_ERRORS,
};

/** What fails as long as there is no account: making it was tried first. */
const WITHOUT_ACCOUNT: readonly string[] = [
  'HOMESERVER_NO_HOMESERVER',
  'HOMESERVER_NOT_SIGNED_UP',
  'DISCOVERY_NO_PACKET',
];
const NO_ACCOUNT_ADVICE =
  'there is no account yet, because the homeserver could not be reached. It is made at the next run, too.';

/** Of a packet, where the tables advise what no command does: it happens by itself, or not at all. */
const NO_ROOM: readonly string[] = ['DISCOVERY_PACKET_TOO_LARGE', 'DISCOVERY_REVOCATION_NO_ROOM'];
const NO_ROOM_ADVICE =
  'the packet is full: it has room for some three records. It is tried again at every run, and revocations make room once they are 37 days old; records of other devices stay. The file on the homeserver does not need that room.';

const DHT_TARGET = 'dht';
/** What it is noted by that a target is not there in this run. */
const NOT_CONFIGURED = 'DISCOVERY_TARGET_UNKNOWN';
const DHT_SILENT = 'DISCOVERY_OFFLINE';

/** What to do about a failure that was noted by its code. */
function adviceFor({ target, code }: TargetReport, settings: HomeSettings): string {
  if (code === NOT_CONFIGURED) {
    return target === DHT_TARGET
      ? 'it is not published there without --dht: add it, and --dht-bootstrap where it was given.'
      : 'this run does not publish there.';
  }
  if (target === DHT_TARGET && code === DHT_SILENT && settings.dht !== undefined) {
    const nodes = settings.dht.bootstrap.join(', ');
    return `no node of the DHT answers at ${nodes}: check --dht-bootstrap, and the connection.`;
  }
  if (code !== undefined && NO_ROOM.includes(code)) return NO_ROOM_ADVICE;
  if (code !== undefined && WITHOUT_ACCOUNT.includes(code)) return NO_ACCOUNT_ADVICE;
  return networkAdvice(code, settings) ?? TABLES[code ?? '']?.nextStep ?? 'Try again later.';
}

/** What a run came to beside what it did to the keys. */
export interface Run {
  readonly settings: HomeSettings;
  /** The targets that something was written to. */
  readonly written: ReadonlySet<string>;
  /** Why there was no session, if there was none. */
  readonly outage: string | undefined;
  /** Whether the current key has come to all targets that are waited for. */
  readonly isConfirmed: boolean;
  /** The targets that had no room for the record of a former key. */
  readonly crowded: ReadonlySet<string>;
}

interface TargetReport {
  readonly target: string;
  readonly text: string;
  readonly isDone: boolean;
  readonly code: string | undefined;
}

/** What is refused for good counts as queued: every run tries it again, after its cause was removed. */
async function reportOf(
  { keys, device, signal }: Work,
  written: ReadonlySet<string>,
): Promise<readonly TargetReport[]> {
  const { waiting, parked } = await keys.queue.status({ signal });
  const targets = await keys.queue.progress(device, { signal });
  const left = [...parked, ...waiting];
  const configured = targets.map(({ target }) => target);
  const others = new Set(left.map(({ target }) => target).filter((target) => !configured.includes(target)));
  const away = [...others].map((target) => {
    const { length } = left.filter((each) => each.target === target);
    const text = `${length} queued, and not configured in this run`;
    return { target, text, isDone: false, code: NOT_CONFIGURED };
  });
  const here = targets.map(({ target, timestampSeconds }) => {
    const queued = left.filter((each) => each.target === target);
    const code = queued.find((each) => each.code !== undefined)?.code;
    const isDone = queued.length === 0;
    const past = written.has(target) ? 'published' : 'published before';
    const done = timestampSeconds === undefined ? 'nothing to publish' : past;
    const text = isDone ? done : `${queued.length} queued (${code ?? 'not tried yet'})`;
    return { target, text, isDone, code };
  });
  return [...here, ...away];
}

/** Each piece of advice once, behind the targets it is for. */
function advices(left: readonly TargetReport[], settings: HomeSettings): readonly string[] {
  const targets = new Map<string, string[]>();
  for (const each of left) {
    const advice = adviceFor(each, settings);
    targets.set(advice, [...(targets.get(advice) ?? []), each.target]);
  }
  return [...targets].map(([advice, names]) => `${names.join(' and ')}: ${advice}`);
}

/** Names the places: a target that has refused the key for good is not waited for. */
async function confirmedText({ keys, signal }: Work): Promise<string> {
  const { ledger } = await keys.keeper.status({ signal });
  const key = ledger && currentKey(ledger);
  const places = key && (await placesOf(keys.queue, ledger, key, { signal }));
  return `The new key is published${places === undefined ? '' : placesText(places)}.\n`;
}

const NOTHING_DUE =
  'Nothing was due, and nothing was written. That is from the notes of this home: what is published was not read again.\n';
const NOTHING_DUE_OFFLINE =
  'Nothing was due, and nothing was written. That is from the notes of this home: neither the homeserver nor the packet could be checked now.\n';

/** Says per target what became of a run. @throws CommandFailed if something is still queued: what, why, and when it is tried again. */
export async function reportDelivery(
  work: Work,
  { settings, written, outage, isConfirmed, crowded }: Run,
  { terminal }: Surroundings,
): Promise<void> {
  if (isConfirmed) terminal.write(await confirmedText(work));
  const targets = await reportOf(work, written);
  for (const { target, text } of targets) terminal.write(`  ${target.padEnd(12)}${text}\n`);
  if (crowded.size > 0) {
    const where = [...crowded].join(' and ');
    terminal.tell(
      `A former key had no room in: ${where}. The file on the homeserver is enough; nothing is to be done.\n`,
    );
  }
  const left = targets.filter(({ isDone }) => !isDone);
  if (left.length === 0) {
    if (written.size === 0) terminal.tell(outage === undefined ? NOTHING_DUE : NOTHING_DUE_OFFLINE);
    return;
  }
  throw new CommandFailed(
    [
      `Not everything is published yet: ${left.map(({ target }) => target).join(' and ')}.`,
      ...advices(left, settings),
      withGiven(
        `It is queued in ${work.home.folder}, and will be retried at the next run of \`paykit keys publish\`.`,
        settings.given + settings.givenDht,
      ),
    ].join('\n'),
  );
}
