import {
  ByteReader,
  ByteWriter,
  concatBytes,
  encodeUtf8,
  type IdentitySigner,
  isCodedError,
} from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { HomeserverError } from '../errors.ts';
import {
  CAPABILITIES_MAXIMUM_LENGTH,
  type Capability,
  formatCapabilities,
  readCapabilities,
} from './capabilities.ts';
import { encodeString, readString } from './postcard.ts';
import type { TokenFault } from './wire-errors.ts';

/** How far the time of a token may be from the server's, either way, in milliseconds (inclusive). pubky-common 0.6. */
export const TOKEN_WINDOW_MS = 45_000;
/** Longest token, in bytes (inclusive). */
export const TOKEN_MAXIMUM_BYTES = 115 + 2 + 4 * CAPABILITIES_MAXIMUM_LENGTH;

const SIGNATURE_BYTES = 64;
const KEY_BYTES = 32;
const NAMESPACE = /* @__PURE__ */ encodeUtf8('PUBKY:AUTH');
const VERSION = 0;
/** Version 0 signs from here on: the first letter of the namespace is left out. */
const SIGNED_FROM = SIGNATURE_BYTES + 1;
const HEAD_BYTES = NAMESPACE.length + 1 + 8 + KEY_BYTES;
const MICROSECONDS = 1000;

/** What a token says: who asks for which capabilities, and when. */
export interface AuthTokenFields {
  /** 32 bytes. */
  readonly publicKey: Uint8Array;
  /** Unix time in microseconds. A server takes one token of a key and time only. */
  readonly timestamp: bigint;
  readonly capabilities: readonly Capability[];
}

/** A token taken apart. Nothing in it has been verified. */
export interface AuthToken extends AuthTokenFields {
  /** 64 bytes. */
  readonly signature: Uint8Array;
  /** What the signature has to cover: bytes 65 to the end. */
  readonly signable: Uint8Array;
}

declare const verified: unique symbol;

/** A token whose signature and time {@link verifyAuthToken} has checked; nobody else can make one. */
export interface VerifiedAuthToken extends AuthToken {
  readonly [verified]: true;
}

/** Everything of a token behind the signature. */
function encodeFields({ publicKey, timestamp, capabilities }: AuthTokenFields): Uint8Array {
  const head = new ByteWriter(HEAD_BYTES)
    .bytes(NAMESPACE)
    .uint8(VERSION)
    .uint64(timestamp)
    .bytes(publicKey)
    .finish();
  return concatBytes(head, encodeString(formatCapabilities(capabilities)));
}

/**
 * The bytes an identity signs to sign in.
 *
 * @param fields Borrowed; the key is 32 bytes long.
 * @returns A fresh buffer. @see official-noise §3.3
 */
export function authTokenSignable(fields: AuthTokenFields): Uint8Array {
  return encodeFields(fields).slice(SIGNED_FROM - SIGNATURE_BYTES);
}

/**
 * Puts signature and fields together:
 *
 * | offset | bytes | content                                   |
 * | ------ | ----- | ----------------------------------------- |
 * | 0      | 64    | Ed25519 signature over bytes 65 to the end |
 * | 64     | 10    | `PUBKY:AUTH`                              |
 * | 74     | 1     | version, 0                                |
 * | 75     | 8     | microseconds, big endian                  |
 * | 83     | 32    | public key                                |
 * | 115    | 1 …   | capabilities: length as varint, text      |
 *
 * @param signature 64 bytes, over {@link authTokenSignable} of the same fields; borrowed.
 * @returns A fresh buffer. Until a server has seen it, whoever has it can sign in: keep it secret.
 */
export function assembleAuthToken(signature: Uint8Array, fields: AuthTokenFields): Uint8Array {
  return concatBytes(signature, encodeFields(fields));
}

/**
 * Signs a token.
 *
 * @param timestamp Unix time in microseconds; never the same twice for one key.
 * @returns A fresh buffer, secret until it has been used.
 * @throws HOMESERVER_BAD_TOKEN (`signer`) if the signer's answer is not its key's signature.
 *
 * @example
 * ```ts
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * import { createAuthToken, ROOT_CAPABILITIES } from '@pubky-paykit/homeserver/wire';
 * declare const signer: IdentitySigner;
 * const token = await createAuthToken(signer, {
 *   capabilities: ROOT_CAPABILITIES,
 *   timestamp: BigInt(Date.now()) * 1000n,
 * });
 * ```
 */
export async function createAuthToken(
  signer: IdentitySigner,
  { capabilities, timestamp }: Pick<AuthTokenFields, 'capabilities' | 'timestamp'>,
): Promise<Uint8Array> {
  // The key as it is now, and not as the signer may show it after the wait.
  const fields = { publicKey: Uint8Array.from(signer.publicKey), capabilities, timestamp };
  const signable = authTokenSignable(fields);
  const signature = Uint8Array.from(await signer.sign(Uint8Array.from(signable)));
  if (!verifyStrictly(signature, signable, fields.publicKey)) throw badToken('signer');
  return assembleAuthToken(signature, fields);
}

const badToken = (fault: TokenFault) => new HomeserverError('HOMESERVER_BAD_TOKEN', { fault });

function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/**
 * Takes a token apart without believing it. Any bytes give a value or a code. Capabilities that are not understood are left
 * out, as servers do it.
 *
 * @param bytes Borrowed; the result holds copies.
 * @throws HOMESERVER_BAD_TOKEN
 */
export function parseAuthToken(bytes: Uint8Array): AuthToken {
  if (bytes.length > TOKEN_MAXIMUM_BYTES) throw badToken('length');
  const reader = new ByteReader(Uint8Array.from(bytes));
  try {
    const signature = reader.bytes(SIGNATURE_BYTES).slice();
    if (!sameBytes(reader.bytes(NAMESPACE.length), NAMESPACE)) throw badToken('namespace');
    if (reader.uint8() !== VERSION) throw badToken('version');
    const timestamp = reader.uint64();
    const publicKey = reader.bytes(KEY_BYTES).slice();
    const text = readString(reader);
    if (text === undefined || text.length > CAPABILITIES_MAXIMUM_LENGTH) throw badToken('capabilities');
    reader.end();
    return {
      signature,
      timestamp,
      publicKey,
      capabilities: readCapabilities(text),
      signable: bytes.slice(SIGNED_FROM),
    };
  } catch (error) {
    throw outermost(error);
  }
}

/** What a reader refuses is a fault of the token. */
function outermost(error: unknown): unknown {
  if (!isCodedError(error) || error instanceof HomeserverError) return error;
  return badToken(error.code === 'PRIMITIVES_BAD_UTF8' ? 'capabilities' : 'length');
}

/**
 * Takes a token apart, checks the signature by the strict rules and the time against `now`. Whether it was used before is for
 * the server to remember, see {@link authTokenId}.
 *
 * @param bytes Borrowed; any length.
 * @param now Unix time in milliseconds. `windowMs`: {@link TOKEN_WINDOW_MS} if left out.
 * @throws HOMESERVER_BAD_TOKEN, HOMESERVER_TOKEN_EXPIRED, HOMESERVER_TOKEN_EARLY
 */
export function verifyAuthToken(
  bytes: Uint8Array,
  { now, windowMs = TOKEN_WINDOW_MS }: { readonly now: number; readonly windowMs?: number },
): VerifiedAuthToken {
  const token = parseAuthToken(bytes);
  const aheadMs = Number(token.timestamp) / MICROSECONDS - now;
  if (aheadMs > windowMs) throw new HomeserverError('HOMESERVER_TOKEN_EARLY', { aheadMs, windowMs });
  if (aheadMs < -windowMs) {
    throw new HomeserverError('HOMESERVER_TOKEN_EXPIRED', { ageMs: -aheadMs, windowMs });
  }
  if (!verifyStrictly(token.signature, token.signable, token.publicKey)) throw badToken('signature');
  return token as VerifiedAuthToken;
}

/** The same text for two tokens exactly if a server must not take both: key and time. Sorts by time. */
export function authTokenId({ publicKey, timestamp }: AuthTokenFields): string {
  const key = Array.from(publicKey, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${timestamp.toString().padStart(20, '0')}:${key}`;
}
