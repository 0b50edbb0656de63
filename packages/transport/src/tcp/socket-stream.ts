import type { Socket } from 'node:net';
import type { Clock } from '@pubky-paykit/primitives';
import type { ByteStream } from '../byte-stream.ts';
import { LINGER_MS, STREAM_BUFFER_BYTES } from '../constants.ts';
import { connectionLost } from '../errors.ts';

interface PendingRead {
  resolve(chunk: Uint8Array | undefined): void;
  reject(error: Error): void;
}

const destroyed = (): Error => Object.assign(new Error('the socket was destroyed'), { code: 'ABORTED' });

/**
 * A byte stream over a socket (plain or, later, TLS), which it owns from now on.
 *
 * The socket must be half-open capable: the peer may end its side and still wait for an answer.
 */
export class SocketStream implements ByteStream {
  readonly remoteAddress: string | undefined;
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #chunks: Uint8Array[] = [];
  #bufferedBytes = 0;
  #pending: PendingRead | undefined;
  #ended = false;
  #discarding = false;
  #failure: Error | undefined;
  #closing: Promise<void> | undefined;

  constructor(socket: Socket, clock: Clock) {
    this.remoteAddress = socket.remoteAddress;
    this.#socket = socket;
    this.#clock = clock;
    // Without a listener an 'error' event would end the process.
    socket.on('error', (error) => this.#fail(error));
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#fail(destroyed());
        resolve();
      });
    });
    socket.on('end', () => this.#onEnd());
    // As a plain array: `slice` of a Node Buffer shares its memory where everyone expects a copy.
    socket.on('data', ({ buffer, byteOffset, byteLength }: Buffer) =>
      this.#onData(new Uint8Array(buffer, byteOffset, byteLength)),
    );
  }

  async read(): Promise<Uint8Array | undefined> {
    if (this.#pending !== undefined) throw new TypeError('another read is outstanding');
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#bufferedBytes -= chunk.length;
      if (this.#bufferedBytes < STREAM_BUFFER_BYTES) this.#socket.resume();
      return chunk;
    }
    if (this.#ended) return undefined;
    if (this.#failure !== undefined) throw this.#failure;
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  /** Resolves when the kernel took the bytes: the caller's next write waits for a peer that does not read. */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== undefined) return reject(this.#failure);
      this.#socket.write(bytes, (error) => {
        if (error) reject(connectionLost(error));
        else resolve();
      });
    });
  }

  close(): Promise<void> {
    this.#closing ??= new Promise((resolve, reject) => {
      if (this.#socket.destroyed) return resolve();
      this.#discard();
      this.#socket.once('error', reject);
      this.#socket.end(() => {
        this.#linger();
        resolve();
      });
    });
    return this.#closing;
  }

  abort(): void {
    this.#socket.destroy();
    this.#fail(destroyed());
  }

  #discard(): void {
    this.#discarding = true;
    this.#chunks.length = 0;
    this.#bufferedBytes = 0;
    this.#socket.resume();
  }

  /**
   * Destroying a socket with unread bytes resets the connection, and a reset makes the peer's kernel drop what we sent
   * last. So the peer's rest is read and dropped until it ends its side too, for a while.
   */
  #linger(): void {
    if (this.#socket.destroyed) return;
    const cancel = this.#clock.schedule(LINGER_MS, () => this.#socket.destroy());
    this.#socket.once('close', cancel);
  }

  #onData(chunk: Uint8Array): void {
    if (this.#discarding) return;
    const pending = this.#takePending();
    if (pending !== undefined) {
      pending.resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#bufferedBytes += chunk.length;
    if (this.#bufferedBytes >= STREAM_BUFFER_BYTES) this.#socket.pause();
  }

  #onEnd(): void {
    this.#ended = true;
    this.#takePending()?.resolve(undefined);
  }

  #fail(error: Error): void {
    this.#failure ??= connectionLost(error);
    this.#takePending()?.reject(this.#failure);
  }

  #takePending(): PendingRead | undefined {
    const pending = this.#pending;
    this.#pending = undefined;
    return pending;
  }
}
