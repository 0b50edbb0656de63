/// <reference lib="esnext.disposable" preserve="true" />
/** A key pair as a backend keeps it. The secret half never leaves it. */
export interface KeyPair {
  /** The public key, 32 bytes (25519) or 56 (448). A view for reading: do not change it. */
  readonly publicKey: Uint8Array;
  readonly destroyed: boolean;
  /** Wipes what the backend can wipe; later use throws NOISE_DESTROYED. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/** A public key as a backend keeps it: import once, use often. */
export interface PublicKey {
  /** 32 bytes (25519) or 56 (448). A view for reading: do not change it. */
  readonly bytes: Uint8Array;
}

/**
 * The Diffie-Hellman function of a suite, over key handles, so that a backend imports each key once.
 *
 * @see Noise revision 34, §4.1
 */
export interface DiffieHellman {
  /** As in protocol names. */
  readonly name: '25519' | '448';
  /** DHLEN: length of public keys and of shared secrets, in bytes. */
  readonly publicKeyBytes: number;
  /** Length of secret keys, in bytes. */
  readonly secretKeyBytes: number;
  /** A fresh key pair from the platform's generator. */
  generateKeyPair(): KeyPair;
  /**
   * The key pair of a secret key, which is copied: wipe your own.
   *
   * @throws NOISE_KEY_LENGTH unless it has `secretKeyBytes`.
   * @throws NOISE_KEY_INVALID if it is all zero.
   */
  importKeyPair(secretKey: Uint8Array): KeyPair;
  /**
   * A handle of a public key, which is copied. Low-order points are accepted here and refused by `dh`.
   *
   * @throws NOISE_KEY_LENGTH unless it has `publicKeyBytes`.
   */
  importPublicKey(publicKey: Uint8Array): PublicKey;
  /**
   * The shared secret, a fresh buffer of `publicKeyBytes` bytes the caller owns and wipes.
   * All zero if `remote` is a low-order point: the interpreter, not the backend, refuses that.
   *
   * @throws NOISE_DESTROYED if `local` was destroyed.
   */
  dh(local: KeyPair, remote: PublicKey): Uint8Array;
}

/**
 * The cipher of a suite: an AEAD with a 32-byte key and a 64-bit nonce.
 *
 * @see Noise revision 34, §4.2
 */
export interface Cipher {
  /** As in protocol names. */
  readonly name: 'ChaChaPoly' | 'AESGCM';
  /** Ciphertext with its 16-byte tag at the end, fresh. All inputs are borrowed. */
  encrypt(key: Uint8Array, nonce: bigint, associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array;
  /** The plaintext, fresh, or `undefined` if the tag does not verify. `ciphertext` has at least 16 bytes. */
  decrypt(
    key: Uint8Array,
    nonce: bigint,
    associatedData: Uint8Array,
    ciphertext: Uint8Array,
  ): Uint8Array | undefined;
}

/**
 * The hash function of a suite.
 *
 * @see Noise revision 34, §4.3
 */
export interface Hash {
  /** As in protocol names. */
  readonly name: 'SHA256' | 'SHA512' | 'BLAKE2s' | 'BLAKE2b';
  /** HASHLEN: 32 or 64 bytes. */
  readonly hashBytes: number;
  /** The digest of `first ‖ second`, a fresh buffer of `hashBytes`. */
  hash(first: Uint8Array, second?: Uint8Array): Uint8Array;
  /** HMAC (RFC 2104) of `first ‖ second` under `key`, a fresh buffer of `hashBytes`. */
  hmac(key: Uint8Array, first: Uint8Array, second?: Uint8Array): Uint8Array;
}

/**
 * Three functions that make a Noise protocol of a pattern. Any mix of backends works.
 *
 * @example
 * ```ts
 * import type { Suite } from '@pubky-paykit/noise-core';
 * import { blake2s } from '@pubky-paykit/noise-core/blake2s';
 * import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
 * import { x25519 } from '@pubky-paykit/noise-core/x25519';
 * const suite: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };
 * ```
 */
export interface Suite {
  readonly dh: DiffieHellman;
  readonly cipher: Cipher;
  readonly hash: Hash;
}
