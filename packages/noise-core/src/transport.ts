/// <reference lib="esnext.disposable" preserve="true" />
import type { CipherState } from './cipher-state.ts';
import { EMPTY_BYTES, MAX_MESSAGE_BYTES, MAX_PLAINTEXT_BYTES, TAG_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import { assertLength } from './input.ts';

type CipherStateBasics = 'nonce' | 'destroyed' | 'rekey' | 'destroy';

/** What a sender may do with its cipher state: a sender never chooses a nonce. */
export type SendCipherState = Pick<CipherState, CipherStateBasics | 'encryptWithAd'>;

/** What a receiver may do with its cipher state. */
export type ReceiveCipherState = Pick<
  CipherState,
  CipherStateBasics | 'decryptWithAd' | 'decryptAt' | 'setNonce'
>;

/** What `split` yields: one cipher state a direction. One is missing in one-way patterns. */
export interface TransportKeys {
  readonly send: SendCipherState | undefined;
  readonly receive: ReceiveCipherState | undefined;
}

/** Both directions. */
export interface TwoWayKeys extends TransportKeys {
  readonly send: SendCipherState;
  readonly receive: ReceiveCipherState;
}

/** What the initiator of a one-way pattern has. */
export interface SendKeys extends TransportKeys {
  readonly send: SendCipherState;
  readonly receive: undefined;
}

/** What the responder of a one-way pattern has. */
export interface ReceiveKeys extends TransportKeys {
  readonly send: undefined;
  readonly receive: ReceiveCipherState;
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

/** The state of one direction. @throws NOISE_ONE_WAY if the pattern has none. */
export function direction<Wanted extends keyof TransportKeys>(
  keys: TransportKeys,
  wanted: Wanted,
): NonNullable<TransportKeys[Wanted]> {
  const state = keys[wanted];
  if (state === undefined) throw new NoiseError('NOISE_ONE_WAY', { wanted });
  return state;
}

/** Wipes the keys of both directions. */
export function destroyKeys({ send, receive }: TransportKeys): void {
  send?.destroy();
  receive?.destroy();
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
    return direction(this.#keys, 'send').nonce;
  }

  /** Messages received so far. */
  get receiveNonce(): bigint {
    return direction(this.#keys, 'receive').nonce;
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
  encrypt(plaintext: Uint8Array, associatedData: Uint8Array = EMPTY_BYTES): Uint8Array {
    assertLength(plaintext, 0, MAX_PLAINTEXT_BYTES, 'the plaintext');
    return direction(this.#keys, 'send').encryptWithAd(associatedData, plaintext);
  }

  /**
   * Decrypts the next message.
   *
   * @param ciphertext Borrowed; 16 to 65 535 bytes.
   * @returns A fresh buffer, 16 bytes shorter.
   * @throws NOISE_DECRYPT_FAILED, NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG: the transport is destroyed then.
   * @throws NOISE_ONE_WAY, NOISE_DESTROYED
   */
  decrypt(ciphertext: Uint8Array, associatedData: Uint8Array = EMPTY_BYTES): Uint8Array {
    const key = direction(this.#keys, 'receive');
    try {
      assertLength(ciphertext, TAG_BYTES, MAX_MESSAGE_BYTES, 'the ciphertext');
      return key.decryptWithAd(associatedData, ciphertext);
    } catch (error) {
      this.destroy();
      throw error;
    }
  }

  /** Replaces the sending key by a one-way function of it; the peer calls `rekeyReceive` at the same point. §11.3 */
  rekeySend(): void {
    direction(this.#keys, 'send').rekey();
  }

  /** The other half of `rekeySend`. */
  rekeyReceive(): void {
    direction(this.#keys, 'receive').rekey();
  }

  /** Wipes both keys. Calling it again does nothing. */
  destroy(): void {
    destroyKeys(this.#keys);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }
}

/**
 * The transport of a finished handshake, for channels that deliver in order and without loss. In one-way patterns the
 * type has only the half that works.
 *
 * @param keys Taken: `destroy` wipes them.
 * @example
 * ```ts
 * import { createHandshake, createTransport, N } from '@pubky-paykit/noise-core';
 * import { blake2s } from '@pubky-paykit/noise-core/blake2s';
 * import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
 * import { x25519 } from '@pubky-paykit/noise-core/x25519';
 * const suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };
 * const rs = x25519.generateKeyPair().publicKey;
 * const { message, next } = createHandshake({ pattern: N, suite, role: 'initiator', rs }).write();
 * const ciphertext = createTransport(next.split()).encrypt(Uint8Array.of(1, 2, 3));
 * ```
 */
export function createTransport(keys: TwoWayKeys): Transport;
export function createTransport(keys: SendKeys): SendTransport;
export function createTransport(keys: ReceiveKeys): ReceiveTransport;
export function createTransport(keys: TransportKeys): Transport;
export function createTransport(keys: TransportKeys): Transport {
  return new Transport(keys);
}
