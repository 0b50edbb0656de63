import { ByteReader, concatBytes, isCodedError } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { type Capability, formatCapability, parseCapability } from './capabilities.ts';
import { encodeString, encodeVarint, readString, readVarint } from './postcard.ts';

/** What a homeserver says about a session. Not a secret: the cookie is. */
export interface SessionRecord {
  /** 32 bytes: whose session it is. */
  readonly publicKey: Uint8Array;
  /** Unix time as the server wrote it: the official one gives microseconds when signing in and seconds when asked later. */
  readonly createdAt: bigint;
  readonly capabilities: readonly Capability[];
}

/** Longest record that is read, in bytes (inclusive). */
export const SESSION_RECORD_MAXIMUM_BYTES = 32_768;

const VERSION = 0n;
const KEY_BYTES = 32;

/**
 * Encodes a record as servers send it: version 0, key, time, two texts that are always empty, and the capabilities one by one.
 *
 * @returns A fresh buffer. @see official-noise §3.3
 */
export function encodeSessionRecord({ publicKey, createdAt, capabilities }: SessionRecord): Uint8Array {
  return concatBytes(
    encodeVarint(VERSION),
    publicKey,
    encodeVarint(createdAt),
    encodeString(''),
    encodeString(''),
    encodeVarint(BigInt(capabilities.length)),
    ...capabilities.map((each) => encodeString(formatCapability(each))),
  );
}

const badRecord = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'session record', fault });

/** Everything of a record, front to back. */
function read(reader: ByteReader): SessionRecord {
  if (readVarint(reader) !== VERSION) throw badRecord('version');
  const publicKey = reader.bytes(KEY_BYTES).slice();
  const createdAt = readVarint(reader);
  if (createdAt === undefined) throw badRecord('time');
  // Name and user agent: not used any more, and of no use to us.
  if (readString(reader) === undefined || readString(reader) === undefined) throw badRecord('text');
  const count = readVarint(reader);
  // Each takes at least one byte.
  if (count === undefined || count > BigInt(reader.left)) throw badRecord('count');
  const capabilities = Array.from({ length: Number(count) }, () => {
    const capability = parseCapability(readString(reader) ?? '');
    if (capability === undefined) throw badRecord('capability');
    return capability;
  });
  reader.end();
  return { publicKey, createdAt, capabilities };
}

/**
 * Decodes a record strictly. Any bytes give a value or a code.
 *
 * @param bytes Borrowed; the result holds copies.
 * @throws HOMESERVER_BAD_ANSWER
 *
 * @example
 * ```ts
 * import { decodeSessionRecord, encodeSessionRecord, ROOT_CAPABILITIES } from '@pubky-paykit/homeserver/wire';
 * const publicKey = new Uint8Array(32);
 * decodeSessionRecord(encodeSessionRecord({ publicKey, createdAt: 0n, capabilities: ROOT_CAPABILITIES }));
 * ```
 */
export function decodeSessionRecord(bytes: Uint8Array): SessionRecord {
  if (bytes.length > SESSION_RECORD_MAXIMUM_BYTES) throw badRecord('too long');
  try {
    return read(new ByteReader(bytes));
  } catch (error) {
    if (!isCodedError(error) || error instanceof HomeserverError) throw error;
    throw badRecord(error.code === 'PRIMITIVES_BAD_UTF8' ? 'text' : 'length');
  }
}
