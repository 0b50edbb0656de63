import type { CancelSignal, CancelTimer, Clock } from '@pubky-paykit/primitives';
import { TransportError } from './errors.ts';

/** What bounds one wait. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** What is being waited for, for the error: "the handshake". */
  readonly what: string;
  /** Milliseconds for all waits under this deadline together; `Infinity` for none. */
  readonly afterMs: number;
  readonly signal?: CancelSignal | undefined;
}

/**
 * One time-out and one signal over any number of waits. The timer starts with the first wait, so that work which never
 * has to wait costs no timer; `end` releases both.
 */
export class Deadline {
  readonly #options: DeadlineOptions;
  readonly #waiting = new Set<(error: Error) => void>();
  readonly #onAbort = (): void => {
    const { what, signal } = this.#options;
    this.fail(new TransportError('TRANSPORT_ABORTED', { what }, { cause: signal?.reason }));
  };
  #cancelTimer: CancelTimer | undefined;
  #armed = false;
  #failure: Error | undefined;

  constructor(options: DeadlineOptions) {
    this.#options = options;
    if (options.signal?.aborted) this.#onAbort();
  }

  /** Why the waits were ended, if they were. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Ends this and every later wait with `error`. Only the first failure counts. */
  fail(error: Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = error;
    this.end();
    for (const reject of this.#waiting) reject(error);
    this.#waiting.clear();
  }

  /** @throws the failure, if there is one already. */
  check(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /**
   * Settles as `work` does, or rejects with TRANSPORT_TIMED_OUT or TRANSPORT_ABORTED before. `work` is not stopped by
   * that, and its late outcome is dropped.
   */
  race<Result>(work: Promise<Result>): Promise<Result> {
    this.#arm();
    return new Promise<Result>((resolve, reject) => {
      if (this.#failure !== undefined) reject(this.#failure);
      else this.#waiting.add(reject);
      work.then(
        (result) => {
          this.#waiting.delete(reject);
          resolve(result);
        },
        (error: unknown) => {
          this.#waiting.delete(reject);
          reject(error);
        },
      );
    });
  }

  /** Releases the timer and the signal. */
  end(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    if (this.#armed) this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #arm(): void {
    if (this.#armed || this.#failure !== undefined) return;
    this.#armed = true;
    const { clock, what, afterMs, signal } = this.#options;
    // The signal may have fired between construction and the first wait.
    if (signal?.aborted) {
      this.#onAbort();
      return;
    }
    signal?.addEventListener('abort', this.#onAbort);
    if (afterMs === Number.POSITIVE_INFINITY) return;
    this.#cancelTimer = clock.schedule(afterMs, () =>
      this.fail(new TransportError('TRANSPORT_TIMED_OUT', { what, afterMs })),
    );
  }
}
