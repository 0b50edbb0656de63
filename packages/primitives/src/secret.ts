/// <reference lib="esnext.disposable" preserve="true" />
import { wipe } from './bytes.ts';
import { PrimitivesError } from './errors.ts';

const REDACTED = '[Secret]';
/** Node's hook for `util.inspect` and `console.log`; a registered symbol, so no import is needed. */
const INSPECT = Symbol.for('nodejs.util.inspect.custom');

/**
 * Holds secret bytes: in a buffer of their own, out of logs and JSON, wiped by `destroy` (or by `using`).
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
  readonly #length: number;

  private constructor(bytes: Uint8Array) {
    // Over a buffer made by itself: V8 keeps small arrays made without one on the heap, and moving them leaves copies.
    this.#bytes = new Uint8Array(new ArrayBuffer(bytes.length));
    this.#bytes.set(bytes);
    this.#length = bytes.length;
  }

  /** Copies `bytes` into a fresh buffer; the caller keeps, and should wipe, the original. */
  static copyOf(bytes: Uint8Array): Secret {
    return new Secret(bytes);
  }

  /** Copies `bytes` into a fresh buffer and wipes the original: the secret is taken. */
  static take(bytes: Uint8Array): Secret {
    try {
      return new Secret(bytes);
    } finally {
      wipe(bytes);
    }
  }

  /** Length in bytes; still known after `destroy`. */
  get length(): number {
    return this.#length;
  }

  /**
   * Lends the bytes to `work` and returns what it returns. The view is borrowed: it must not be kept or changed, and
   * `destroy` wipes it even while an asynchronous `work` is waiting.
   *
   * @throws PRIMITIVES_SECRET_DESTROYED after `destroy`.
   */
  use<Result>(work: (bytes: Uint8Array) => Result): Result {
    if (this.#bytes === undefined) throw new PrimitivesError('PRIMITIVES_SECRET_DESTROYED');
    return work(this.#bytes);
  }

  /** Whether `destroy` was called. */
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

  /** Without it, `new Uint8Array(secret)` would find a `length`, no elements, and make a key of zeros. */
  protected [Symbol.iterator](): never {
    throw new TypeError('a Secret is not a list of bytes: borrow them with use()');
  }
}
