import type { CancelSignal, Clock } from '@pubky-paykit/primitives';
import { PaykitError } from './errors.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

/** What ends a wait. */
export interface DeadlineOptions {
  /** Named in the error. */
  readonly what: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
}

/** A limit on one or several waits together. */
export interface Deadline {
  /** Aborted once the deadline is over, so that the other side of a wait can stop. */
  readonly signal: CancelSignal;
  /** The work's outcome, unless the deadline ends first. @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED */
  race<Result>(work: (signal: CancelSignal) => Promise<Result> | Result): Promise<Result>;
}

/**
 * Runs `work` under a deadline and takes its timer and listener away afterwards.
 *
 * @throws PAYKIT_CANCELLED at once if the signal was aborted before; then `work` is not called.
 */
export async function withDeadline<Result>(
  { what, clock, timeoutMs, signal }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  const cancelled = () => new PaykitError('PAYKIT_CANCELLED', { what });
  if (signal?.aborted) throw cancelled();
  const controller = new AbortController();
  let ended: PaykitError | undefined;
  let reject: (error: PaykitError) => void = () => {};
  const end = new Promise<never>((_, onEnd) => {
    reject = onEnd;
  });
  // Nobody may be waiting when it ends; that is no unhandled rejection.
  end.catch(() => {});
  const endWith = (error: PaykitError) => {
    ended = error;
    // First the reason, then the abort: a wait that fails because of the abort must not win the race.
    reject(error);
    controller.abort();
  };
  const cancelTimer = clock.schedule(timeoutMs, () =>
    endWith(new PaykitError('PAYKIT_TIMED_OUT', { what, afterMs: timeoutMs })),
  );
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
