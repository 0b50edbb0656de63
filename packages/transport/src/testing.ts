import type { ByteStream } from './byte-stream.ts';
import { TransportError } from './errors.ts';

/** A peer that says what it was told to and remembers what it heard. */
export interface ScriptedStream extends ByteStream {
  /** Every write so far, one entry each, copied. */
  readonly written: readonly Uint8Array[];
  readonly state: 'open' | 'closed' | 'aborted';
  /** Lets one more chunk arrive; `undefined` is the clean end. */
  feed(chunk: Uint8Array | undefined): void;
  /** Keeps every write waiting from now on, like a peer that does not read, or lets them go. */
  stall(stalled: boolean): void;
}

const lost = (): TransportError => new TransportError('TRANSPORT_CONNECTION_LOST', { reason: 'ABORTED' });

/**
 * A stream whose other side is written by a test, chunk by chunk.
 *
 * @param chunks What arrives first; `undefined` is the clean end.
 */
export function scriptedStream(chunks: readonly (Uint8Array | undefined)[] = []): ScriptedStream {
  const incoming = [...chunks];
  const written: Uint8Array[] = [];
  let reader: { resolve(chunk: Uint8Array | undefined): void; reject(error: Error): void } | undefined;
  let writers: { resolve(): void; reject(error: Error): void }[] = [];
  let stalled = false;
  let state: ScriptedStream['state'] = 'open';

  let over = (): void => {};
  const closed = new Promise<void>((resolve) => {
    over = resolve;
  });

  return {
    closed,
    written,
    get state() {
      return state;
    },
    feed(chunk) {
      const waiting = reader;
      reader = undefined;
      if (waiting === undefined) incoming.push(chunk);
      else waiting.resolve(chunk);
    },
    stall(wanted) {
      stalled = wanted;
      if (wanted) return;
      for (const writer of writers) writer.resolve();
      writers = [];
    },
    async read() {
      if (state === 'aborted') throw lost();
      if (reader !== undefined) throw new TypeError('another read is outstanding');
      if (incoming.length > 0) return incoming.shift();
      return new Promise<Uint8Array | undefined>((resolve, reject) => {
        reader = { resolve, reject };
      });
    },
    async write(bytes) {
      if (state !== 'open') throw lost();
      written.push(Uint8Array.from(bytes));
      if (!stalled) return;
      await new Promise<void>((resolve, reject) => {
        writers.push({ resolve, reject });
      });
    },
    async close() {
      if (state === 'open') state = 'closed';
      over();
    },
    abort() {
      if (state === 'aborted') return;
      state = 'aborted';
      over();
      reader?.reject(lost());
      reader = undefined;
      for (const writer of writers) writer.reject(lost());
      writers = [];
    },
  };
}

/**
 * The same stream with its incoming bytes cut anew: the sizes are used in turn, over and over, as far as a chunk goes.
 *
 * @param sizes Positive numbers of bytes.
 */
export function rechunked(stream: ByteStream, sizes: readonly number[]): ByteStream {
  let left: Uint8Array | undefined;
  let turn = 0;
  return {
    remoteAddress: stream.remoteAddress,
    closed: stream.closed,
    async read() {
      const chunk = left ?? (await stream.read());
      if (chunk === undefined) return undefined;
      const size = Math.max(1, sizes[turn++ % sizes.length] ?? 1);
      left = chunk.length > size ? chunk.subarray(size) : undefined;
      return chunk.subarray(0, size);
    },
    write: (bytes) => stream.write(bytes),
    close: () => stream.close(),
    abort: () => stream.abort(),
  };
}
