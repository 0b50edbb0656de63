/// <reference lib="esnext.disposable" preserve="true" />
import { wipe } from '@pubky-paykit/primitives';
import { CIPHER_KEY_BYTES, EMPTY_BYTES, MAX_MESSAGE_BYTES, RESERVED_NONCE, TAG_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import { assertKeyLength, assertLength } from './input.ts';
import type { Cipher } from './suite.ts';

const REKEY_PLAINTEXT = new Uint8Array(CIPHER_KEY_BYTES);

/** @throws NOISE_NONCE_EXHAUSTED unless the nonce is from 0 to `maximum`, inclusive. */
function assertNonce(nonce: bigint, maximum: bigint): void {
  if (nonce < 0n || nonce > maximum) throw new NoiseError('NOISE_NONCE_EXHAUSTED');
}

/**
 * One key and its counter: the CipherState of the specification, for one direction.
 *
 * A nonce is spent before it is used for sending, and counts as received only after the tag verified. Setting the
 * nonce is for receivers: a state that encrypted refuses it, and a state whose nonce was set never encrypts.
 *
 * @see Noise revision 34, §5.1
 */
export class CipherState {
  readonly #cipher: Cipher;
  #key: Uint8Array | undefined;
  #nonce: bigint;
  /** What the state serves for, once that is known. */
  #sends: boolean | undefined;

  /**
   * @param key 32 bytes, taken: the state wipes it.
   * @param firstNonce For a key that was used before: the first nonce that was not. At most 2^64 − 1, inclusive.
   * @throws NOISE_KEY_LENGTH unless the key has 32 bytes.
   * @throws NOISE_NONCE_EXHAUSTED if the nonce is out of range.
   */
  constructor(cipher: Cipher, key: Uint8Array, firstNonce = 0n) {
    assertKeyLength(key, CIPHER_KEY_BYTES, 'k');
    assertNonce(firstNonce, RESERVED_NONCE);
    this.#nonce = firstNonce;
    this.#cipher = cipher;
    this.#key = key;
  }

  /** The nonce of the next message. */
  get nonce(): bigint {
    return this.#nonce;
  }

  get destroyed(): boolean {
    return this.#key === undefined;
  }

  /**
   * Encrypts with the next nonce; the result is fresh and 16 bytes longer.
   *
   * @throws NOISE_NONCE_EXHAUSTED, NOISE_NONCE_DIRECTION, NOISE_DESTROYED
   */
  encryptWithAd(associatedData: Uint8Array, plaintext: Uint8Array): Uint8Array {
    const key = this.#liveKey();
    if (this.#sends === false) throw new NoiseError('NOISE_NONCE_DIRECTION');
    this.#sends = true;
    const nonce = this.#nonce;
    assertNonce(nonce, RESERVED_NONCE - 1n);
    this.#nonce = nonce + 1n;
    return this.#cipher.encrypt(key, nonce, associatedData, plaintext);
  }

  /**
   * Decrypts with the next nonce, which advances only if the tag verifies.
   *
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_NONCE_EXHAUSTED, NOISE_DESTROYED
   */
  decryptWithAd(associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.decryptAt(this.#nonce, associatedData, ciphertext);
    this.#nonce += 1n;
    return plaintext;
  }

  /** Decrypts with a given nonce and leaves the counter alone: for messages that carry their nonce. */
  decryptAt(nonce: bigint, associatedData: Uint8Array, ciphertext: Uint8Array): Uint8Array {
    const key = this.#liveKey();
    assertNonce(nonce, RESERVED_NONCE - 1n);
    assertLength(ciphertext, TAG_BYTES, MAX_MESSAGE_BYTES, 'the ciphertext');
    const plaintext = this.#cipher.decrypt(key, nonce, associatedData, ciphertext);
    if (plaintext === undefined) throw new NoiseError('NOISE_DECRYPT_FAILED');
    return plaintext;
  }

  /**
   * Sets the nonce of the next message to receive.
   *
   * @param nonce 0 to 2^64 − 1, exclusive.
   * @throws NOISE_NONCE_DIRECTION if this state encrypted before.
   * @throws NOISE_NONCE_EXHAUSTED if the nonce is out of range.
   */
  setNonce(nonce: bigint): void {
    this.#liveKey();
    if (this.#sends) throw new NoiseError('NOISE_NONCE_DIRECTION');
    assertNonce(nonce, RESERVED_NONCE - 1n);
    this.#sends = false;
    this.#nonce = nonce;
  }

  /** Replaces the key by a one-way function of it; the counter goes on. Both sides must do it at the same point. §4.2 */
  rekey(): void {
    const key = this.#liveKey();
    const output = this.#cipher.encrypt(key, RESERVED_NONCE, EMPTY_BYTES, REKEY_PLAINTEXT);
    this.#key = new Uint8Array(output.subarray(0, CIPHER_KEY_BYTES));
    wipe(key, output);
  }

  /** Wipes the key; later use throws NOISE_DESTROYED. */
  destroy(): void {
    wipe(this.#key);
    this.#key = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #liveKey(): Uint8Array {
    if (this.#key === undefined) throw new NoiseError('NOISE_DESTROYED');
    return this.#key;
  }
}
