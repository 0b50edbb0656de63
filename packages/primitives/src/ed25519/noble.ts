import { ed25519 } from '@noble/curves/ed25519.js';
import { type SignStrictly, signingCheckedBy, type VerifyStrictly } from './checked-signing.ts';
import { isWellFormed } from './encoding.ts';

export type { SignerErrors } from './checked-signing.ts';

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
export const verifyStrictly: VerifyStrictly = (signature, message, publicKey) =>
  // noble's strict mode takes a small-order R, which this refuses first.
  isWellFormed(signature, message, publicKey) &&
  ed25519.verify(signature, message, publicKey, { zip215: false });

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
export const signStrictly: SignStrictly = /* @__PURE__ */ signingCheckedBy(verifyStrictly);
