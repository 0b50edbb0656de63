import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { blake3 } from '@noble/hashes/blake3.js';
import { base64, concatBytes, type RandomSource, systemRandom } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';

/** Length of the secret in a sign-in link. */
export const AUTH_SECRET_BYTES = 32;

const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Base 64 with the URL alphabet and without padding (RFC 4648 §5). The text of a secret cannot be wiped. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return base64.encode(bytes).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

/**
 * Decodes {@link encodeBase64Url}, strictly.
 *
 * @returns A fresh buffer, owned by the caller; `undefined` if the text is not the one of `expectedBytes` bytes.
 */
export function decodeBase64Url(text: string, expectedBytes: number): Uint8Array | undefined {
  if (!/^[\w-]*$/.test(text)) return undefined;
  const padded = text.padEnd(Math.ceil(text.length / 4) * 4, '=');
  try {
    return base64.decode(padded.replace(/-/g, '+').replace(/_/g, '/'), expectedBytes);
  } catch {
    return undefined;
  }
}

/**
 * The name of the channel in which the answer to a sign-in link is handed over: who sees it cannot open what goes through.
 *
 * @param secret 32 bytes; borrowed.
 * @see official-noise §3.3
 */
export function authChannelId(secret: Uint8Array): string {
  return encodeBase64Url(blake3(secret));
}

/**
 * The address of a channel.
 *
 * @param relay Base address such as `https://relay.example/link/`; the slash at the end may be missing.
 */
export function authChannelUrl(relay: string, secret: Uint8Array): string {
  return `${relay.replace(/\/$/, '')}/${authChannelId(secret)}`;
}

/**
 * Encrypts a token for whoever made the link: nonce (24), then XSalsa20-Poly1305 as NaCl lays it out (tag first).
 *
 * @param token Borrowed. @param secret 32 bytes; borrowed. @returns A fresh buffer, 40 bytes longer.
 */
export function sealAuthToken(
  token: Uint8Array,
  secret: Uint8Array,
  random: RandomSource = systemRandom,
): Uint8Array {
  const nonce = random.bytes(NONCE_BYTES);
  return concatBytes(nonce, xsalsa20poly1305(secret, nonce).encrypt(token));
}

/**
 * Decrypts what {@link sealAuthToken} made. Any bytes give a value or a code.
 *
 * @param sealed Borrowed. @param secret 32 bytes; borrowed. @returns A fresh buffer: an auth token, not verified.
 * @throws HOMESERVER_BAD_SEALED_TOKEN
 *
 * @example
 * ```ts
 * import { openAuthToken, sealAuthToken } from '@pubky-paykit/homeserver/wire';
 * const secret = crypto.getRandomValues(new Uint8Array(32));
 * openAuthToken(sealAuthToken(Uint8Array.of(1, 2, 3), secret), secret); // 01 02 03
 * ```
 */
export function openAuthToken(sealed: Uint8Array, secret: Uint8Array): Uint8Array {
  if (sealed.length > NONCE_BYTES + TAG_BYTES) {
    try {
      return xsalsa20poly1305(secret, sealed.slice(0, NONCE_BYTES)).decrypt(sealed.slice(NONCE_BYTES));
    } catch {
      // Dropped on purpose: there is one code for failed authentication.
    }
  }
  throw new HomeserverError('HOMESERVER_BAD_SEALED_TOKEN', { bytes: sealed.length });
}
