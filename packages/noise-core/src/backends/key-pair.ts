/// <reference lib="esnext.disposable" preserve="true" />
import { NoiseError } from '../errors.ts';
import type { KeyPair } from '../suite.ts';

const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * A key pair around whatever a backend keeps as the secret half. Only the backend that made it can open it.
 *
 * Node hides secrets in key objects it cannot wipe; there, destroying drops the last reference.
 */
export class BackendKeyPair<SecretKey> implements KeyPair {
  readonly publicKey: Uint8Array;
  readonly #wipe: ((secretKey: SecretKey) => void) | undefined;
  #secretKey: SecretKey | undefined;

  /** @param secretKey Taken: `destroy` wipes it with `wipe`, where the backend can. */
  constructor(publicKey: Uint8Array, secretKey: SecretKey, wipe?: (secretKey: SecretKey) => void) {
    this.publicKey = publicKey;
    this.#secretKey = secretKey;
    this.#wipe = wipe;
  }

  /** The secret half of a pair that `isSecret` recognises as one of the calling backend's. */
  static open<SecretKey>(pair: KeyPair, isSecret: (value: unknown) => value is SecretKey): SecretKey {
    if (!(pair instanceof BackendKeyPair)) throw new TypeError('the key pair was made by another backend');
    const secretKey: unknown = pair.#secretKey;
    if (secretKey === undefined) throw new NoiseError('NOISE_DESTROYED');
    if (!isSecret(secretKey)) throw new TypeError('the key pair was made by another backend');
    return secretKey;
  }

  get destroyed(): boolean {
    return this.#secretKey === undefined;
  }

  destroy(): void {
    if (this.#secretKey !== undefined) this.#wipe?.(this.#secretKey);
    this.#secretKey = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toJSON(): string {
    return '[KeyPair]';
  }

  [INSPECT](): string {
    return '[KeyPair]';
  }
}
