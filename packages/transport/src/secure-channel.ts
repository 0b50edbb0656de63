/// <reference lib="esnext.disposable" preserve="true" />
import type { AnySession, ReceiveSession, SendSession, Session } from '@pubky-paykit/patterns';
import type { CancelSignal, CancelTimer, Clock } from '@pubky-paykit/primitives';
import type { ByteStream } from './byte-stream.ts';
import { MAX_PLAINTEXT_BYTES } from './constants.ts';
import { Deadline } from './deadline.ts';
import { reasonOf, TransportError } from './errors.ts';
import type { FrameReader } from './framing/frame-reader.ts';
import { writeFrame } from './framing/frame-writer.ts';
import { type ChannelLimits, checkTimeout, TRANSPORT_FRAME } from './limits.ts';
import { SendQueue } from './send-queue.ts';

/** How long one `send` may be waited for. */
export interface SendOptions {
  readonly signal?: CancelSignal | undefined;
}

/** How long one `receive` may be waited for. */
export interface ReceiveOptions {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds; the channel's `messageTimeoutMs` (60 s) if not given, `Infinity` to rely on signal and idle limit. */
  readonly timeoutMs?: number | undefined;
}

/** What channels of every kind have. Failure is final: open a new channel after one. */
export interface ChannelBasics<Carried extends AnySession = AnySession> {
  /** Who is at the other end, and how the session came about. Owned by the channel: do not encrypt with it. */
  readonly session: Carried;
  /** Sends what is queued, ends our side and wipes the session. Never rejects; again does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** A channel that can send: the initiator's in N. */
export interface SendChannel<Carried extends AnySession = SendSession> extends ChannelBasics<Carried> {
  /**
   * Sends one message. Calls are served in order; each resolves when the stream can take more.
   *
   * A call that is cancelled or times out while others are before it leaves no trace. Once its bytes are on the way,
   * cancelling it or 60 s without progress end the channel, for half a frame cannot be taken back.
   *
   * @param plaintext 0 to 65 519 bytes, borrowed until this settles.
   * @throws TRANSPORT_MESSAGE_TOO_LONG (the channel stays good), TRANSPORT_TIMED_OUT, TRANSPORT_ABORTED,
   * TRANSPORT_CONNECTION_LOST, TRANSPORT_CLOSED, and what the session throws.
   */
  send(plaintext: Uint8Array, options?: SendOptions): Promise<void>;
}

/** A channel that can receive: the responder's in N. */
export interface ReceiveChannel<Carried extends AnySession = ReceiveSession> extends ChannelBasics<Carried> {
  /**
   * The next message, in a fresh buffer; `undefined` once the peer closed cleanly between two messages. One at a time.
   *
   * TRANSPORT_TIMED_OUT and TRANSPORT_ABORTED leave the channel good: what arrived of a message is kept, and the next
   * call goes on from there. Every other failure ends the channel.
   *
   * @throws TRANSPORT_TIMED_OUT, TRANSPORT_ABORTED, TRANSPORT_RECEIVE_IN_PROGRESS, TRANSPORT_IDLE,
   * TRANSPORT_TRUNCATED, TRANSPORT_FRAME_TOO_LONG, TRANSPORT_FRAME_TOO_SHORT, TRANSPORT_CONNECTION_LOST,
   * TRANSPORT_CLOSED, and what the session throws, such as NOISE_DECRYPT_FAILED.
   */
  receive(options?: ReceiveOptions): Promise<Uint8Array | undefined>;
}

/** Whole messages, encrypted and in order, both ways. */
export interface SecureChannel extends SendChannel<Session>, ReceiveChannel<Session> {}

/** A channel over a session of any profile. */
export type AnyChannel = SecureChannel | SendChannel | ReceiveChannel;

/** The channel that goes with a session: one that cannot receive has no `receive`. */
export type ChannelOf<Carried extends AnySession> = Carried extends Session
  ? SecureChannel
  : Carried extends SendSession
    ? SendChannel
    : ReceiveChannel;

/** What a channel is made of. All of it is taken. */
export interface ChannelParts {
  readonly stream: ByteStream;
  readonly reader: FrameReader;
  readonly session: Session;
  readonly clock: Clock;
  readonly limits: ChannelLimits;
}

/** A session over frames over a stream. */
export class FramedChannel implements SecureChannel {
  readonly session: Session;
  readonly #stream: ByteStream;
  readonly #reader: FrameReader;
  readonly #clock: Clock;
  readonly #limits: ChannelLimits;
  readonly #sends = new SendQueue();
  #state: 'open' | 'closing' | 'over' = 'open';
  #failure: unknown;
  #receiving: Deadline | undefined;
  #closed: Promise<void> | undefined;
  #cancelIdle: CancelTimer | undefined;
  #lastFrameMs: number;

  constructor({ stream, reader, session, clock, limits }: ChannelParts) {
    this.session = session;
    this.#stream = stream;
    this.#reader = reader;
    this.#clock = clock;
    this.#limits = limits;
    this.#lastFrameMs = clock.now();
    this.#watchIdle();
    // Frames that arrived before a break can still be received; only the timer has nothing left to watch.
    void stream.closed.then(() => this.#cancelIdle?.());
  }

  async send(plaintext: Uint8Array, { signal }: SendOptions = {}): Promise<void> {
    if (this.#state !== 'open') throw this.#closedError();
    const { length } = plaintext;
    if (length > MAX_PLAINTEXT_BYTES) {
      throw new TransportError('TRANSPORT_MESSAGE_TOO_LONG', { length, maximum: MAX_PLAINTEXT_BYTES });
    }
    const deadline = this.#deadline('sending a message', this.#limits.messageTimeoutMs, signal);
    try {
      const leave = await this.#sends.enter(deadline);
      try {
        await this.#encryptAndWrite(plaintext, deadline);
      } finally {
        leave();
      }
    } finally {
      deadline.end();
    }
  }

  async receive({ signal, timeoutMs }: ReceiveOptions = {}): Promise<Uint8Array | undefined> {
    if (this.#state !== 'open') throw this.#closedError();
    if (this.#receiving !== undefined) throw new TransportError('TRANSPORT_RECEIVE_IN_PROGRESS');
    const patienceMs = checkTimeout('timeoutMs', timeoutMs ?? this.#limits.messageTimeoutMs);
    const deadline = this.#deadline('receiving a message', patienceMs, signal);
    this.#receiving = deadline;
    try {
      const frame = await this.#reader.frame(TRANSPORT_FRAME, deadline);
      if (frame === undefined) return undefined;
      // The channel may have ended in the very tick the frame was complete. A deadline that passed in that tick does not
      // matter any more: the frame has left the reader, and its nonce is the next one.
      if (!this.#isOpen()) throw deadline.failure ?? this.#closedError();
      const plaintext = this.session.decrypt(frame);
      this.#lastFrameMs = this.#clock.now();
      return plaintext;
    } catch (error) {
      if (error !== deadline.failure) this.#fail(error);
      throw error;
    } finally {
      this.#receiving = undefined;
      deadline.end();
    }
  }

  close(): Promise<void> {
    this.#closed ??= this.#closeGracefully();
    return this.#closed;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #encryptAndWrite(plaintext: Uint8Array, deadline: Deadline): Promise<void> {
    // Checked once more: the turn may have come after the end, or together with the deadline.
    if (this.#state === 'over') throw this.#closedError();
    deadline.check();
    try {
      await writeFrame(this.#stream, this.session.encrypt(plaintext), deadline);
      this.#lastFrameMs = this.#clock.now();
    } catch (error) {
      if (this.#isOver()) throw this.#closedError();
      this.#fail(error);
      throw error;
    }
  }

  async #closeGracefully(): Promise<void> {
    if (this.#state === 'over') return;
    this.#state = 'closing';
    this.#cancelIdle?.();
    this.#receiving?.fail(this.#closedError());
    const deadline = this.#deadline('closing', this.#limits.closeTimeoutMs, undefined);
    try {
      await deadline.race(this.#sends.drained);
      await deadline.race(this.#stream.close());
    } catch {
      this.#stream.abort();
    } finally {
      deadline.end();
      this.#state = 'over';
      this.session.destroy();
    }
  }

  #fail(error: unknown): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#failure = error;
    this.#cancelIdle?.();
    this.session.destroy();
    this.#stream.abort();
    this.#receiving?.fail(error as Error);
  }

  #isOpen(): boolean {
    return this.#state === 'open';
  }

  #isOver(): boolean {
    return this.#state === 'over';
  }

  #closedError(): TransportError {
    const because = this.#failure === undefined ? 'by this side' : reasonOf(this.#failure);
    return new TransportError('TRANSPORT_CLOSED', { because }, { cause: this.#failure });
  }

  #deadline(what: string, afterMs: number, signal: CancelSignal | undefined): Deadline {
    return new Deadline({ clock: this.#clock, what, afterMs, signal });
  }

  /** One timer that looks again when it fires is cheaper than one that moves with every frame. */
  #watchIdle(): void {
    const { idleTimeoutMs, messageTimeoutMs } = this.#limits;
    // A replayed first message (W-15) yields a session that no valid message ever follows: it is not kept for long.
    const afterMs = this.session.confirmed ? idleTimeoutMs : Math.min(idleTimeoutMs, messageTimeoutMs);
    if (afterMs === Number.POSITIVE_INFINITY) return;
    const leftMs = this.#lastFrameMs + afterMs - this.#clock.now();
    if (leftMs <= 0) this.#fail(new TransportError('TRANSPORT_IDLE', { afterMs }));
    else this.#cancelIdle = this.#clock.schedule(Math.min(leftMs, afterMs), () => this.#watchIdle());
  }
}
