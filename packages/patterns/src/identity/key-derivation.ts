import { hkdf } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import type { DiffieHellman, KeyPair } from '@pubky-paykit/noise-core';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { encodeUtf8, wipe, zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES, NOISE_KEY_SALT, PAYKIT_DEMO_CONTEXT_PREFIX } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { isWellFormed } from './well-formed.ts';

function contextBytes(context: Uint8Array | string): Uint8Array {
  if (typeof context !== 'string') return context;
  if (!isWellFormed(context)) throw new PatternsError('PATTERNS_CONTEXT_INVALID');
  return encodeUtf8(context);
}

/** RFC 7748 §5: makes any 32 bytes an X25519 scalar, in place. */
function clamp(scalar: Uint8Array): void {
  scalar[0] = (scalar[0] as number) & 0xf8;
  scalar[31] = ((scalar[31] as number) & 0x7f) | 0x40;
}

/**
 * Derives the X25519 secret of one device of an identity: HKDF-SHA-512 with the 0.8 salt, clamped.
 *
 * @param seed 32 bytes, usually the Ed25519 seed; borrowed.
 * @param context Any bytes, or text taken as UTF-8, usually the device id; borrowed. Equal contexts give equal keys.
 * @returns 32 bytes in a buffer of their own; the caller owns them and should wipe them.
 * @throws PATTERNS_KEY_LENGTH unless the seed has 32 bytes.
 * @throws PATTERNS_CONTEXT_INVALID for text with lone surrogates, which would be replaced silently.
 * @see N8 §2.1
 */
export function deriveNoiseSecret(seed: Uint8Array, context: Uint8Array | string): Uint8Array {
  requireLength('seed', seed, KEY_BYTES);
  const secret = hkdf(sha512, seed, NOISE_KEY_SALT, contextBytes(context), KEY_BYTES);
  clamp(secret);
  return secret;
}

/**
 * Derives the X25519 key pair of one device of an identity; no copy of the secret is left outside the handle.
 *
 * @param seed 32 bytes, usually the Ed25519 seed; borrowed.
 * @param context Any bytes, or text taken as UTF-8, usually the device id; borrowed.
 * @param dh The X25519 backend, by default the fastest of the platform.
 * @returns A handle the caller owns: call `destroy()` when it is no longer needed.
 * @throws PATTERNS_KEY_LENGTH unless the seed has 32 bytes.
 * @throws PATTERNS_CONTEXT_INVALID for text with lone surrogates.
 * @see N8 §2.1, §2.4
 */
export function deriveNoiseKeyPair(
  seed: Uint8Array,
  context: Uint8Array | string,
  dh: DiffieHellman = x25519,
): KeyPair {
  const secret = deriveNoiseSecret(seed, context);
  try {
    return dh.importKeyPair(secret);
  } finally {
    wipe(secret);
  }
}

/**
 * The derivation context of the Paykit demo applications: `paykit-demo-` and the bare z-base-32 form of one's own
 * identity, without any scheme or prefix (P8 W-47).
 *
 * @param identity 32 bytes, the Ed25519 public key; borrowed.
 * @throws PATTERNS_KEY_LENGTH unless it has 32 bytes.
 * @see P8 §3.4
 */
export function paykitDemoContext(identity: Uint8Array): string {
  requireLength('identity', identity, KEY_BYTES);
  return PAYKIT_DEMO_CONTEXT_PREFIX + zBase32.encode(identity);
}
