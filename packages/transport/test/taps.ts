import { concatBytes } from '@pubky-paykit/primitives';
import type { ByteStream } from '../src/byte-stream.ts';

/** A stream, and every piece that was written to it, copied. */
export interface TappedStream extends ByteStream {
  readonly pieces: readonly Uint8Array[];
  /** All pieces in one. */
  readonly bytes: Uint8Array;
}

/** The same stream, overheard; what `alter` returns goes out instead of each piece. */
export function tapped(
  stream: ByteStream,
  alter: (piece: Uint8Array, index: number) => Uint8Array = (piece) => piece,
): TappedStream {
  const pieces: Uint8Array[] = [];
  return {
    pieces,
    get bytes() {
      return concatBytes(...pieces);
    },
    remoteAddress: stream.remoteAddress,
    closed: stream.closed,
    read: () => stream.read(),
    async write(bytes) {
      const index = pieces.push(Uint8Array.from(bytes)) - 1;
      await stream.write(alter(bytes, index));
    },
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}

/** Cuts `u32be(length) || body` frames apart, the slow way; fails unless the bytes end with a frame. */
export function bodiesOf(bytes: Uint8Array): Uint8Array[] {
  const bodies: Uint8Array[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + 4 + view.getUint32(offset);
    if (end > bytes.length) throw new Error(`a frame ends at ${end} of ${bytes.length} bytes`);
    bodies.push(bytes.slice(offset + 4, end));
    offset = end;
  }
  return bodies;
}
