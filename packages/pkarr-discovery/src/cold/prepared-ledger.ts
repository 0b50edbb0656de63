import { type CancelSignal, type Clock, equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
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
  const revoked = publications.filter(({ kind }) => kind !== 'key').map((each) => each.device);
  const keys = keysUnder(before, revoked);
  const time = { nowMs, timestampSeconds: secondsIn(bundle)?.first ?? before.stampedSeconds };
  const plan = coldPlan(before, { action, newKey, keys, time });
  const isSame =
    plan.statements.length === publications.length &&
    plan.statements.every((statement, index) => isSaid(publications[index] as Publication, statement));
  if (isSame) return { ...plan.ledger, revision: before.revision + 1 };
  throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device });
}

/** Whether the ledger says already what a bundle does. */
function isNoted(ledger: KeyLedger, bundle: ColdBundle): boolean {
  const last = secondsIn(bundle)?.last;
  return last === undefined ? ledger.revision > bundle.revision : ledger.stampedSeconds === last;
}

/**
 * Has the ledger say what a bundle publishes before it does. Again does nothing.
 *
 * @throws DISCOVERY_COLD_LEDGER_DIFFERS, and what the store throws.
 */
export async function noteIntended(
  bundle: ColdBundle,
  openRecords: OpenRecords,
  clock: Clock,
  signal: CancelSignal,
): Promise<void> {
  const { identity, device, revision } = bundle;
  const nowMs = Math.floor(millisecondsOf(clock));
  const change = (current: KeyLedger | undefined): KeyLedger => {
    if (current !== undefined && isNoted(current, bundle)) return current;
    const before = current ?? emptyLedger(identity, device, 0);
    if (before.revision === revision && before.outbox.length === 0) return after(before, bundle, nowMs);
    throw new DiscoveryError('DISCOVERY_COLD_LEDGER_DIFFERS', { device });
  };
  await openKeyLedgers(openRecords).update(ledgerKey(identity, device), change, { signal });
}

/** Notes in the ledger that everything of a bundle is published. */
export async function notePublished(
  bundle: ColdBundle,
  openRecords: OpenRecords,
  clock: Clock,
  signal: CancelSignal,
): Promise<void> {
  const { identity, device } = bundle;
  const nowMs = Math.floor(millisecondsOf(clock));
  const noted = (key: LedgerKey): LedgerKey => {
    if (key.status === 'current') return { ...key, publishedAtMs: key.publishedAtMs ?? nowMs };
    return key.status === 'revoked' ? { ...key, announcedAtMs: key.announcedAtMs ?? nowMs } : key;
  };
  const change = (current: KeyLedger | undefined): KeyLedger | undefined => {
    if (current === undefined || !isNoted(current, bundle)) return current;
    const ledger = supersededFrom({ ...current, keys: current.keys.map(noted) });
    return { ...ledger, revision: current.revision + 1 };
  };
  await openKeyLedgers(openRecords).update(ledgerKey(identity, device), change, { signal });
}
