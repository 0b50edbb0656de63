import { ed25519 } from '@noble/curves/ed25519.js';
import { type IdentitySigner, Secret } from '@pubky-paykit/primitives';

/** A signer of a fresh seed. */
export function newSigner(): IdentitySigner {
  const { secretKey, publicKey } = ed25519.keygen();
  return { publicKey, sign: async (message) => ed25519.sign(message, secretKey) };
}

/** A signer that always has the same key, for tests that compare bytes. */
export function fixedSigner(fill: number): IdentitySigner {
  const seed = new Uint8Array(32).fill(fill);
  return { publicKey: ed25519.getPublicKey(seed), sign: async (message) => ed25519.sign(message, seed) };
}

/** A fresh seed, as the SDK wants it. */
export function newSeed() {
  const { secretKey, publicKey } = ed25519.keygen();
  return { identity: Secret.take(secretKey), publicKey };
}
