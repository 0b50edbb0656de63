import { base64, decodeUtf8, encodeUtf8, isCodedError } from '@pubky-paykit/primitives';
import {
  KEY_BYTES,
  KEY_RECORD_VERSION,
  MAX_KEY_RECORD_BYTES,
  MAX_UINT64,
  SIGNATURE_BYTES,
} from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { KeyRecordField, KeyRecordProblem } from './record-errors.ts';

/** The value of each field as it is spelled, unknown fields included. */
export type KeyRecordFields = ReadonlyMap<string, string>;

/** With the `u` flag a surrogate pair is one character, so this matches lone surrogates only. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;
/** What Rust reads as an unsigned number: a plus sign and leading zeros are allowed, white space and minus are not. */
const UNSIGNED = /^\+?[0-9]+$/;
const REVOKED = 'revoked';

function malformed(field: KeyRecordField, problem: KeyRecordProblem): never {
  throw new DiscoveryError('DISCOVERY_KEY_RECORD_MALFORMED', { field, problem });
}

/** The text of a record, bounded before anything else looks at it. */
function recordText(record: string | Uint8Array): string {
  if (record.length > MAX_KEY_RECORD_BYTES) return malformed('record', 'too long');
  if (typeof record === 'string') {
    if (LONE_SURROGATE.test(record)) return malformed('record', 'not UTF-8');
    // No character is shorter in UTF-8 than in a string, but many are longer.
    return encodeUtf8(record).length > MAX_KEY_RECORD_BYTES ? malformed('record', 'too long') : record;
  }
  try {
    return decodeUtf8(record);
  } catch {
    return malformed('record', 'not UTF-8');
  }
}

/**
 * Takes a record apart as 0.8 does: pieces between `;`, each split at its first `=`. Nothing is trimmed, pieces without
 * `=` are dropped, and the last field of a name wins.
 *
 * @param record At most 4 096 bytes; borrowed.
 * @throws DISCOVERY_KEY_RECORD_MALFORMED if it is longer or no UTF-8.
 * @see N8 §4.3
 */
export function keyRecordFields(record: string | Uint8Array): KeyRecordFields {
  const fields = new Map<string, string>();
  for (const piece of recordText(record).split(';')) {
    const equals = piece.indexOf('=');
    if (equals === -1) continue;
    const name = piece.slice(0, equals);
    // No later field takes a revocation back.
    if (name === REVOKED && isRevoked(fields)) continue;
    fields.set(name, piece.slice(equals + 1));
  }
  return fields;
}

/** True if a field `revoked` says anything but `false`, in whatever spelling (P8 §4.6, W-11: fail closed). */
export function isRevoked(fields: KeyRecordFields): boolean {
  return (fields.get(REVOKED) ?? 'false') !== 'false';
}

/** @throws DISCOVERY_KEY_RECORD_MALFORMED unless the version is 1, spelled so. */
export function requireVersion(fields: KeyRecordFields): void {
  const version = fields.get('v');
  if (version === undefined) malformed('v', 'missing');
  if (version !== KEY_RECORD_VERSION) malformed('v', 'unknown version');
}

function bytesOf(field: KeyRecordField, text: string, length: number): Uint8Array {
  try {
    return base64.decode(text, length);
  } catch (error) {
    const isWrongLength = isCodedError(error) && error.code === 'PRIMITIVES_WRONG_LENGTH';
    return malformed(field, isWrongLength ? 'wrong length' : 'not canonical base64');
  }
}

/** 32 fresh bytes. @throws DISCOVERY_KEY_RECORD_MALFORMED */
export function keyField(fields: KeyRecordFields): Uint8Array {
  const text = fields.get('k') ?? malformed('k', 'missing');
  return bytesOf('k', text, KEY_BYTES);
}

/** 64 fresh bytes, or undefined without the field. @throws DISCOVERY_KEY_RECORD_MALFORMED */
export function signatureField(fields: KeyRecordFields, field: 'sig' | 'fsig'): Uint8Array | undefined {
  const text = fields.get(field);
  return text === undefined ? undefined : bytesOf(field, text, SIGNATURE_BYTES);
}

/** Seconds since 1970, or undefined without the field. @throws DISCOVERY_KEY_RECORD_MALFORMED */
export function timestampField(fields: KeyRecordFields): bigint | undefined {
  const digits = fields.get('ts');
  if (digits === undefined) return undefined;
  if (!UNSIGNED.test(digits)) return malformed('ts', 'not a number');
  const seconds = BigInt(digits);
  return seconds > MAX_UINT64 ? malformed('ts', 'number too large') : seconds;
}
