import { DiscoveryError, type MessageProblem } from '../errors.ts';
import { type NamePlace, readName } from './name-reader.ts';

/**
 * Reads a DNS message, or a part of it, front to back. Every read is checked against the end of the part; names may point
 * back into all of the message.
 */
export class MessageReader {
  readonly #message: Uint8Array;
  readonly #end: number;
  readonly #pointers: NamePlace['pointers'];
  /** A copy of the message once there is one, for this reader and those of its parts. */
  readonly #copied: { bytes?: Uint8Array };
  #offset: number;

  /** @param message Borrowed; the views that `bytes` returns share its memory. */
  constructor(
    message: Uint8Array,
    { start, end, pointers }: NamePlace = { start: 0, end: message.length, pointers: 'followed' },
    copied: { bytes?: Uint8Array } = {},
  ) {
    // A plain view of the same memory: the `slice` of a Node Buffer would share it instead of copying.
    this.#message =
      Object.getPrototypeOf(message) === Uint8Array.prototype
        ? message
        : new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
    this.#offset = start;
    this.#end = end;
    this.#pointers = pointers;
    this.#copied = copied;
  }

  /** Bytes not read yet. */
  get left(): number {
    return this.#end - this.#offset;
  }

  /** @throws DISCOVERY_BAD_MESSAGE if nothing is left. */
  uint8(): number {
    return this.#message[this.#take(1)] as number;
  }

  /** Big endian. @throws DISCOVERY_BAD_MESSAGE if less is left. */
  uint16(): number {
    return this.#uint16At(this.#take(2));
  }

  /** Big endian. @throws DISCOVERY_BAD_MESSAGE if less is left. */
  uint32(): number {
    const start = this.#take(4);
    return this.#uint16At(start) * 0x1_0000 + this.#uint16At(start + 2);
  }

  /** The next `length` bytes, as a view. @throws DISCOVERY_BAD_MESSAGE if fewer are left. */
  bytes(length: number): Uint8Array {
    const start = this.#take(length);
    return this.#message.subarray(start, start + length);
  }

  /**
   * The next `length` bytes, as a view of a copy of the message: one for all, since making several takes longer than reading.
   *
   * @throws DISCOVERY_BAD_MESSAGE if fewer are left.
   */
  copy(length: number): Uint8Array {
    const start = this.#take(length);
    this.#copied.bytes ??= this.#message.slice();
    return this.#copied.bytes.subarray(start, start + length);
  }

  /** A reader of the next `length` bytes alone. @throws DISCOVERY_BAD_MESSAGE if fewer are left. */
  part(length: number): MessageReader {
    const start = this.#take(length);
    const place = { start, end: start + length, pointers: this.#pointers };
    return new MessageReader(this.#message, place, this.#copied);
  }

  /** The text of a name. @throws DISCOVERY_BAD_MESSAGE */
  name(): string {
    const place = { start: this.#offset, end: this.#end, pointers: this.#pointers };
    const { text, next } = readName(this.#message, place);
    this.#offset = next;
    return text;
  }

  /** @throws DISCOVERY_BAD_MESSAGE if anything is left. */
  finish(): void {
    if (this.left !== 0) throw this.refuse('trailing bytes');
  }

  /** The error for what stands where the reader is. */
  refuse(problem: MessageProblem): Error {
    return new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem, offset: this.#offset });
  }

  #uint16At(start: number): number {
    return ((this.#message[start] as number) << 8) | (this.#message[start + 1] as number);
  }

  #take(length: number): number {
    if (length > this.left) throw this.refuse('truncated');
    const start = this.#offset;
    this.#offset += length;
    return start;
  }
}
