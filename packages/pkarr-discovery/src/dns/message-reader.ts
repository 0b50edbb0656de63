import { DiscoveryError, type MessageProblem } from '../errors.ts';
import { NameReader, type Pointers } from './name-reader.ts';

/** What a message is read with. */
export interface MessageReading {
  /** `followed` if left out. */
  readonly pointers?: Pointers;
  /** Whether the message stays as it is for as long as what was read of it; it is copied otherwise. Default false. */
  readonly owned?: boolean;
}

/** Reads a DNS message front to back. Every read is checked against the end of the message, or of the part of it. */
export class MessageReader {
  readonly #message: Uint8Array;
  readonly #names: NameReader;
  /** What `copy` gives views of. */
  #kept: Uint8Array | undefined;
  #end: number;
  #offset = 0;

  /** @param message Borrowed unless `owned`; the views that `bytes` returns share its memory. */
  constructor(message: Uint8Array, { pointers = 'followed', owned = false }: MessageReading = {}) {
    // A plain view of the same memory: the `slice` of a Node Buffer would share it instead of copying.
    this.#message =
      Object.getPrototypeOf(message) === Uint8Array.prototype
        ? message
        : new Uint8Array(message.buffer, message.byteOffset, message.byteLength);
    this.#names = new NameReader(this.#message, pointers);
    this.#kept = owned ? this.#message : undefined;
    this.#end = message.length;
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
   * The next `length` bytes, to be kept: a view of a copy of the message, one for all, since making several takes longer
   * than reading.
   *
   * @throws DISCOVERY_BAD_MESSAGE if fewer are left.
   */
  copy(length: number): Uint8Array {
    const start = this.#take(length);
    this.#kept ??= this.#message.slice();
    return this.#kept.subarray(start, start + length);
  }

  /** Lets the next `length` bytes be read as if nothing followed, and all of them. @throws DISCOVERY_BAD_MESSAGE */
  part<Value>(length: number, read: (reader: this) => Value): Value {
    const end = this.#end;
    if (length > this.left) throw this.refuse('truncated');
    this.#end = this.#offset + length;
    const value = read(this);
    this.finish();
    this.#end = end;
    return value;
  }

  /** The text of a name. @throws DISCOVERY_BAD_MESSAGE */
  name(): string {
    const text = this.#names.read(this.#offset, this.#end);
    this.#offset = this.#names.next;
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
