import { createHash, randomBytes } from 'node:crypto';
import { isAllZero } from '@pubky-paykit/primitives';
import type { DiffieHellman, KeyPair } from '../src/index.ts';
import { NoiseError } from '../src/index.ts';

/**
 * No security at all, but a Diffie-Hellman function in form: both ends agree, every key gives another result, and the
 * point zero gives zero. A hundred times quicker than a curve, for tests of the interpreter with thousands of cases.
 */
export const toyDiffieHellman: DiffieHellman = {
  name: '25519',
  publicKeyBytes: 32,
  secretKeyBytes: 32,
  generateKeyPair: () => pairOf(Uint8Array.from(randomBytes(32))),
  importKeyPair: (secretKey) => pairOf(Uint8Array.from(secretKey)),
  importPublicKey: (publicKey) => ({ bytes: Uint8Array.from(publicKey) }),
  dh(local, remote) {
    if (local.destroyed) throw new NoiseError('NOISE_DESTROYED');
    if (isAllZero(remote.bytes)) return new Uint8Array(32);
    const [first, second] = [local.publicKey, remote.bytes].sort((a, b) => Buffer.compare(a, b));
    return Uint8Array.from(createHash('sha256').update(first!).update(second!).digest());
  },
};

function pairOf(publicKey: Uint8Array): KeyPair {
  let destroyed = false;
  const destroy = () => {
    destroyed = true;
  };
  return {
    publicKey,
    get destroyed() {
      return destroyed;
    },
    destroy,
    [Symbol.dispose]: destroy,
  };
}
