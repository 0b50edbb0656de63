import { type CancelSignal, type Clock, equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { formerDevice } from '../lifecycle/former-device.ts';
import { emptyLedger, type KeyLedger, type LedgerKey } from '../lifecycle/key-ledger.ts';
import type { KeyStatement } from '../lifecycle/key-plan.ts';
import { openKeyLedgers } from '../lifecycle/ledger-codec.ts';
import { ledgerKey } from '../lifecycle/ledger-desk.ts';
import { supersededFrom } from '../lifecycle/ledger-progress.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import type { Publication } from '../publications/publication.ts';
import { secondsOf } from '../queue/queue-state.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import type { ColdBundle } from './cold-files.ts';
import { coldPlan, keysUnder } from './cold-plan.ts';

/** The times in a bundle, in seconds since 1970: the first is that of all but a successor, the last is the newest. */
function secondsIn({
  publications,
}: ColdBundle): { readonly first: bigint; readonly last: bigint } | undefined {
  const all = publications
    .flatMap((publication) => secondsOf(publication) ?? [])
    .sort((a, b) => (a < b ? -1 : 1));
  const [first] = all;
  return first === undefined ? undefined : { first, last: all[all.length - 1] as bigint };
}

function isSaid(publication: Publication, statement: KeyStatement): boolean {
  if (publication.kind !== statement.kind || publication.device !== statement.device) return false;
  if (publication.kind === 'retirement' || statement.kind === 'retirement') return true;
  const { noiseKey, timestampSeconds } = parseKeyRecord(publication.record);
  return equalBytes(noiseKey, statement.noiseKey) && timestampSeconds === statement.timestampSeconds;
}

/** The ledger after what a bundle does. @throws DISCOVERY_COLD_LEDGER_DIFFERS if a keeper with this ledger would do otherwise. */
function after(before: KeyLedger, bundle: ColdBundle, nowMs: number): KeyLedger {
  const { action, publications, newKey, device } = bundle;
  const keys = keysOf(before, bundle);
  const time = { nowMs, timestampSeconds: secondsIn(bundle)?.first ?? before.stampedSeconds };
  const plan = coldPlan(before, { action, newKey, keys, time });
  const isSame =
    plan.statements.length === publications.length &&
    plan.statements.every((statement, index) => isSaid(publications[index] as Publication, statement));
  if (isSame) return { ...plan.ledger, revision: before.revision + 1 };
  throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device });
}

const TAKEN_OFF: Partial<Record<ColdBundle['action'], (key: LedgerKey) => boolean>> = {
  retire: ({ status }) => status === 'retired',
  withdraw: ({ withdrawnAtMs }) => withdrawnAtMs !== undefined,
};

/** The keys that a bundle takes off or revokes, as the ledger has them. */
function keysOf(ledger: KeyLedger, { publications }: ColdBundle): readonly LedgerKey[] {
  const others = publications.filter(({ kind }) => kind !== 'key');
  return keysUnder(
    ledger,
    others.map(({ device }) => device),
  );
}

/** Whether the ledger says already what a bundle does. */
function isNoted(ledger: KeyLedger, bundle: ColdBundle): boolean {
  const last = secondsIn(bundle)?.last;
  if (last !== undefined) return ledger.stampedSeconds === last;
  const keys = keysOf(ledger, bundle);
  const isTakenOff = TAKEN_OFF[bundle.action];
  return isTakenOff !== undefined && keys.length > 0 && keys.every(isTakenOff);
}

/** The ledger with a bundle in it, which it has already, or was prepared for. @throws DISCOVERY_COLD_LEDGER_DIFFERS */
function withBundle(current: KeyLedger | undefined, bundle: ColdBundle, nowMs: number): KeyLedger {
  const { identity, device, revision } = bundle;
  if (current !== undefined && isNoted(current, bundle)) return current;
  const before = current ?? emptyLedger(identity, device, 0);
  if (before.revision === revision && before.outbox.length === 0) return after(before, bundle, nowMs);
  throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device });
}

/**
 * Has the ledger say what a bundle publishes before it does. Again does nothing. What only takes records off is compared
 * and not noted: nothing relies on the ledger saying so first, and what it does not say is still due.
 *
 * @throws DISCOVERY_COLD_LEDGER_DIFFERS, and what the store throws.
 */
export async function noteIntended(
  bundle: ColdBundle,
  openRecords: OpenRecords,
  clock: Clock,
  signal: CancelSignal,
): Promise<void> {
  const nowMs = Math.floor(millisecondsOf(clock));
  const isSigned = secondsIn(bundle) !== undefined;
  const change = (current: KeyLedger | undefined): KeyLedger | undefined => {
    const intended = withBundle(current, bundle, nowMs);
    return isSigned ? intended : current;
  };
  await openKeyLedgers(openRecords).update(ledgerKey(bundle.identity, bundle.device), change, { signal });
}

/** Notes in the ledger that everything of a bundle is published. */
export async function notePublished(
  bundle: ColdBundle,
  openRecords: OpenRecords,
  clock: Clock,
  signal: CancelSignal,
): Promise<void> {
  const { identity, device, publications } = bundle;
  const nowMs = Math.floor(millisecondsOf(clock));
  const isAbout = ({ noiseKey }: LedgerKey, kind: 'key' | 'revocation', under: string): boolean =>
    publications.some(
      (each) =>
        each.kind === kind &&
        each.device === under &&
        equalBytes(parseKeyRecord(each.record).noiseKey, noiseKey),
    );
  const noted = (key: LedgerKey): LedgerKey => {
    if (key.status === 'current' && isAbout(key, 'key', device)) {
      return { ...key, publishedAtMs: key.publishedAtMs ?? nowMs };
    }
    const isAnnounced =
      key.status === 'revoked' && isAbout(key, 'revocation', formerDevice(device, key.noiseKey));
    return isAnnounced ? { ...key, announcedAtMs: key.announcedAtMs ?? nowMs } : key;
  };
  const change = (current: KeyLedger | undefined): KeyLedger | undefined => {
    // Somebody else has changed it meanwhile: what they have noted counts.
    if (current === undefined || !(isNoted(current, bundle) || current.revision === bundle.revision)) {
      return current;
    }
    const ledger = withBundle(current, bundle, nowMs);
    const published = supersededFrom({ ...ledger, keys: ledger.keys.map(noted) });
    return { ...published, revision: current.revision + 1 };
  };
  await openKeyLedgers(openRecords).update(ledgerKey(identity, device), change, { signal });
}
