import type { CipherState } from './cipher-state.ts';
import { MAX_MESSAGE_BYTES, MAX_PLAINTEXT_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import { assertBytes } from './input.ts';

const EMPTY = new Uint8Array(0);

/** The two directions of a finished handshake; one is missing in one-way patterns. */
export interface TransportKeys {
  readonly send: CipherState | undefined;
  readonly receive: CipherState | undefined;
}

/** The half of a {@link Transport} that the initiator of a one-way pattern has. */
export interface SendTransport {
  readonly sendNonce: bigint;
  readonly destroyed: boolean;
  encrypt(plaintext: Uint8Array, associatedData?: Uint8Array): Uint8Array;
  rekeySend(): void;
  destroy(): void;
  [Symbol.dispose](): void;
}

/** The half of a {@link Transport} that the responder of a one-way pattern has. */
export interface ReceiveTransport {
  readonly receiveNonce: bigint;
  readonly destroyed: boolean;
  decrypt(ciphertext: Uint8Array, associatedData?: Uint8Array): Uint8Array;
  rekeyReceive(): void;
  destroy(): void;
  [Symbol.dispose](): void;
}

/** @throws NOISE_MESSAGE_TOO_LONG if a transport message cannot carry the plaintext. */
export function assertPlaintext(plaintext: Uint8Array): void {
  assertBytes(plaintext, 'the plaintext');
  if (plaintext.length > MAX_PLAINTEXT_BYTES) {
    throw new NoiseError('NOISE_MESSAGE_TOO_LONG', {
      maximum: MAX_PLAINTEXT_BYTES,
      actual: plaintext.length,
    });
  }
}

/** @throws NOISE_MESSAGE_TOO_LONG if no transport message is that long. */
export function assertCiphertext(ciphertext: Uint8Array): void {
  assertBytes(ciphertext, 'the ciphertext');
  if (ciphertext.length > MAX_MESSAGE_BYTES) {
    throw new NoiseError('NOISE_MESSAGE_TOO_LONG', { maximum: MAX_MESSAGE_BYTES, actual: ciphertext.length });
  }
}

/**
 * Messages after the handshake, in order and without loss: nonces are counted on both sides and not sent.
 *
 * The first message that does not verify destroys the transport. For channels that lose or reorder messages there is
 * `DatagramTransport`.
 *
 * @see Noise revision 34, §5.3 Split
 */
export class Transport implements SendTransport, ReceiveTransport {
  readonly #keys: TransportKeys;

  /** @param keys Taken: `destroy` wipes them. */
  constructor(keys: TransportKeys) {
    this.#keys = keys;
  }

  /** Messages sent so far. */
  get sendNonce(): bigint {
    return this.#sendKey().nonce;
  }

  /** Messages received so far. */
  get receiveNonce(): bigint {
    return this.#receiveKey().nonce;
  }

  get destroyed(): boolean {
    return (this.#keys.send ?? this.#keys.receive)?.destroyed !== false;
  }

  /**
   * Encrypts the next message.
   *
   * @param plaintext Borrowed; at most 65 519 bytes. May be empty.
   * @param associatedData Authenticated but not sent; the peer must pass the same bytes.
   * @returns A fresh buffer, 16 bytes longer than the plaintext.
   * @throws NOISE_MESSAGE_TOO_LONG (nothing is lost then), NOISE_NONCE_EXHAUSTED, NOISE_ONE_WAY, NOISE_DESTROYED
   */
  encrypt(plaintext: Uint8Array, associatedData: Uint8Array = EMPTY): Uint8Array {
    assertPlaintext(plaintext);
    return this.#sendKey().encryptWithAd(associatedData, plaintext);
  }

  /**
   * Decrypts the next message.
   *
   * @param ciphertext Borrowed; 16 to 65 535 bytes.
   * @returns A fresh buffer, 16 bytes shorter.
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG: the transport is destroyed then.
   * @throws NOISE_ONE_WAY, NOISE_DESTROYED
   */
  decrypt(ciphertext: Uint8Array, associatedData: Uint8Array = EMPTY): Uint8Array {
    const key = this.#receiveKey();
    try {
      assertCiphertext(ciphertext);
      return key.decryptWithAd(associatedData, ciphertext);
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Replaces the sending key by a one-way function of it; the peer calls `rekeyReceive` at the same point. §11.3 */
  rekeySend(): void {
    this.#sendKey().rekey();
  }

  /** The other half of `rekeySend`. */
  rekeyReceive(): void {
    this.#receiveKey().rekey();
  }

  /** Wipes both keys. Calling it again does nothing. */
  destroy(): void {
    this.#keys.send?.destroy();
    this.#keys.receive?.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  #sendKey(): CipherState {
    if (this.#keys.send === undefined) throw new NoiseError('NOISE_ONE_WAY', { wanted: 'sending' });
    return this.#keys.send;
  }

  #receiveKey(): CipherState {
    if (this.#keys.receive === undefined) throw new NoiseError('NOISE_ONE_WAY', { wanted: 'receiving' });
    return this.#keys.receive;
  }
}
