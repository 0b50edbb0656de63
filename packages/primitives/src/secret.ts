import { wipe } from './bytes.ts';
import { PrimitivesError } from './errors.ts';

const REDACTED = '[Secret]';
/** Node's hook for `util.inspect` and `console.log`; a registered symbol, so no import is needed. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Holds secret bytes: in a buffer of their own, out of logs and JSON, wiped by `destroy`.
 *
 * @example
 * ```ts
 * import { Secret } from '@pubky-paykit/primitives';
 * const seed = Secret.copyOf(new Uint8Array(32).fill(7));
 * const first = seed.use((bytes) => bytes[0]);
 * seed.destroy();
 * ```
 */
export class Secret {
  #bytes: Uint8Array | undefined;
  readonly length: number;

  private constructor(owned: Uint8Array) {
    this.#bytes = owned;
    this.length = owned.length;
  }

  /** Copies `bytes` into a fresh buffer; the caller keeps, and should wipe, the original. */
  static copyOf(bytes: Uint8Array): Secret {
    return new Secret(Uint8Array.from(bytes));
  }

  /** Copies `bytes` into a fresh buffer and wipes the original: the secret is taken. */
  static take(bytes: Uint8Array): Secret {
    const secret = Secret.copyOf(bytes);
    wipe(bytes);
    return secret;
  }

  /**
   * Lends the bytes to `work` and returns what it returns. The view is borrowed: it must not be kept or changed.
   *
   * @throws PRIMITIVES_SECRET_DESTROYED after `destroy`.
   */
  use<Result>(work: (bytes: Uint8Array) => Result): Result {
    if (this.#bytes === undefined) throw new PrimitivesError('PRIMITIVES_SECRET_DESTROYED');
    return work(this.#bytes);
  }

  get destroyed(): boolean {
    return this.#bytes === undefined;
  }

  /** Wipes the bytes; later use throws. Calling it again does nothing. */
  destroy(): void {
    wipe(this.#bytes);
    this.#bytes = undefined;
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toJSON(): string {
    return REDACTED;
  }

  toString(): string {
    return REDACTED;
  }

  [INSPECT](): string {
    return REDACTED;
  }
}
