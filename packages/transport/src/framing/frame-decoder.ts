import { FRAME_HEADER_BYTES } from '../constants.ts';
import { TransportError } from '../errors.ts';
import type { FrameBounds } from '../limits.ts';

const NOTHING: Uint8Array = new Uint8Array(0);
const FIRST_ALLOCATION_BYTES = 1_024;

/**
 * Cuts chunks into frames, without I/O. The place in the stream is kept between calls, wherever a chunk ends.
 *
 * Memory follows what arrived, not what was announced: a length is checked first, and the buffer of a frame that comes
 * in pieces grows with its bytes, so thousands of peers that announce much and send little cost little.
 */
export class FrameDecoder {
  readonly #header = new Uint8Array(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #length: number | undefined;
  #body = NOTHING;
  #bodyBytes = 0;
  #chunk = NOTHING;
  #offset = 0;

  /** Takes a chunk. @throws TypeError while bytes of the last one are left. */
  push(chunk: Uint8Array): void {
    if (this.#offset < this.#chunk.length) throw new TypeError('the last chunk is not used up');
    this.#chunk = chunk;
    this.#offset = 0;
  }

  /** Bytes of an unfinished frame, header included, and how many the whole of it has as far as known. */
  get unfinished(): { readonly received: number; readonly expected: number } | undefined {
    const received = this.#headerBytes + this.#bodyBytes;
    return received === 0 ? undefined : { received, expected: FRAME_HEADER_BYTES + (this.#length ?? 0) };
  }

  /** Bytes set aside for the unfinished frame. */
  get allocatedBytes(): number {
    return this.#body.length;
  }

  /** One octet outside of any frame, or `undefined` until there is one. */
  takeOctet(): number | undefined {
    const octet = this.#chunk[this.#offset];
    if (octet !== undefined) this.#offset += 1;
    return octet;
  }

  /**
   * The body of the next frame, or `undefined` until all of it arrived. It may be a view of a chunk.
   *
   * @throws TRANSPORT_FRAME_TOO_LONG, TRANSPORT_FRAME_TOO_SHORT; the same on every later call.
   */
  take(bounds: FrameBounds): Uint8Array | undefined {
    while (this.#headerBytes < FRAME_HEADER_BYTES) {
      const octet = this.takeOctet();
      if (octet === undefined) return undefined;
      this.#header[this.#headerBytes++] = octet;
    }
    this.#length ??= checkedLength(this.#header, bounds);
    return this.#takeBody(this.#length);
  }

  #takeBody(length: number): Uint8Array | undefined {
    const end = Math.min(this.#chunk.length, this.#offset + length - this.#bodyBytes);
    const piece = this.#chunk.subarray(this.#offset, end);
    this.#offset = end;
    if (piece.length === length) return this.#finish(piece);
    this.#reserve(this.#bodyBytes + piece.length, length);
    this.#body.set(piece, this.#bodyBytes);
    this.#bodyBytes += piece.length;
    return this.#bodyBytes === length ? this.#finish(this.#body) : undefined;
  }

  #reserve(needed: number, length: number): void {
    if (needed <= this.#body.length) return;
    const capacity = Math.min(length, Math.max(needed, 2 * this.#body.length, FIRST_ALLOCATION_BYTES));
    const larger = new Uint8Array(capacity);
    larger.set(this.#body.subarray(0, this.#bodyBytes));
    this.#body = larger;
  }

  #finish(frame: Uint8Array): Uint8Array {
    this.#headerBytes = 0;
    this.#length = undefined;
    this.#body = NOTHING;
    this.#bodyBytes = 0;
    // A used-up chunk would otherwise live as long as an idle connection.
    if (this.#offset === this.#chunk.length) {
      this.#chunk = NOTHING;
      this.#offset = 0;
    }
    return frame;
  }
}

function checkedLength(header: Uint8Array, { minimum, maximum }: FrameBounds): number {
  const length = new DataView(header.buffer).getUint32(0);
  if (length > maximum) throw new TransportError('TRANSPORT_FRAME_TOO_LONG', { length, maximum });
  if (length < minimum) throw new TransportError('TRANSPORT_FRAME_TOO_SHORT', { length, minimum });
  return length;
}
