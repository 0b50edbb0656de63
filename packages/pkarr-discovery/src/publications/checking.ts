import { equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { verifyKeyBinding } from '../records/binding-signature.ts';
import { requireDeviceId } from '../records/device-id.ts';
import { verifyFreshness } from '../records/freshness-signature.ts';
import { isBareRevocation, type KeyRecord, parseKeyRecord } from '../records/key-record.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import type { Publication, RecordPublication } from './publication.ts';

/** A record and the time its identity signed; undefined time if it signed none. */
export interface SignedClaim {
  readonly record: KeyRecord;
  readonly signedSeconds: bigint | undefined;
}

/**
 * What a record of a device says, if the identity signed all of it: however old, since that is for its readers to judge. What is
 * published has to be good for readers of 0.8 as well, who see `sig` alone.
 *
 * @throws DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_KEY_RECORD_FORGED, DISCOVERY_FRESHNESS_FORGED
 */
function signedClaim(identity: Uint8Array, device: string, text: string | Uint8Array): SignedClaim {
  const record = parseKeyRecord(text);
  const { noiseKey, signature, timestampSeconds, revoked, freshnessSignature } = record;
  const bound = { identity, device, noiseKey };
  const isBound = signature !== undefined && verifyKeyBinding(signature, bound);
  if (!isBound && !isBareRevocation(record)) {
    throw new DiscoveryError('DISCOVERY_KEY_RECORD_FORGED', { identity: keyPrefix(identity) });
  }
  if (freshnessSignature === undefined) return { record, signedSeconds: undefined };
  const freshness = { timestampSeconds: timestampSeconds ?? 0n, revoked };
  if (timestampSeconds === undefined || !verifyFreshness(freshnessSignature, { ...bound, ...freshness })) {
    throw new DiscoveryError('DISCOVERY_FRESHNESS_FORGED', { identity: keyPrefix(identity) });
  }
  return { record, signedSeconds: timestampSeconds };
}

/**
 * Makes sure that a publication is of this identity and says what it is, so that nothing is published that every reader
 * would refuse.
 *
 * @throws DISCOVERY_BAD_PUBLICATION, DISCOVERY_BAD_DEVICE, DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_KEY_RECORD_FORGED,
 * DISCOVERY_FRESHNESS_FORGED
 */
export function checkPublication(publication: Publication, identity: Uint8Array): void {
  requireDeviceId(publication.device);
  if (!equalBytes(publication.identity, identity)) {
    throw new DiscoveryError('DISCOVERY_BAD_PUBLICATION', { problem: 'of another identity' });
  }
  if (publication.kind === 'retirement') return;
  const { record } = signedClaim(identity, publication.device, publication.record);
  if (record.revoked !== (publication.kind === 'revocation')) {
    throw new DiscoveryError('DISCOVERY_BAD_PUBLICATION', { problem: 'key and revocation confused' });
  }
}

/**
 * Makes sure that a record may replace what a target has: nothing older replaces what the identity signed later, nothing
 * unsigned what it signed, and no record of a key its revocation.
 *
 * @param present What is there, whoever wrote it; what is no record of the identity may be replaced.
 * @param target Named in the error.
 * @throws DISCOVERY_NEWER_PUBLISHED
 */
export function checkReplacing(present: Uint8Array, publication: RecordPublication, target: string): void {
  const { identity, device } = publication;
  const there = signedClaimIn(present, identity, device);
  const mine = signedClaim(identity, device, publication.record);
  if (there?.signedSeconds === undefined) return;
  const isSame = equalBytes(there.record.noiseKey, mine.record.noiseKey);
  // Of two keys of one second readers keep the one they saw first, so the second one would split them.
  const isOlder =
    mine.signedSeconds === undefined ||
    mine.signedSeconds < there.signedSeconds ||
    (mine.signedSeconds === there.signedSeconds && !isSame);
  const unrevokes = there.record.revoked && isSame && !mine.record.revoked;
  // That a key is revoked may be said at any time of its life, whatever the clocks say.
  const revokesIt = mine.record.revoked && isSame && !there.record.revoked;
  if (!unrevokes && (!isOlder || revokesIt)) return;
  const kind = there.record.revoked ? 'revocation' : 'key';
  throw new DiscoveryError('DISCOVERY_NEWER_PUBLISHED', { target, kind });
}

/**
 * Whether it stands there already, signed as late or later, that the very key of a revocation is revoked: then it is
 * published, and the later word stays.
 */
export function isRevokedThere(present: Uint8Array, publication: RecordPublication): boolean {
  const { identity, device, kind, record } = publication;
  if (kind !== 'revocation') return false;
  const there = signedClaimIn(present, identity, device);
  const mine = parseKeyRecord(record);
  return (
    there?.signedSeconds !== undefined &&
    there.record.revoked &&
    equalBytes(there.record.noiseKey, mine.noiseKey) &&
    there.signedSeconds >= (mine.timestampSeconds ?? 0n)
  );
}

/**
 * What stands somewhere, if it is a record that the identity signed for this device, by the rule of our readers: where signed
 * freshness is good, `sig` says nothing beyond it. Else who mangles the `sig` of a revocation would have it replaced by a key,
 * though every reader obeys it.
 */
export function signedClaimIn(
  present: Uint8Array,
  identity: Uint8Array,
  device: string,
): SignedClaim | undefined {
  try {
    const record = parseKeyRecord(present);
    const { noiseKey, signature, timestampSeconds, revoked, freshnessSignature } = record;
    const isComplete = signature !== undefined || isBareRevocation(record);
    if (isComplete && freshnessSignature !== undefined && timestampSeconds !== undefined) {
      const freshness = { identity, device, noiseKey, timestampSeconds, revoked };
      return verifyFreshness(freshnessSignature, freshness)
        ? { record, signedSeconds: timestampSeconds }
        : undefined;
    }
    return signedClaim(identity, device, present);
  } catch {
    return undefined;
  }
}
