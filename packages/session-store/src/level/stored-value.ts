import { crc32 } from 'node:zlib';
import { ByteReader, ByteWriter } from '@pubky-paykit/primitives';
import { SessionStoreError } from '../errors.ts';
import type { StoreEntry, StoreVersion } from '../store/durable-store.ts';

/** Of one value. */
const VALUE_FORMAT = 1;
const REVISION_BYTES = 8;
const CHECKSUM_BYTES = 4;
const HEADER_BYTES = 1 + REVISION_BYTES + CHECKSUM_BYTES;

/** The database checks its blocks when it compacts them, but not when it reads: without this, rot would pass for a value. */
function checksum(key: string, revision: bigint, value: Uint8Array): number {
  return crc32(value, crc32(`${key}\n${revision}\n`));
}

/** How a revision looks from outside. */
export function versionOf(revision: bigint): StoreVersion {
  return `${revision}`;
}

/**
 * A value as it stands in the database; the value is borrowed.
 *
 * | offset | bytes | content                                                              |
 * | ------ | ----- | -------------------------------------------------------------------- |
 * | 0      | 1     | format, 1                                                            |
 * | 1      | 8     | revision: number of the commit that wrote it, big endian             |
 * | 9      | 4     | CRC-32 of key, LF, revision in decimal, LF and the value, big endian |
 * | 13     | rest  | the value                                                            |
 */
export function encodeStoredValue(key: string, revision: bigint, value: Uint8Array): Uint8Array {
  return new ByteWriter(HEADER_BYTES + value.length)
    .uint8(VALUE_FORMAT)
    .uint64(revision)
    .uint32(checksum(key, revision, value))
    .bytes(value)
    .finish();
}

/**
 * Reads what {@link encodeStoredValue} wrote; the bytes are borrowed.
 *
 * @throws STORE_CORRUPTED, STORE_NEWER_FORMAT
 */
export function decodeStoredValue(key: string, bytes: Uint8Array): StoreEntry {
  const what = `the entry under ${key}`;
  const reader = new ByteReader(bytes);
  const found = reader.left === 0 ? 0 : reader.uint8();
  // The format comes first: a later one may look different behind it.
  if (found > VALUE_FORMAT) {
    throw new SessionStoreError('STORE_NEWER_FORMAT', { what, found, supported: VALUE_FORMAT });
  }
  if (found !== VALUE_FORMAT || bytes.length < HEADER_BYTES) {
    throw new SessionStoreError('STORE_CORRUPTED', { what });
  }
  const revision = reader.uint64();
  const expected = reader.uint32();
  const value = Uint8Array.from(reader.rest());
  if (checksum(key, revision, value) !== expected) throw new SessionStoreError('STORE_CORRUPTED', { what });
  return { key, value, version: versionOf(revision) };
}

/** A revision as it stands under its own key. */
export function encodeRevision(revision: bigint): Uint8Array {
  return new ByteWriter(REVISION_BYTES).uint64(revision).finish();
}

/** @throws STORE_CORRUPTED */
export function decodeRevision(bytes: Uint8Array | undefined): bigint {
  if (bytes?.length !== REVISION_BYTES) {
    throw new SessionStoreError('STORE_CORRUPTED', { what: 'the number of the last commit' });
  }
  return new ByteReader(bytes).uint64();
}
