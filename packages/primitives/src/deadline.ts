import type { CancelSignal, PlatformSignal } from './ports/cancel-signal.ts';
import type { Clock } from './ports/clock.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: PlatformSignal; abort(): void };

/** What ends a wait, and with which error. */
export interface DeadlineOptions {
  readonly clock: Clock;
  /** Milliseconds; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
  /** Made when the time is over. */
  readonly timedOut: () => Error;
  /** Made when the signal is aborted. */
  readonly cancelled: () => Error;
}

/** A limit on one or several waits together. */
export interface Deadline {
  /** Aborted once the deadline is over, so that the other side of a wait can stop. */
  readonly signal: PlatformSignal;
  /** The work's outcome, unless the deadline ends first; then what `timedOut` or `cancelled` made. */
  race<Result>(work: (signal: PlatformSignal) => Promise<Result> | Result): Promise<Result>;
}

/**
 * Runs `work` under a deadline, and takes its timer and listener away afterwards. If the signal was aborted before, `work`
 * is not called.
 *
 * @throws What `timedOut` or `cancelled` made, from every `race`.
 *
 * @example
 * ```ts
 * import { systemClock, systemFetch, withDeadline } from '@pubky-paykit/primitives';
 * const limits = {
 *   clock: systemClock,
 *   timeoutMs: 5_000,
 *   timedOut: () => new Error('too slow'),
 *   cancelled: () => new Error('not wanted any more'),
 * };
 * const response = await withDeadline(limits, ({ race }) =>
 *   race((signal) => systemFetch('http://localhost:6286/', { signal })),
 * );
 * ```
 */
export async function withDeadline<Result>(
  { clock, timeoutMs, signal, timedOut, cancelled }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  if (signal?.aborted) throw cancelled();
  const controller = new AbortController();
  let ended: Error | undefined;
  let reject: (error: Error) => void = () => {};
  const end = new Promise<never>((_, onEnd) => {
    reject = onEnd;
  });
  // Nobody may be waiting when it ends; that is no unhandled rejection.
  end.catch(() => {});
  const endWith = (error: Error) => {
    ended = error;
    // First the reason, then the abort: a wait that fails because of the abort must not win the race.
    reject(error);
    controller.abort();
  };
  const cancelTimer =
    timeoutMs === Number.POSITIVE_INFINITY ? () => {} : clock.schedule(timeoutMs, () => endWith(timedOut()));
  const onAbort = () => endWith(cancelled());
  signal?.addEventListener('abort', onAbort);
  try {
    return await work({
      signal: controller.signal,
      race: (wait) => {
        if (ended !== undefined) return Promise.reject(ended);
        // `end` stands first: it wins if both settle in the same turn.
        return Promise.race([end, (async () => wait(controller.signal))()]);
      },
    });
  } finally {
    cancelTimer();
    signal?.removeEventListener('abort', onAbort);
  }
}

/** What ends a wait that a package names in its errors. */
export interface NamedDeadlineOptions extends Pick<DeadlineOptions, 'clock' | 'timeoutMs' | 'signal'> {
  /** What is waited for, for the error: "the handshake". */
  readonly what: string;
}

/** The two ends of a wait that is not over. */
export interface DeadlineErrors {
  timedOut(what: string, afterMs: number): Error;
  cancelled(what: string): Error;
}

/** {@link withDeadline} with the errors of one package. */
export type WithNamedDeadline = <Result>(
  options: NamedDeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
) => Promise<Result>;

/**
 * Deadlines that end with the codes of one package, so that every wait of it fails alike.
 *
 * @example
 * ```ts
 * import { deadlinesWith } from '@pubky-paykit/primitives';
 * const withDeadline = deadlinesWith({
 *   timedOut: (what, afterMs) => new Error(`${what} took longer than ${afterMs} ms`),
 *   cancelled: (what) => new Error(`${what} was cancelled`),
 * });
 * ```
 */
export function deadlinesWith(errors: DeadlineErrors): WithNamedDeadline {
  return ({ what, ...limits }, work) =>
    withDeadline(
      {
        ...limits,
        timedOut: () => errors.timedOut(what, limits.timeoutMs),
        cancelled: () => errors.cancelled(what),
      },
      work,
    );
}
