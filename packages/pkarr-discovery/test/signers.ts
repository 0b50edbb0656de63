import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import type { IdentitySigner } from '@pubky-paykit/primitives';

/** RFC 8410: what stands before the 32 bytes of an Ed25519 seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');
const SPKI_PREFIX_BYTES = 12;

/** Signs with Node's own Ed25519, which is neither noble nor sodium. */
export function signerOf(seed: Uint8Array): IdentitySigner {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_PREFIX, seed]), format: 'der', type: 'pkcs8' });
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    publicKey: Uint8Array.from(spki.subarray(SPKI_PREFIX_BYTES)),
    sign: async (message) => Uint8Array.from(sign(null, message, key)),
  };
}

/** The signer whose seed is 32 times `byte`. */
export function numbered(byte: number): IdentitySigner {
  return signerOf(new Uint8Array(32).fill(byte));
}
