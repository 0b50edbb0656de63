/// <reference lib="esnext.disposable" preserve="true" />
import { EMPTY_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import {
  destroyHandshake,
  type HandshakeProgress,
  overheadOf,
  readMessage,
  splitHandshake,
  turnOf,
  writeMessage,
} from './interpreter.ts';
import type { Role } from './patterns/pattern.ts';
import type { KeyPair } from './suite.ts';
import type { TransportKeys } from './transport.ts';

function copyOf(bytes: Uint8Array | undefined): Uint8Array | undefined {
  return bytes && new Uint8Array(bytes);
}

/** One turn of a handshake. The types show each caller only what its turn allows; the checks here are for the rest. */
export class HandshakeTurn {
  readonly #progress: HandshakeProgress;
  readonly #step: number;
  readonly turn: 'write' | 'read' | 'done';

  constructor(progress: HandshakeProgress) {
    this.#progress = progress;
    this.#step = progress.step;
    this.turn = turnOf(progress);
  }

  get role(): Role {
    return this.#progress.role;
  }

  get overhead(): number {
    return overheadOf(this.#progress);
  }

  get handshakeHash(): Uint8Array {
    return this.#progress.symmetric.handshakeHash;
  }

  get remoteStatic(): Uint8Array | undefined {
    return copyOf(this.#progress.rs?.bytes);
  }

  get localEphemeral(): Uint8Array | undefined {
    return copyOf(this.#progress.e?.publicKey);
  }

  get remoteEphemeral(): Uint8Array | undefined {
    return copyOf(this.#progress.re?.bytes);
  }

  get destroyed(): boolean {
    return this.#progress.destroyed;
  }

  write(payload: Uint8Array = EMPTY_BYTES): { message: Uint8Array; next: HandshakeTurn } {
    return this.#use('write', (progress) => {
      const message = writeMessage(progress, payload);
      return { message, next: new HandshakeTurn(progress) };
    });
  }

  read(message: Uint8Array): { payload: Uint8Array; next: HandshakeTurn } {
    return this.#use('read', (progress) => {
      const payload = readMessage(progress, message);
      return { payload, next: new HandshakeTurn(progress) };
    });
  }

  releaseEphemeral(): KeyPair {
    return this.#use('read', (progress) => {
      const { e, pattern } = progress;
      if (e === undefined) throw new NoiseError('NOISE_KEY_MISSING', { key: 'e', pattern: pattern.name });
      progress.e = undefined;
      progress.step += 1;
      destroyHandshake(progress);
      return e;
    });
  }

  split(): TransportKeys {
    return this.#use('done', splitHandshake);
  }

  destroy(): void {
    destroyHandshake(this.#progress);
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  /** Every step goes through here: right turn, not used before, and the first failure is the last. */
  #use<Result>(wanted: HandshakeTurn['turn'], step: (progress: HandshakeProgress) => Result): Result {
    const progress = this.#progress;
    try {
      if (this.#step !== progress.step) throw new NoiseError('NOISE_STATE_CONSUMED');
      if (progress.destroyed) throw new NoiseError('NOISE_DESTROYED');
      // Computed again: the property of this object can be overwritten.
      const turn = turnOf(progress);
      if (turn !== wanted) throw new NoiseError('NOISE_OUT_OF_TURN', { wanted, turn });
      return step(progress);
    } catch (error) {
      destroyHandshake(progress);
      throw error;
    }
  }
}
