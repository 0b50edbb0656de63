import type { ByteStream } from '../byte-stream.ts';
import type { Deadline } from '../deadline.ts';
import { connectionLost, TransportError } from '../errors.ts';
import type { FrameBounds } from '../limits.ts';
import { FrameDecoder } from './frame-decoder.ts';

/**
 * Reads frames from a stream. A wait that its deadline ends loses nothing: the read of the stream stays outstanding,
 * what it brings is kept, and the next call goes on from there.
 */
export class FrameReader {
  readonly #stream: ByteStream;
  readonly #decoder = new FrameDecoder();
  #reading = false;
  #ended = false;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  /** One octet outside of any frame; `undefined` if the peer ended the stream instead. */
  octet(deadline: Deadline): Promise<number | undefined> {
    return this.#next(() => this.#decoder.takeOctet(), deadline);
  }

  /**
   * The body of the next frame; `undefined` if the peer ended the stream between frames.
   *
   * @throws TRANSPORT_TRUNCATED if it ended inside of one, TRANSPORT_FRAME_TOO_LONG, TRANSPORT_FRAME_TOO_SHORT,
   * TRANSPORT_CONNECTION_LOST, and the failure of the deadline.
   */
  frame(bounds: FrameBounds, deadline: Deadline): Promise<Uint8Array | undefined> {
    return this.#next(() => this.#decoder.take(bounds), deadline);
  }

  async #next<Item>(take: () => Item | undefined, deadline: Deadline): Promise<Item | undefined> {
    for (;;) {
      deadline.check();
      const item = take();
      if (item !== undefined) return item;
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#ended) return this.#endOfStream();
      this.#startReading();
      // A fresh promise for each wait: one that lived as long as the read would collect every reader that gave up.
      await deadline.race(
        new Promise<void>((resolve) => {
          this.#wake = resolve;
        }),
      );
    }
  }

  #endOfStream(): undefined {
    const unfinished = this.#decoder.unfinished;
    if (unfinished !== undefined) throw new TransportError('TRANSPORT_TRUNCATED', unfinished);
    return undefined;
  }

  #startReading(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#stream.read().then(
      (chunk) => {
        if (chunk === undefined) this.#ended = true;
        else this.#decoder.push(chunk);
        this.#doneReading();
      },
      (error: unknown) => {
        this.#failure = connectionLost(error);
        this.#doneReading();
      },
    );
  }

  #doneReading(): void {
    this.#reading = false;
    this.#wake?.();
    this.#wake = undefined;
  }
}
