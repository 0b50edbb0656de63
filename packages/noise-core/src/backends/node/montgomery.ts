import {
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  KeyObject,
} from 'node:crypto';
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
  readonly algorithm: 'x25519' | 'x448';
}

/** A fresh pair as Node gives it when the public half is asked for as JWK. */
interface GeneratedPair {
  readonly publicKey: { readonly x: string };
  readonly privateKey: KeyObject;
}

/**
 * The public half is encoded inside of the generating job. Exporting it afterwards can hang the process for good: the
 * export holds the key's lock, allocates, and the garbage collection this may cause waits for the same lock to free
 * the job (seen in Node 20 with `--gc-global`). JWK, because DER takes 80 µs more.
 */
const generatePair = generateKeyPairSync as unknown as (
  algorithm: MontgomeryCurve['algorithm'],
  options: { readonly publicKeyEncoding: { readonly format: 'jwk' } },
) => GeneratedPair;

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

/** The coordinate of a JSON Web Key as raw bytes in a buffer of their own. */
function decodeCoordinate(x: string | undefined): Uint8Array {
  return new Uint8Array(Buffer.from(x as string, 'base64url'));
}

/** The port over OpenSSL's key objects: each key is imported once, public keys as JWK, which beats DER by far. */
export function nodeDiffieHellman(curve: MontgomeryCurve): DiffieHellman {
  const { name, keyBytes, jwkName, algorithm } = curve;
  const importPublicKey = (publicKey: Uint8Array): NodePublicKey => {
    const bytes = new Uint8Array(publicKey);
    const x = Buffer.from(bytes.buffer).toString('base64url');
    return new NodePublicKey(bytes, createPublicKey({ key: { kty: 'OKP', crv: jwkName, x }, format: 'jwk' }));
  };
  return {
    name,
    publicKeyBytes: keyBytes,
    secretKeyBytes: keyBytes,
    generateKeyPair(): KeyPair {
      const { publicKey, privateKey } = generatePair(algorithm, { publicKeyEncoding: { format: 'jwk' } });
      return new BackendKeyPair(decodeCoordinate(publicKey.x), privateKey);
    },
    importKeyPair(secretKey) {
      assertKeyLength(secretKey, keyBytes, 's');
      if (isAllZero(secretKey)) throw new NoiseError('NOISE_KEY_INVALID', { key: 's' });
      // DER and not JWK: a JWK would turn the secret into a string, which cannot be wiped.
      const document = concatBytes(curve.pkcs8Prefix, secretKey);
      try {
        const key = Buffer.from(document.buffer);
        const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
        const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
        return new BackendKeyPair(decodeCoordinate(x), privateKey);
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
