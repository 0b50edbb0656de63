import { type CancelSignal, type Clock, equalBytes } from '@pubky-paykit/primitives';
import { MAX_KEY_AGE_SECONDS, QUEUED_RESTAMP_AFTER_MS, STALE_MARGIN_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { Publication, RecordPublication } from '../publications/publication.ts';
import { requireDeviceId } from '../records/device-id.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { verifyKeyRecord } from '../records/verify-key-record.ts';
import { secondsOf } from './queue-state.ts';

/**
 * Signs a record of a key again with a newer time, such as `createRestamper` does. Undefined if that cannot be done now, or
 * not for this key. It is asked again at the next attempt.
 */
export type Restamp = (
  publication: RecordPublication,
  options: { readonly signal: CancelSignal },
) => Promise<string | undefined>;

/** Any age: what waits may have become old. */
const ANY_AGE_SECONDS = Number.MAX_SAFE_INTEGER;

/** Stands at the time of a record, so that what is signed is judged, and not when. */
function clockOf(publication: RecordPublication): Clock {
  const stampedMs = Number(secondsOf(publication) ?? 0n) * 1_000;
  return { now: () => stampedMs, schedule: () => () => {} };
}

/**
 * Makes sure that peers would take what is to be published, its time aside: records are signed by the identity, for the
 * device, and say what the publication says. A time from the future is no reason to refuse: a clock that was ahead has signed
 * it, and whoever hands it over again and again would never get to the revocation behind it.
 *
 * @throws DISCOVERY_BAD_PUBLICATION, and what `verifyKeyRecord` throws.
 */
export function requirePublishable(publication: Publication, identity: Uint8Array): void {
  if (!equalBytes(publication.identity, identity)) {
    throw new DiscoveryError('DISCOVERY_BAD_PUBLICATION', { problem: 'of another identity' });
  }
  requireDeviceId(publication.device);
  if (publication.kind === 'retirement') return;
  const record = verifyKeyRecord(publication, { clock: clockOf(publication) });
  if (record.kind === publication.kind) return;
  throw new DiscoveryError('DISCOVERY_BAD_PUBLICATION', { problem: 'key and revocation confused' });
}

/** The age of the record of a key, in milliseconds. Revocations do not become stale. */
function ageOf(publication: Publication, clock: Clock): number {
  const seconds = publication.kind === 'key' ? secondsOf(publication) : undefined;
  return seconds === undefined ? 0 : millisecondsOf(clock) - Number(seconds) * 1_000;
}

/** Whether a publication is old enough to be signed again before it leaves. */
export function isOld(publication: Publication, clock: Clock): boolean {
  return ageOf(publication, clock) > QUEUED_RESTAMP_AFTER_MS;
}

/** The record of the same key with a newer time, if there is one. @throws DISCOVERY_NOT_RESTAMPED, what `restamp` throws. */
async function restamped(
  publication: RecordPublication,
  clock: Clock,
  record: string | undefined,
): Promise<RecordPublication | undefined> {
  if (record === undefined) return undefined;
  const { identity, device } = publication;
  const policy = { maximumAgeSeconds: ANY_AGE_SECONDS, clock };
  const [before, after] = [publication.record, record].map((each) =>
    verifyKeyRecord({ identity, device, record: each }, policy),
  );
  const isNewer =
    before?.kind === 'key' &&
    after?.kind === 'key' &&
    equalBytes(before.noiseKey, after.noiseKey) &&
    after.timestampSeconds > before.timestampSeconds;
  if (!isNewer) throw new DiscoveryError('DISCOVERY_NOT_RESTAMPED', { device });
  return { ...publication, record };
}

/**
 * What is to leave for a publication that may have waited: itself, the very same bytes at every attempt; or, if it is older
 * than a week and can be signed again, the newer record.
 *
 * @throws DISCOVERY_PUBLICATION_STALE if it is too old and cannot be signed again, DISCOVERY_NOT_RESTAMPED.
 */
export async function departing(
  publication: Publication,
  clock: Clock,
  restamp: ((publication: RecordPublication) => Promise<string | undefined>) | undefined,
): Promise<Publication> {
  if (publication.kind !== 'key' || !isOld(publication, clock)) return publication;
  const ageMs = ageOf(publication, clock);
  const isStale = ageMs > MAX_KEY_AGE_SECONDS * 1_000 - STALE_MARGIN_MS;
  let signedAgain: RecordPublication | undefined;
  try {
    signedAgain = await restamped(publication, clock, await restamp?.(publication));
  } catch (error) {
    // As it is, it is still good for something.
    if (isStale) throw error;
  }
  if (signedAgain !== undefined) return signedAgain;
  if (!isStale) return publication;
  const ageSeconds = BigInt(Math.floor(ageMs / 1_000));
  throw new DiscoveryError('DISCOVERY_PUBLICATION_STALE', { device: publication.device, ageSeconds });
}
