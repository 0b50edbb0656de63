/// <reference lib="esnext.disposable" preserve="true" />
import { EMPTY_BYTES, MAX_MESSAGE_BYTES, MAX_PLAINTEXT_BYTES, TAG_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import { assertLength } from './input.ts';
import { ReplayWindow } from './replay-window.ts';
import { destroyKeys, direction, type TransportKeys } from './transport.ts';

/** A message together with the nonce it was made with; both travel. */
export interface Datagram {
  /** 0 to 2^64 − 2, inclusive. */
  readonly nonce: bigint;
  /** 16 bytes longer than the plaintext. */
  readonly ciphertext: Uint8Array;
}

/**
 * Messages after the handshake over a channel that loses, repeats or reorders them: each carries its nonce.
 *
 * A message that does not verify is refused and changes nothing, since anybody can inject one; a nonce is accepted
 * once, and not if it is 1 024 or more behind the greatest one.
 *
 * @see Noise revision 34, §11.4
 */
export class DatagramTransport {
  readonly #keys: TransportKeys;
  readonly #window = new ReplayWindow();

  /** @param keys Taken: `destroy` wipes them. */
  constructor(keys: TransportKeys) {
    this.#keys = keys;
  }

  /**
   * Encrypts a message under the next nonce.
   *
   * @param plaintext Borrowed; at most 65 519 bytes.
   * @throws NOISE_MESSAGE_TOO_LONG, NOISE_NONCE_EXHAUSTED, NOISE_ONE_WAY, NOISE_DESTROYED
   */
  encrypt(plaintext: Uint8Array, associatedData: Uint8Array = EMPTY_BYTES): Datagram {
    assertLength(plaintext, 0, MAX_PLAINTEXT_BYTES, 'the plaintext');
    const key = direction(this.#keys, 'send');
    const nonce = key.nonce;
    return { nonce, ciphertext: key.encryptWithAd(associatedData, plaintext) };
  }

  /**
   * Decrypts a message, in whatever order they come.
   *
   * @throws NOISE_REPLAY, NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG, NOISE_NONCE_EXHAUSTED:
   *   the message is refused and the transport stays usable.
   * @throws NOISE_ONE_WAY, NOISE_DESTROYED
   */
  decrypt(datagram: Datagram, associatedData: Uint8Array = EMPTY_BYTES): Uint8Array {
    const key = direction(this.#keys, 'receive');
    if (key.destroyed) throw new NoiseError('NOISE_DESTROYED');
    const { nonce, ciphertext } = datagram;
    assertLength(ciphertext, TAG_BYTES, MAX_MESSAGE_BYTES, 'the ciphertext');
    if (nonce < 0n || !this.#window.isFresh(nonce)) throw new NoiseError('NOISE_REPLAY', { nonce });
    const plaintext = key.decryptAt(nonce, associatedData, ciphertext);
    this.#window.accept(nonce);
    return plaintext;
  }

  /** Wipes both keys. Calling it again does nothing. */
  destroy(): void {
    destroyKeys(this.#keys);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}
