import { PrimitivesError } from './errors.ts';

/**
 * Reads a byte string front to back; every read is checked against what is left.
 *
 * The input is borrowed, and the views that `bytes` returns share its memory.
 *
 * @example
 * ```ts
 * import { ByteReader } from '@pubky-paykit/primitives';
 * const reader = new ByteReader(Uint8Array.of(0, 0, 0, 2, 0xca, 0xfe));
 * const body = reader.bytes(reader.uint32());
 * reader.end();
 * ```
 */
export class ByteReader {
  readonly #input: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  constructor(input: Uint8Array) {
    // A plain view of the same memory: the `slice` of a Node Buffer would share it instead of copying.
    this.#input = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
    this.#view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#input.length - this.#offset;
  }

  /** Bytes read so far. */
  get offset(): number {
    return this.#offset;
  }

  /**
   * The next `length` bytes, as a view (borrowed from the input).
   *
   * @throws PRIMITIVES_OUT_OF_BOUNDS if fewer are left, or `length` is no natural number; nothing is consumed then.
   */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#input.subarray(start, start + length);
  }

  /** All that is left, as a view; may be empty. */
  rest(): Uint8Array {
    return this.bytes(this.left);
  }

  /** One octet, 0 to 255. @throws PRIMITIVES_OUT_OF_BOUNDS if nothing is left. */
  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Two octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if fewer are left; nothing is consumed then. */
  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  /** Four octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if fewer are left; nothing is consumed then. */
  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** Eight octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if fewer are left; nothing is consumed then. */
  uint64(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  /** Checks that everything was read. @throws PRIMITIVES_OUT_OF_BOUNDS if anything is left. */
  end(): void {
    if (this.left !== 0)
      throw new PrimitivesError('PRIMITIVES_OUT_OF_BOUNDS', { wanted: 0, left: this.left });
  }

  #take(length: number): number {
    if (!Number.isSafeInteger(length) || length < 0 || length > this.left) {
      throw new PrimitivesError('PRIMITIVES_OUT_OF_BOUNDS', { wanted: length, left: this.left });
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
