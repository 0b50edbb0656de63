import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  KeyObject,
} from 'node:crypto';
import { isMainThread } from 'node:worker_threads';
import { concatBytes, isAllZero, wipe } from '@pubky-paykit/primitives';
import { NoiseError } from '../../errors.ts';
import { assertKeyLength } from '../../input.ts';
import type { DiffieHellman, KeyPair, PublicKey } from '../../suite.ts';
import { BackendKeyPair } from '../key-pair.ts';

/** What differs between the two curves. */
export interface MontgomeryCurve {
  readonly name: DiffieHellman['name'];
  /** Name in JSON Web Keys (RFC 8037). */
  readonly jwkName: 'X25519' | 'X448';
  readonly keyBytes: number;
  /** What stands before the 32 or 56 bytes of a secret key in a PKCS #8 document (RFC 8410 §7). */
  readonly pkcs8Prefix: Uint8Array;
  readonly generate: () => { publicKey: KeyObject; privateKey: KeyObject };
}

/** `generateKeyPairSync` by literal name: its types know no union of curves. */
export const GENERATE = {
  x25519: (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('x25519'),
  x448: (): { publicKey: KeyObject; privateKey: KeyObject } => generateKeyPairSync('x448'),
};

const isKeyObject = (value: unknown): value is KeyObject => value instanceof KeyObject;

/** A public key that OpenSSL parsed once. */
class NodePublicKey implements PublicKey {
  readonly bytes: Uint8Array;
  readonly keyObject: KeyObject;

  constructor(bytes: Uint8Array, keyObject: KeyObject) {
    this.bytes = bytes;
    this.keyObject = keyObject;
  }
}

/**
 * The raw bytes of a public key. JWK is 50 times faster than DER here, but two worker threads that export JWK at the
 * same time were seen to hang Node 20, so only the main thread does it.
 */
function rawPublicKey(publicKey: KeyObject, keyBytes: number): Uint8Array {
  if (isMainThread)
    return Uint8Array.from(Buffer.from(publicKey.export({ format: 'jwk' }).x as string, 'base64url'));
  const document = publicKey.export({ format: 'der', type: 'spki' });
  return Uint8Array.from(document.subarray(document.length - keyBytes));
}

/** The port over OpenSSL's key objects: each key is imported once, public keys as JWK, which beats DER by far. */
export function nodeDiffieHellman(curve: MontgomeryCurve): DiffieHellman {
  const { name, keyBytes, jwkName } = curve;
  const importPublicKey = (publicKey: Uint8Array): NodePublicKey => {
    const bytes = Uint8Array.from(publicKey);
    const x = Buffer.from(bytes.buffer).toString('base64url');
    return new NodePublicKey(bytes, createPublicKey({ key: { kty: 'OKP', crv: jwkName, x }, format: 'jwk' }));
  };
  return {
    name,
    publicKeyBytes: keyBytes,
    secretKeyBytes: keyBytes,
    generateKeyPair(): KeyPair {
      const { publicKey, privateKey } = curve.generate();
      return new BackendKeyPair(rawPublicKey(publicKey, keyBytes), privateKey);
    },
    importKeyPair(secretKey) {
      assertKeyLength(secretKey, keyBytes, 's');
      if (isAllZero(secretKey)) throw new NoiseError('NOISE_KEY_INVALID', { key: 's' });
      // DER and not JWK: a JWK would turn the secret into a string, which cannot be wiped.
      const document = concatBytes(curve.pkcs8Prefix, secretKey);
      try {
        const key = Buffer.from(document.buffer);
        const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
        return new BackendKeyPair(rawPublicKey(createPublicKey(privateKey), keyBytes), privateKey);
      } finally {
        wipe(document);
      }
    },
    importPublicKey(publicKey) {
      assertKeyLength(publicKey, keyBytes, 'rs');
      return importPublicKey(publicKey);
    },
    dh(local, remote) {
      const privateKey = BackendKeyPair.open(local, isKeyObject);
      const { keyObject } = remote instanceof NodePublicKey ? remote : importPublicKey(remote.bytes);
      try {
        const shared = diffieHellman({ privateKey, publicKey: keyObject });
        return new Uint8Array(shared.buffer, shared.byteOffset, shared.length);
      } catch {
        // Both keys were imported, so this is OpenSSL refusing a zero result; the interpreter reports it.
        return new Uint8Array(keyBytes);
      }
    },
  };
}
