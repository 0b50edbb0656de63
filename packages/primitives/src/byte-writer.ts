import { PrimitivesError } from './errors.ts';

/**
 * Fills a buffer of fixed size front to back. The size is known before: a writer never grows. A write that throws
 * writes nothing and moves nothing.
 *
 * @example
 * ```ts
 * import { ByteWriter } from '@pubky-paykit/primitives';
 * const body = Uint8Array.of(0xca, 0xfe);
 * const frame = new ByteWriter(4 + body.length).uint32(body.length).bytes(body).finish();
 * ```
 */
export class ByteWriter {
  readonly #output: Uint8Array;
  readonly #view: DataView;
  #offset = 0;

  /**
   * @param size Length of the result in bytes.
   * @throws RangeError if `size` is no natural number.
   */
  constructor(size: number) {
    this.#output = new Uint8Array(checked(size, Number.MAX_SAFE_INTEGER));
    this.#view = new DataView(this.#output.buffer);
  }

  /** Bytes not written yet. */
  get left(): number {
    return this.#output.length - this.#offset;
  }

  /** Copies `bytes`. @throws PRIMITIVES_OUT_OF_BOUNDS if they do not fit. */
  bytes(bytes: Uint8Array): this {
    this.#output.set(bytes, this.#take(bytes.length));
    return this;
  }

  /** One octet. @throws PRIMITIVES_OUT_OF_BOUNDS if full. @throws RangeError unless 0 to 255. */
  uint8(value: number): this {
    checked(value, 0xff);
    this.#view.setUint8(this.#take(1), value);
    return this;
  }

  /** Two octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if they do not fit. @throws RangeError unless 0 to 2^16−1. */
  uint16(value: number): this {
    checked(value, 0xffff);
    this.#view.setUint16(this.#take(2), value);
    return this;
  }

  /** Four octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if they do not fit. @throws RangeError unless 0 to 2^32−1. */
  uint32(value: number): this {
    checked(value, 0xffff_ffff);
    this.#view.setUint32(this.#take(4), value);
    return this;
  }

  /** Eight octets, big endian. @throws PRIMITIVES_OUT_OF_BOUNDS if they do not fit. @throws RangeError unless 0 to 2^64−1. */
  uint64(value: bigint): this {
    if (BigInt.asUintN(64, value) !== value) {
      throw new RangeError(`${value} is not an unsigned 64-bit number`);
    }
    this.#view.setBigUint64(this.#take(8), value);
    return this;
  }

  /** The buffer, owned by the caller from now on. @throws PRIMITIVES_OUT_OF_BOUNDS unless it is full. */
  finish(): Uint8Array {
    if (this.left !== 0)
      throw new PrimitivesError('PRIMITIVES_OUT_OF_BOUNDS', { wanted: 0, left: this.left });
    return this.#output;
  }

  #take(length: number): number {
    if (length > this.left) {
      throw new PrimitivesError('PRIMITIVES_OUT_OF_BOUNDS', { wanted: length, left: this.left });
    }
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}

function checked(value: number, maximum: number): number {
  if (!Number.isInteger(value) || value < 0 || value > maximum) {
    throw new RangeError(`${value} is not an integer from 0 to ${maximum}`);
  }
  return value;
}
