import {
  type CancelSignal,
  type Clock,
  type Deadline,
  withDeadline as within,
} from '@pubky-paykit/primitives';
import { SessionStoreError } from './errors.ts';

/** What ends a wait. */
export interface DeadlineOptions {
  /** Named in the error. */
  readonly what: string;
  readonly clock: Clock;
  /** Milliseconds; `Infinity` for no limit. */
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
  /** Asked at the end, with what ended it, for another error than that nothing happened. */
  readonly ended?: ((because: string) => Error | undefined) | undefined;
}

/**
 * A deadline that ends with the codes of this package.
 *
 * @throws STORE_TIMED_OUT, STORE_CANCELLED
 */
export function withDeadline<Result>(
  { what, clock, timeoutMs, signal, ended }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  return within(
    {
      clock,
      timeoutMs,
      signal,
      timedOut: () =>
        ended?.(`no answer in ${timeoutMs} ms`) ??
        new SessionStoreError('STORE_TIMED_OUT', { what, afterMs: timeoutMs }),
      cancelled: () => ended?.('cancelled') ?? cancelled(what),
    },
    work,
  );
}

/** The error of a call whose signal is aborted. */
export function cancelled(what: string): SessionStoreError {
  return new SessionStoreError('STORE_CANCELLED', { what });
}
