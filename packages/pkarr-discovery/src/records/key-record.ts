import { base64 } from '@pubky-paykit/primitives';
import { KEY_BYTES, KEY_RECORD_VERSION, MAX_UINT64, SIGNATURE_BYTES } from '../constants.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import {
  isRevoked,
  keyField,
  keyRecordFields,
  requireVersion,
  signatureField,
  timestampField,
} from './record-fields.ts';
import { requireStrongKey } from './weak-key.ts';

/** What a key record says: a claim, until `verifyKeyRecord` has looked at it. */
export interface KeyRecord {
  /** 32 bytes, the X25519 public key of the device. */
  readonly noiseKey: Uint8Array;
  /** 64 bytes, over identity, key and device. Older records have none. */
  readonly signature?: Uint8Array | undefined;
  /** Seconds since 1970, 0 to 2^64−1. Older records have none. */
  readonly timestampSeconds?: bigint | undefined;
  readonly revoked: boolean;
  /** 64 bytes, over time and revocation: our extension. Records of 0.8 have none. */
  readonly freshnessSignature?: Uint8Array | undefined;
}

/**
 * Writes a record in the one order 0.8 writes, with our fields after it, where its readers ignore them:
 *
 * | field | characters | |
 * | ----- | ---------- | - |
 * | `v=1` | 3 | |
 * | `;k=` and key | 47 | padded base64 |
 * | `;sig=` and signature | 93 | padded base64 |
 * | `;ts=` and seconds | 14 until the year 2286, at most 24 | decimal |
 * | `;revoked=true` | 13 | only if it is |
 * | `;fsig=` and signature | 94 | padded base64 |
 *
 * @param record Borrowed.
 * @returns 157 characters with the four fields of 0.8 and 251 with signed freshness, which both fit one string of a
 * TXT record; 264 for a revocation, or 171 without `sig`.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_WEAK_KEY
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @throws TypeError for a signature over a time that is not in the record.
 * @see N8 §4.2, docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { formatKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * const noiseKey = new Uint8Array(32).fill(3);
 * formatKeyRecord({ noiseKey, timestampSeconds: 1_733_356_800n, revoked: false });
 * // v=1;k=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=;ts=1733356800
 * ```
 */
export function formatKeyRecord(record: KeyRecord): string {
  const { noiseKey, signature, timestampSeconds, revoked, freshnessSignature } = record;
  checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  requireStrongKey(noiseKey);
  for (const value of [signature, freshnessSignature]) {
    if (value !== undefined) checkLength('a signature', value, SIGNATURE_BYTES, SIGNATURE_BYTES);
  }
  if (timestampSeconds !== undefined) requireUint64(timestampSeconds);
  else if (freshnessSignature !== undefined)
    throw new TypeError('signed freshness wants the time it is about');
  const fields: readonly (readonly [name: string, value: string | undefined])[] = [
    ['v', KEY_RECORD_VERSION],
    ['k', base64.encode(noiseKey)],
    ['sig', signature && base64.encode(signature)],
    ['ts', timestampSeconds?.toString()],
    ['revoked', revoked ? 'true' : undefined],
    ['fsig', freshnessSignature && base64.encode(freshnessSignature)],
  ];
  const present = fields.filter(([, value]) => value !== undefined);
  return present.map((field) => field.join('=')).join(';');
}

/**
 * Reads a record exactly as tolerantly as 0.8 does, so that nobody reads another key from it than 0.8 peers:
 *
 * - fields in any order, and unknown ones, whatever they say;
 * - pieces without `=`, empty ones and line breaks between two `;` included, but nothing is trimmed: a line break after
 *   the last value belongs to that value;
 * - a field that comes twice: the last one counts (W-17 asks to refuse it, and would refuse what 0.8 accepts). Only
 *   `revoked`, which 0.8 does not know, counts wherever it stands and whatever it says but `false`;
 * - a plus sign and leading zeros in `ts`.
 *
 * Refused are other versions than `1`, a missing or malformed key, base64 that is not the canonical padded one, lengths
 * other than 32 and 64, and numbers from 2^64. A malformed `sig` or `ts` is refused here and by whoever verifies; 0.8
 * overlooks it as long as it does not verify, and so does `readUnverifiedKeyRecord`.
 *
 * @param record At most 4 096 bytes, or as many in UTF-8; borrowed. What is returned is fresh.
 * @throws DISCOVERY_KEY_RECORD_MALFORMED
 * @see N8 §4.3
 *
 * @example
 * ```ts
 * import { parseKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * const record = parseKeyRecord('v=1;k=AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=;ts=1733356800');
 * record.timestampSeconds; // 1733356800n
 * ```
 */
export function parseKeyRecord(record: string | Uint8Array): KeyRecord {
  const fields = keyRecordFields(record);
  requireVersion(fields);
  return {
    noiseKey: keyField(fields),
    signature: signatureField(fields, 'sig'),
    timestampSeconds: timestampField(fields),
    revoked: isRevoked(fields),
    freshnessSignature: signatureField(fields, 'fsig'),
  };
}

/** Whether a record says that a key is revoked by a signature that needs no binding beside it: it covers the same and more. */
export function isBareRevocation({ signature, revoked, freshnessSignature }: KeyRecord): boolean {
  return revoked && signature === undefined && freshnessSignature !== undefined;
}

/** @throws RangeError unless `value` is an unsigned number of 64 bits. */
export function requireUint64(value: bigint): void {
  if (value < 0n || value > MAX_UINT64) throw new RangeError(`${value} is not an unsigned 64-bit number`);
}
