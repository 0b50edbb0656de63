import { KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type BoundKey, verifyKeyBinding } from './binding-signature.ts';
import { requireDeviceId } from './device-id.ts';
import { type FreshnessRule, isAhead, untimeliness } from './freshness.ts';
import { verifyFreshness } from './freshness-signature.ts';
import { formatKeyRecord, isBareRevocation, type KeyRecord, parseKeyRecord } from './key-record.ts';
import {
  type FreshnessProof,
  keyPrefix,
  markKey,
  markRevocation,
  markUntimely,
  type UntimelyKeyRecord,
  type VerifiedKeyRecord,
  type VerifiedRevocation,
} from './verified-key-record.ts';
import { requireStrongKey } from './weak-key.ts';

/** What records have to fulfil beside being signed. */
export interface KeyRecordPolicy extends FreshnessRule {
  /** Refuse records that do not sign their time, as 0.8 writes them. Off unless given. */
  readonly requireSignedFreshness?: boolean | undefined;
}

/** A record, and whose it should be. */
export interface KeyRecordClaim {
  /** 32 bytes, the Ed25519 public key that was asked for; copied. */
  readonly identity: Uint8Array;
  /** The device that was asked for. */
  readonly device: string;
  /** At most 4 096 bytes; borrowed. */
  readonly record: string | Uint8Array;
}

type DatedRecord = KeyRecord & { readonly timestampSeconds: bigint };

/** @throws DISCOVERY_KEY_RECORD_INCOMPLETE */
function requireComplete(record: KeyRecord): asserts record is DatedRecord {
  const { signature, timestampSeconds } = record;
  const field = signature === undefined && !isBareRevocation(record) ? 'sig' : 'ts';
  if (field === 'ts' && timestampSeconds !== undefined) return;
  throw new DiscoveryError('DISCOVERY_KEY_RECORD_INCOMPLETE', { field });
}

/**
 * Who says when the key was published. What the identity signs with `fsig` is all that it signs with `sig`, and more: so one
 * verification is enough, and `sig` is looked at only where it is all there is, or to tell what was forged.
 *
 * @throws DISCOVERY_KEY_RECORD_FORGED, DISCOVERY_FRESHNESS_FORGED, DISCOVERY_KEY_REVOKED, DISCOVERY_FRESHNESS_UNSIGNED
 */
function freshnessProof(record: DatedRecord, bound: BoundKey, policy: KeyRecordPolicy): FreshnessProof {
  const { signature, freshnessSignature, timestampSeconds, revoked } = record;
  if (freshnessSignature !== undefined) {
    if (verifyFreshness(freshnessSignature, { ...bound, timestampSeconds, revoked })) return 'signed';
  }
  const isBound = signature !== undefined && verifyKeyBinding(signature, bound);
  if (!isBound && !isBareRevocation(record)) {
    throw new DiscoveryError('DISCOVERY_KEY_RECORD_FORGED', { identity: keyPrefix(bound.identity) });
  }
  if (freshnessSignature !== undefined) {
    throw new DiscoveryError('DISCOVERY_FRESHNESS_FORGED', { identity: keyPrefix(bound.identity) });
  }
  // Anybody on the way can add the field, or drop it: it is obeyed, and proves nothing that could be remembered.
  if (revoked) throw new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'unsigned' });
  if (policy.requireSignedFreshness) throw new DiscoveryError('DISCOVERY_FRESHNESS_UNSIGNED');
  return 'unsigned';
}

/**
 * Makes a verified Noise key of a record that came from anywhere: well-formed, the key strong, bound to the device by
 * the identity, not revoked, and fresh. Nothing of that can be switched off.
 *
 * With signed freshness (`fsig`), key, device, time and revocation are the identity's word, and `sig`, which says less, is
 * there for 0.8 alone. A revocation comes back as a value of its own, to be remembered for ever, however old it is; it needs
 * no `sig`. An `fsig` that does not fit is an error, never a record without one.
 *
 * Without it, as in 0.8, whoever stores the record may change both. The bounds hold for the time that is claimed, and an
 * unsigned `revoked=true` is an error now and is not remembered, because nobody knows whose word it is: a discovery obeys it
 * only for devices that sign nothing. Such a record passes unless `requireSignedFreshness` says otherwise; `rememberKeyRecord` refuses it for a device that has signed
 * before. Whoever keeps such a memory takes `checkKeyRecord` instead, which also tells what a refused record proves.
 *
 * It costs one Ed25519 verification; a second one only to tell what was forged.
 *
 * @param policy.maximumAgeSeconds Inclusive; 30 days if not given.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE for what is asked; then, in this order,
 * DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_WEAK_KEY, DISCOVERY_KEY_RECORD_INCOMPLETE, DISCOVERY_KEY_RECORD_FORGED,
 * DISCOVERY_FRESHNESS_FORGED, DISCOVERY_KEY_REVOKED, DISCOVERY_FRESHNESS_UNSIGNED, DISCOVERY_KEY_STALE and
 * DISCOVERY_KEY_FROM_FUTURE.
 * @throws RangeError, TypeError for a policy that is none.
 * @see N8 §4, P8 §4.3, docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { verifyKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes, of the peer
 * declare const record: Uint8Array; // what its homeserver has at keyRecordPath('default')
 * const found = verifyKeyRecord({ identity, device: 'default', record });
 * if (found.kind === 'key') found.noiseKey; // 32 bytes
 * ```
 */
export function verifyKeyRecord(
  claim: KeyRecordClaim,
  policy: KeyRecordPolicy = {},
): VerifiedKeyRecord | VerifiedRevocation {
  const checked = checkKeyRecord(claim, policy);
  if (checked.kind === 'untimely') throw checked.error;
  return checked;
}

/**
 * What {@link verifyKeyRecord} does, but that a record whose time is signed, and not one that is allowed, comes back as a value
 * instead of an error. Its key must not be used either. But it proves that the device signs its times: who would only throw
 * it away would take an unsigned copy of an older record for current, which anybody can make who keeps the file.
 *
 * @param policy.maximumAgeSeconds Inclusive; 30 days if not given.
 * @throws What {@link verifyKeyRecord} throws; DISCOVERY_KEY_STALE and DISCOVERY_KEY_FROM_FUTURE for unsigned times only.
 * @see P8 §10.1 W-09, docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { checkKeyRecord, rememberUntimely, type RollBackMemory } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes, of the peer
 * declare const record: Uint8Array;
 * declare let memory: RollBackMemory; // of this device
 * const checked = checkKeyRecord({ identity, device: 'default', record });
 * if (checked.kind === 'untimely') memory = rememberUntimely(memory, checked);
 * ```
 */
export function checkKeyRecord(
  claim: KeyRecordClaim,
  policy: KeyRecordPolicy = {},
): VerifiedKeyRecord | VerifiedRevocation | UntimelyKeyRecord {
  const { identity, device } = claim;
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  requireDeviceId(device);
  const record = parseKeyRecord(claim.record);
  requireStrongKey(record.noiseKey);
  requireComplete(record);
  const { noiseKey, timestampSeconds, revoked } = record;
  const bound = { identity, noiseKey, device };
  const freshness = freshnessProof(record, bound, policy);
  // What was not verified is no part of what the identity says: one revocation has one text, whoever put what beside it.
  const text = formatKeyRecord(revoked ? { ...record, signature: undefined } : record);
  const believed = isAhead(timestampSeconds, policy) ? undefined : timestampSeconds;
  if (revoked) return markRevocation(bound, { text, timestampSeconds: believed });
  const error = untimeliness(timestampSeconds, policy);
  if (error === undefined) return markKey(bound, { text, timestampSeconds, freshness });
  if (freshness === 'signed') return markUntimely(bound, { text, timestampSeconds: believed, error });
  throw error;
}
