import { sha256 } from '@noble/hashes/sha2.js';
import {
  ByteReader,
  ByteWriter,
  concatBytes,
  decodeUtf8,
  encodeUtf8,
  equalBytes,
  hex,
} from '@pubky-paykit/primitives';
import { KEY_BYTES, MAX_REMEMBERED_REVOCATIONS, MAX_STORED_KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { RecordCodec } from '../ports/record-store.ts';
import { requireDeviceId } from '../records/device-id.ts';
import type { RollBackMark, RollBackMemory } from '../records/roll-back.ts';
import type { ContactClass } from './contact-policy.ts';
import type { KeyState } from './key-state.ts';
import { damagedKey, type StoredKey, type StoredKnownKey, type UnreadableKey } from './stored-key.ts';

const FORMAT = 2;
/** Without the time of the last sight. */
const FIRST_FORMAT = 1;
const CHECKSUM_BYTES = 8;

/** The place of each is its number in the store: add behind, and never change the order. */
const STATES = [
  'unknown',
  'tofu',
  'verified',
  'due',
  'rotated',
  'expired',
  'conflict',
  'revoked',
] as const satisfies readonly KeyState[];
const CONTACTS = [
  'frequent',
  'occasional',
  'one-time',
  'high-security',
] as const satisfies readonly ContactClass[];
const PROOFS = ['signed', 'unsigned'] as const satisfies readonly RollBackMark['freshness'][];

/** Which parts a key in each state has; undefined where it may have them or not. */
const PARTS = {
  tofu: { record: false },
  verified: { record: true },
  due: { record: true },
  rotated: { record: true },
  expired: {},
  conflict: {},
  revoked: {},
} as const satisfies Record<StoredKnownKey['state'], { readonly record?: boolean }>;

/**
 * How a stored key is written. All numbers are big endian, times are milliseconds, and what stands in brackets is one byte
 * 0, or one byte 1 and the part.
 *
 * | bytes | content |
 * | ----- | ------- |
 * | 1 | format, 2; of format 1 everything but the last sight |
 * | 8 | the first of SHA-256 over all that follows |
 * | 32 | identity |
 * | 1 + n | device id |
 * | 1 | class of the contact |
 * | 8 | last use |
 * | 8 | last sight |
 * | 1 | state; 0, and nothing more of the key, if it is unknown |
 * | 32 | Noise key |
 * | 8 | first seen |
 * | [8] | last validated |
 * | [32 + 8] | the key before, and when it was replaced: in state `rotated` |
 * | [32] | the key that does not fit: in state `conflict` |
 * | 2 + n | the record as text |
 * | [8 + 32 + 1] | the newest record ever seen: time in seconds, Noise key, and whether its time is signed |
 * | 2 + 32 n | revoked keys, at most 256 |
 *
 * What cannot be read is a value too, so that one damaged entry spoils no list.
 */
export const STORED_KEY_CODEC: RecordCodec<StoredKey | UnreadableKey> = {
  encode(stored) {
    if (stored.kind === 'unreadable') throw stored.error;
    const body = bodyOf(stored);
    return concatBytes(Uint8Array.of(FORMAT), checksum(body), body);
  },
  decode(bytes) {
    if (bytes.length > MAX_STORED_KEY_BYTES) return damagedKey('too long');
    const found = bytes[0];
    if (found !== undefined && found > FORMAT) {
      const error = new DiscoveryError('DISCOVERY_CACHED_KEY_NEWER', { found, supported: FORMAT });
      return { kind: 'unreadable', error };
    }
    const start = 1 + CHECKSUM_BYTES;
    if (bytes.length < start) return damagedKey('cut off');
    const body = Uint8Array.from(bytes.subarray(start));
    const isKnown = found === FORMAT || found === FIRST_FORMAT;
    if (!isKnown || !equalBytes(checksum(body), bytes.subarray(1, start))) {
      return damagedKey('wrong checksum');
    }
    try {
      return readBody(new ByteReader(body), found);
    } catch {
      // The checksum is right: a mistake of ours, or somebody's work.
      return damagedKey('contradicts itself');
    }
  },
};

function checksum(body: Uint8Array): Uint8Array {
  return sha256(body).subarray(0, CHECKSUM_BYTES);
}

const octet = (value: number): Uint8Array => new ByteWriter(1).uint8(value).finish();
const count = (value: number): Uint8Array => new ByteWriter(2).uint16(value).finish();
const number = (value: number | bigint): Uint8Array => new ByteWriter(8).uint64(BigInt(value)).finish();
const maybe = (...parts: readonly Uint8Array[]): Uint8Array =>
  concatBytes(Uint8Array.of(parts.length === 0 ? 0 : 1), ...parts);

function bodyOf({
  identity,
  device,
  contact,
  lastUsedMs,
  lastSeenMs,
  entry,
  rival,
  memory,
}: StoredKey): Uint8Array {
  const id = encodeUtf8(device);
  const { newest, revokedKeys } = memory;
  const mark = newest && [
    number(newest.timestampSeconds),
    hex.decode(newest.noiseKey, KEY_BYTES),
    octet(PROOFS.indexOf(newest.freshness)),
  ];
  return concatBytes(
    identity,
    octet(id.length),
    id,
    octet(CONTACTS.indexOf(contact)),
    number(lastUsedMs),
    number(lastSeenMs),
    octet(STATES.indexOf(entry.state)),
    entry.state === 'unknown' ? new Uint8Array(0) : knownBody(entry, rival),
    maybe(...(mark ?? [])),
    count(revokedKeys.length),
    ...revokedKeys.map((key) => hex.decode(key, KEY_BYTES)),
  );
}

function knownBody(known: StoredKnownKey, rival: Uint8Array | undefined): Uint8Array {
  const { noiseKey, firstSeenMs, lastValidatedMs, previous } = known;
  const record = encodeUtf8(known.recordText ?? '');
  return concatBytes(
    noiseKey,
    number(firstSeenMs),
    maybe(...(lastValidatedMs === undefined ? [] : [number(lastValidatedMs)])),
    maybe(...(previous ? [previous.noiseKey, number(previous.replacedAtMs)] : [])),
    maybe(...(rival ? [rival] : [])),
    count(record.length),
    record,
  );
}

/** Any error will do: the caller turns it into its own. */
function requireSound(isSound: boolean): void {
  if (!isSound) throw new RangeError('the stored key contradicts itself');
}

function one<Value>(values: readonly Value[], at: number): Value {
  const value = values[at];
  if (value === undefined) throw new RangeError('no such number');
  return value;
}

const copied = (reader: ByteReader, length: number): Uint8Array => reader.bytes(length).slice();

function time(reader: ByteReader): number {
  const ms = Number(reader.uint64());
  requireSound(Number.isSafeInteger(ms));
  return ms;
}

function optionally<Part>(reader: ByteReader, read: () => Part): Part | undefined {
  const flag = reader.uint8();
  requireSound(flag <= 1);
  return flag === 1 ? read() : undefined;
}

function readBody(reader: ByteReader, format: number): StoredKey {
  const identity = copied(reader, KEY_BYTES);
  const device = decodeUtf8(reader.bytes(reader.uint8()));
  requireDeviceId(device);
  const contact = one(CONTACTS, reader.uint8());
  const lastUsedMs = time(reader);
  const lastSeenMs = format === FIRST_FORMAT ? lastUsedMs : time(reader);
  const state = one(STATES, reader.uint8());
  const { entry, rival } =
    state === 'unknown' ? { entry: { state } as const, rival: undefined } : readKnown(reader, state);
  const memory = readMemory(reader);
  reader.end();
  return { kind: 'stored', identity, device, contact, lastUsedMs, lastSeenMs, entry, rival, memory };
}

function readKnown(
  reader: ByteReader,
  state: StoredKnownKey['state'],
): { readonly entry: StoredKnownKey; readonly rival: Uint8Array | undefined } {
  const noiseKey = copied(reader, KEY_BYTES);
  const firstSeenMs = time(reader);
  const lastValidatedMs = optionally(reader, () => time(reader));
  const previous = optionally(reader, () => ({
    noiseKey: copied(reader, KEY_BYTES),
    replacedAtMs: time(reader),
  }));
  const rival = optionally(reader, () => copied(reader, KEY_BYTES));
  const record = decodeUtf8(reader.bytes(reader.uint16()));
  const { record: hasRecord = record !== '' }: { readonly record?: boolean } = PARTS[state];
  requireSound(hasRecord === (record !== ''));
  requireSound((previous !== undefined) === (state === 'rotated'));
  requireSound(rival === undefined || state === 'conflict');
  const recordText = record === '' ? undefined : record;
  return { entry: { state, noiseKey, firstSeenMs, lastValidatedMs, previous, recordText }, rival };
}

function readMemory(reader: ByteReader): RollBackMemory {
  const newest = optionally(reader, () => ({
    timestampSeconds: reader.uint64(),
    noiseKey: hex.encode(reader.bytes(KEY_BYTES)),
    freshness: one(PROOFS, reader.uint8()),
  }));
  const keys = reader.uint16();
  requireSound(keys <= MAX_REMEMBERED_REVOCATIONS);
  const revokedKeys = Array.from({ length: keys }, () => hex.encode(reader.bytes(KEY_BYTES)));
  requireSound(new Set(revokedKeys).size === keys);
  return { newest, revokedKeys };
}
