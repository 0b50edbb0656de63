import { ed25519 } from '@noble/curves/ed25519.js';
import type { IdentitySigner } from './ports/identity-signer.ts';

/** RFC 8032 §5.1.5. */
const KEY_BYTES = 32;
/** RFC 8032 §5.1.6: R, then s. */
const SIGNATURE_BYTES = 64;

/** True for the canonical encoding of a point on the curve that is not one of the eight small-order points. */
function isUsablePoint(encoded: Uint8Array): boolean {
  try {
    return !ed25519.Point.fromBytes(encoded, false).isSmallOrder();
  } catch {
    return false;
  }
}

/**
 * Verifies an Ed25519 signature by the strict rules: public key and R canonical and not of small order, `s` below the
 * group order. By the lenient rules anybody can sign any message for a small-order key (N8 W-14).
 *
 * @param signature 64 bytes; borrowed.
 * @param message Any bytes; borrowed.
 * @param publicKey 32 bytes; borrowed.
 * @returns False for anything that is not a valid signature, wrong lengths and what is no bytes included; never throws.
 *
 * @example
 * ```ts
 * import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
 * verifyStrictly(new Uint8Array(64), new Uint8Array(0), new Uint8Array(32)); // false
 * ```
 */
export function verifyStrictly(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  // noble throws for a message that is no bytes.
  if (![signature, message, publicKey].every((value) => value instanceof Uint8Array)) return false;
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false;
  // noble's strict mode refuses non-canonical points, s >= L and small-order keys, but not a small-order R.
  if (!isUsablePoint(signature.subarray(0, KEY_BYTES))) return false;
  return ed25519.verify(signature, message, publicKey, { zip215: false });
}

/** What a signer can do wrong, as the caller's errors. */
export interface SignerErrors {
  /** It threw. @param cause What it threw. */
  failed(cause: unknown): Error;
  /** Its answer is not the signature of its key over these bytes. */
  wrong(): Error;
}

/**
 * What a signer answers, verified: a remote one may hold another key than it says, and a faulty signature can give a key
 * away, so nothing unchecked leaves.
 *
 * @param publicKey 32 bytes, the key the signature must belong to; borrowed.
 * @param message Any bytes; borrowed. The signer gets a copy.
 * @returns 64 bytes, a fresh buffer.
 * @throws What `errors` makes.
 *
 * @example
 * ```ts
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * import { signStrictly } from '@pubky-paykit/primitives/ed25519';
 * declare const signer: IdentitySigner;
 * const signature = await signStrictly(signer, signer.publicKey, Uint8Array.of(1, 2, 3), {
 *   failed: (cause) => new Error('the signer failed', { cause }),
 *   wrong: () => new Error('the signer answered with something else'),
 * });
 * ```
 */
export async function signStrictly(
  signer: IdentitySigner,
  publicKey: Uint8Array,
  message: Uint8Array,
  errors: SignerErrors,
): Promise<Uint8Array> {
  let answer: Uint8Array;
  try {
    answer = await signer.sign(Uint8Array.from(message));
  } catch (cause) {
    throw errors.failed(cause);
  }
  if (!(answer instanceof Uint8Array) || answer.length !== SIGNATURE_BYTES) throw errors.wrong();
  // The very bytes that are verified leave, whatever the signer does with its buffer afterwards.
  const signature = Uint8Array.from(answer);
  if (!verifyStrictly(signature, message, publicKey)) throw errors.wrong();
  return signature;
}
