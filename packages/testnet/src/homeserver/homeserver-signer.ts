import { ed25519 } from '@noble/curves/ed25519.js';
import { type IdentitySigner, Secret } from '@pubky-paykit/primitives';

/** The identity of a homeserver. */
export interface HomeserverSigner extends IdentitySigner {
  /** Wipes the seed; signing throws from then on. */
  destroy(): void;
}

/** @param seed 32 bytes; copied. */
export function createHomeserverSigner(seed: Uint8Array): HomeserverSigner {
  const secret = Secret.copyOf(seed);
  return {
    publicKey: secret.use((bytes) => ed25519.getPublicKey(bytes)),
    sign: async (message) => secret.use((bytes) => ed25519.sign(message, bytes)),
    destroy: () => secret.destroy(),
  };
}
