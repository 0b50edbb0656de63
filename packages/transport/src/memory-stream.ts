import type { ByteStream } from './byte-stream.ts';
import { STREAM_BUFFER_BYTES } from './constants.ts';
import { TransportError } from './errors.ts';

/** One direction: a bounded queue of chunks. */
class MemoryPipe {
  readonly #bufferBytes: number;
  readonly #chunks: Uint8Array[] = [];
  #queuedBytes = 0;
  #discarding = false;
  #state: 'open' | 'ended' | 'broken' = 'open';
  #reader: PromiseWithSettlers<Uint8Array | undefined> | undefined;
  #writers: PromiseWithSettlers<void>[] = [];
  readonly #gone = settlers<void>();

  constructor(bufferBytes: number) {
    this.#bufferBytes = bufferBytes;
  }

  /** Resolves when this direction carries nothing any more. */
  get gone(): Promise<void> {
    return this.#gone.promise;
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#reader !== undefined) throw new TypeError('another read is outstanding');
    if (this.#state === 'broken') throw broken();
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#queuedBytes -= chunk.length;
      if (this.#queuedBytes <= this.#bufferBytes) this.#settleWriters();
      return chunk;
    }
    if (this.#state === 'ended') return undefined;
    this.#reader = settlers();
    return this.#reader.promise;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#state !== 'open') throw broken();
    if (bytes.length === 0 || this.#discarding) return;
    const chunk = Uint8Array.from(bytes);
    if (this.#reader !== undefined) return this.#wakeReader(chunk);
    this.#chunks.push(chunk);
    this.#queuedBytes += chunk.length;
    if (this.#queuedBytes <= this.#bufferBytes) return;
    const writer = settlers<void>();
    this.#writers.push(writer);
    await writer.promise;
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#wakeReader(undefined);
  }

  /** The reader is gone for good: what is written from now on goes nowhere, so that no writer waits for it. */
  discard(): void {
    this.#discarding = true;
    this.#gone.resolve();
    this.#chunks.length = 0;
    this.#queuedBytes = 0;
    this.#wakeReader(undefined);
    this.#settleWriters();
  }

  break(): void {
    if (this.#state === 'broken') return;
    this.#state = 'broken';
    this.#gone.resolve();
    this.#chunks.length = 0;
    this.#queuedBytes = 0;
    this.#reader?.reject(broken());
    this.#reader = undefined;
    this.#settleWriters(broken());
  }

  #wakeReader(chunk: Uint8Array | undefined): void {
    const reader = this.#reader;
    this.#reader = undefined;
    reader?.resolve(chunk);
  }

  #settleWriters(error?: Error): void {
    const writers = this.#writers;
    this.#writers = [];
    for (const writer of writers) error === undefined ? writer.resolve() : writer.reject(error);
  }
}

interface PromiseWithSettlers<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: Error) => void;
}

function settlers<Value>(): PromiseWithSettlers<Value> {
  let resolve!: (value: Value) => void;
  let reject!: (error: Error) => void;
  const promise = new Promise<Value>((onValue, onError) => {
    resolve = onValue;
    reject = onError;
  });
  return { promise, resolve, reject };
}

function broken(): TransportError {
  return new TransportError('TRANSPORT_CONNECTION_LOST', { reason: 'ABORTED' });
}

/** What {@link memoryStreamPair} may be told. */
export interface MemoryStreamOptions {
  /** Bytes one direction holds before a write waits for the reader. */
  readonly bufferBytes?: number | undefined;
}

/**
 * Two ends of a connection inside one process.
 *
 * @example
 * ```ts
 * import { memoryStreamPair } from '@pubky-paykit/transport';
 * const [left, right] = memoryStreamPair();
 * await left.write(Uint8Array.of(1, 2, 3));
 * const chunk = await right.read(); // 01 02 03
 * ```
 */
export function memoryStreamPair({
  bufferBytes = STREAM_BUFFER_BYTES,
}: MemoryStreamOptions = {}): readonly [ByteStream, ByteStream] {
  const toRight = new MemoryPipe(bufferBytes);
  const toLeft = new MemoryPipe(bufferBytes);
  return [memoryEnd(toLeft, toRight), memoryEnd(toRight, toLeft)];
}

function memoryEnd(incoming: MemoryPipe, outgoing: MemoryPipe): ByteStream {
  return {
    closed: Promise.race([incoming.gone, outgoing.gone]),
    read: () => incoming.read(),
    write: (bytes) => outgoing.write(bytes),
    async close() {
      outgoing.end();
      incoming.discard();
    },
    abort() {
      incoming.break();
      outgoing.break();
    },
  };
}
