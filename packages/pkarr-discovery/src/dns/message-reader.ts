import { DiscoveryError, type MessageProblem } from '../errors.ts';
import { type NamePlace, readName } from './name-reader.ts';

/**
 * Reads a DNS message, or a part of it, front to back. Every read is checked against the end of the part; names may point
 * back into all of the message.
 */
export class MessageReader {
  readonly #message: Uint8Array;
  readonly #view: DataView;
  readonly #end: number;
  readonly #pointers: NamePlace['pointers'];
  #offset: number;

  /** @param message Borrowed; the views that `bytes` and `name` return share its memory. */
  constructor(
    message: Uint8Array,
    { start, end, pointers }: NamePlace = { start: 0, end: message.length, pointers: 'followed' },
  ) {
    // A plain view of the same memory: the `slice` of a Node Buffer would share it instead of copying.
    this.#message = new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
    this.#view = new DataView(message.buffer, message.byteOffset, message.byteLength);
    this.#offset = start;
    this.#end = end;
    this.#pointers = pointers;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#offset;
  }

  /** @throws DISCOVERY_BAD_MESSAGE if nothing is left. */
  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  /** Big endian. @throws DISCOVERY_BAD_MESSAGE if less is left. */
  uint16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  /** Big endian. @throws DISCOVERY_BAD_MESSAGE if less is left. */
  uint32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  /** The next `length` bytes, as a view. @throws DISCOVERY_BAD_MESSAGE if fewer are left. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#message.subarray(start, start + length);
  }

  /** A reader of the next `length` bytes alone. @throws DISCOVERY_BAD_MESSAGE if fewer are left. */
  part(length: number): MessageReader {
    const start = this.#take(length);
    return new MessageReader(this.#message, { start, end: start + length, pointers: this.#pointers });
  }

  /** The labels of a name, as views. @throws DISCOVERY_BAD_MESSAGE */
  name(): readonly Uint8Array[] {
    const place = { start: this.#offset, end: this.#end, pointers: this.#pointers };
    const { labels, next } = readName(this.#message, place);
    this.#offset = next;
    return labels;
  }

  /** @throws DISCOVERY_BAD_MESSAGE if anything is left. */
  finish(): void {
    if (this.left !== 0) throw this.refuse('trailing bytes');
  }

  /** The error for what stands where the reader is. */
  refuse(problem: MessageProblem): Error {
    return new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem, offset: this.#offset });
  }

  #take(length: number): number {
    if (length > this.left) throw this.refuse('truncated');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
