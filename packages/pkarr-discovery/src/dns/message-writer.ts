import { concatBytes } from '@pubky-paykit/primitives';
import { DiscoveryError, type RecordProblem, shownText } from '../errors.ts';
import { formatName } from './name.ts';

const POINTER_FLAG = 0xc000;
/** Inclusive: what the 14 bits of a pointer reach. */
const MAX_POINTER_OFFSET = 0x3fff;

/** Writes a DNS message front to back, and remembers the names in it so that later ones can point at them. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];
  /** Where each ending of a name stands, by its text. */
  readonly #places = new Map<string, number>();
  #offset = 0;
  #record = '';

  /** Bytes written so far. */
  get length(): number {
    return this.#offset;
  }

  /** Says whose record comes now, for errors. */
  begin(record: string): this {
    this.#record = record;
    return this;
  }

  /** @throws DISCOVERY_BAD_RECORD unless 0 to 255. */
  uint8(value: number): this {
    this.#check(value, 0xff);
    return this.bytes(Uint8Array.of(value));
  }

  /** Big endian. @throws DISCOVERY_BAD_RECORD unless 0 to 2^16−1. */
  uint16(value: number): this {
    this.#check(value, 0xffff);
    return this.bytes(Uint8Array.of(value >> 8, value));
  }

  /** Big endian. @throws DISCOVERY_BAD_RECORD unless 0 to 2^32−1. */
  uint32(value: number): this {
    this.#check(value, 0xffff_ffff);
    return this.bytes(Uint8Array.of(value >> 24, value >> 16, value >> 8, value));
  }

  /** @param bytes Borrowed until `finish`. */
  bytes(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    this.#offset += bytes.length;
    return this;
  }

  /** A name that is shortened by a pointer where it can be, and that later ones may point at. @see RFC 1035 §4.1.4 */
  name(labels: readonly Uint8Array[]): this {
    for (const [index, label] of labels.entries()) {
      const ending = formatName(labels.slice(index));
      const place = this.#places.get(ending);
      if (place !== undefined) return this.uint16(POINTER_FLAG | place);
      if (this.#offset <= MAX_POINTER_OFFSET) this.#places.set(ending, this.#offset);
      this.uint8(label.length).bytes(label);
    }
    return this.uint8(0);
  }

  /** A name written out, for places where pointers are not allowed. @see RFC 3597 §4, RFC 9460 §2.2 */
  plainName(labels: readonly Uint8Array[]): this {
    for (const label of labels) this.uint8(label.length).bytes(label);
    return this.uint8(0);
  }

  /** What `write` writes, after its length in two octets. A length beyond those is beyond every packet, too. */
  sized(write: () => void): this {
    const size = new Uint8Array(2);
    this.bytes(size);
    const start = this.#offset;
    write();
    new DataView(size.buffer).setUint16(0, this.#offset - start);
    return this;
  }

  /** All that was written, in a fresh buffer. */
  finish(): Uint8Array {
    return concatBytes(...this.#parts);
  }

  /** The error for the record that is being written. */
  refuse(problem: RecordProblem): Error {
    return new DiscoveryError('DISCOVERY_BAD_RECORD', { problem, record: shownText(this.#record) });
  }

  #check(value: number, maximum: number): void {
    if (!Number.isInteger(value) || value < 0 || value > maximum) throw this.refuse('number out of range');
  }
}
