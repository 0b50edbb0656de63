import { isAllZero, wipe } from '@pubky-paykit/primitives';
import { NoiseError } from '../../errors.ts';
import { assertKeyLength } from '../../input.ts';
import type { DiffieHellman, KeyPair } from '../../suite.ts';
import { BackendKeyPair } from '../key-pair.ts';

/** The part of a noble Montgomery curve that is used here. */
interface Curve {
  getPublicKey(secretKey: Uint8Array): Uint8Array;
  getSharedSecret(secretKey: Uint8Array, publicKey: Uint8Array): Uint8Array;
  readonly utils: { randomSecretKey(): Uint8Array };
}

const isSecretKey = (value: unknown): value is Uint8Array => value instanceof Uint8Array;

/** The port over one of noble's curves, with keys of `keyBytes`. */
export function nobleDiffieHellman(
  name: DiffieHellman['name'],
  curve: Curve,
  keyBytes: number,
): DiffieHellman {
  /** @param secretKey Taken. */
  const keyPair = (secretKey: Uint8Array): KeyPair =>
    new BackendKeyPair(curve.getPublicKey(secretKey), secretKey, wipe);
  return {
    name,
    publicKeyBytes: keyBytes,
    secretKeyBytes: keyBytes,
    generateKeyPair: () => keyPair(curve.utils.randomSecretKey()),
    importKeyPair(secretKey) {
      assertKeyLength(secretKey, keyBytes, 's');
      if (isAllZero(secretKey)) throw new NoiseError('NOISE_KEY_INVALID', { key: 's' });
      return keyPair(new Uint8Array(secretKey));
    },
    importPublicKey(publicKey) {
      assertKeyLength(publicKey, keyBytes, 'rs');
      return { bytes: new Uint8Array(publicKey) };
    },
    dh(local, remote) {
      const secretKey = BackendKeyPair.open(local, isSecretKey);
      try {
        return curve.getSharedSecret(secretKey, remote.bytes);
      } catch {
        // Lengths were checked at import, so this is noble refusing a zero result; the interpreter reports it.
        return new Uint8Array(keyBytes);
      }
    },
  };
}
