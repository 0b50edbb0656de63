import { DiscoveryError } from '../errors.ts';
import { type FreshnessRule, requireFresh } from './freshness.ts';
import { isRevoked, keyField, keyRecordFields, requireVersion, timestampField } from './record-fields.ts';
import { requireStrongKey } from './weak-key.ts';

/** What anybody may have written: no claim in it has been checked against an identity. */
export interface UnverifiedKeyRecord {
  /** 32 bytes, an X25519 public key of nobody knows whom. */
  readonly unverifiedNoiseKey: Uint8Array;
  /** Seconds since 1970; undefined if the record says no time, or nothing that is one. */
  readonly unverifiedTimestampSeconds: bigint | undefined;
}

function claimedTime(fields: ReadonlyMap<string, string>): bigint | undefined {
  try {
    return timestampField(fields);
  } catch {
    return undefined;
  }
}

/**
 * Reads a record **without verifying who wrote it**, for tools that show what is there. As tolerant as 0.8, which looks
 * at no signature here and takes a malformed time for none. What can be refused without a signature is refused all the
 * same: weak keys, keys said to be revoked, and a time outside the rule (P8 W-10).
 *
 * @param record At most 4 096 bytes; borrowed.
 * @throws DISCOVERY_KEY_RECORD_MALFORMED, DISCOVERY_WEAK_KEY, DISCOVERY_KEY_REVOKED, DISCOVERY_KEY_STALE,
 * DISCOVERY_KEY_FROM_FUTURE
 * @throws RangeError, TypeError for a rule that is none.
 * @see N8 §4.3, P8 §4.3
 *
 * @example
 * ```ts
 * import { readUnverifiedKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * const text = 'v=1;k=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=';
 * readUnverifiedKeyRecord(text).unverifiedNoiseKey; // 32 bytes
 * ```
 */
export function readUnverifiedKeyRecord(
  record: string | Uint8Array,
  rule: FreshnessRule = {},
): UnverifiedKeyRecord {
  const fields = keyRecordFields(record);
  requireVersion(fields);
  const unverifiedNoiseKey = keyField(fields);
  requireStrongKey(unverifiedNoiseKey);
  if (isRevoked(fields)) throw new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'unsigned' });
  const unverifiedTimestampSeconds = claimedTime(fields);
  if (unverifiedTimestampSeconds !== undefined) requireFresh(unverifiedTimestampSeconds, rule);
  return { unverifiedNoiseKey, unverifiedTimestampSeconds };
}
