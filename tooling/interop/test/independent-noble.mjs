import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

/** The primitives are found through the package that declares them, and nothing else of that package is used. */
const { resolve } = createRequire(new URL('../../../packages/noise-core/package.json', import.meta.url));

/** @param {string} specifier */
const load = (specifier) => import(pathToFileURL(resolve(specifier)).href);

const [curves, aead, blake2, hmacs, hkdfs, sha2] = await Promise.all(
  [
    '@noble/curves/ed25519.js',
    '@noble/ciphers/chacha.js',
    '@noble/hashes/blake2.js',
    '@noble/hashes/hmac.js',
    '@noble/hashes/hkdf.js',
    '@noble/hashes/sha2.js',
  ].map(load),
);

/** @type {(bytes: Uint8Array) => Uint8Array} */
export const blake2s = (bytes) => blake2.blake2s(bytes);

/** @type {(key: Uint8Array, bytes: Uint8Array) => Uint8Array} */
export const hmacBlake2s = (key, bytes) => hmacs.hmac(blake2.blake2s, key, bytes);

/** @type {(ikm: Uint8Array, salt: Uint8Array, info: Uint8Array) => Uint8Array} 32 bytes. */
export const hkdfSha512 = (ikm, salt, info) => hkdfs.hkdf(sha2.sha512, ikm, salt, info, 32);

/** @type {(bytes: Uint8Array) => Uint8Array} */
export const sha256 = (bytes) => sha2.sha256(bytes);

/** @type {(secretKey: Uint8Array) => Uint8Array} */
export const x25519PublicKey = (secretKey) => curves.x25519.getPublicKey(secretKey);

/** @type {(secretKey: Uint8Array, publicKey: Uint8Array) => Uint8Array} */
export const x25519 = (secretKey, publicKey) => curves.x25519.getSharedSecret(secretKey, publicKey);

/** @type {(seed: Uint8Array) => Uint8Array} */
export const ed25519PublicKey = (seed) => curves.ed25519.getPublicKey(seed);

/** @type {(message: Uint8Array, seed: Uint8Array) => Uint8Array} */
export const ed25519Sign = (message, seed) => curves.ed25519.sign(message, seed);

/** @type {(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean} */
export const ed25519Verify = (signature, message, publicKey) =>
  curves.ed25519.verify(signature, message, publicKey);

/**
 * @param {Uint8Array} key
 * @param {bigint} counter
 * @param {Uint8Array} associatedData
 * @returns {{ encrypt(plaintext: Uint8Array): Uint8Array, decrypt(ciphertext: Uint8Array): Uint8Array }}
 */
export function chachaPoly(key, counter, associatedData) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setBigUint64(4, counter, true);
  return aead.chacha20poly1305(key, nonce, associatedData);
}
