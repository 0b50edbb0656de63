import {
  type CancelSignal,
  type Clock,
  type Deadline,
  withDeadline as within,
} from '@pubky-paykit/primitives';
import { HomeserverError } from './errors.ts';

export type { Deadline } from '@pubky-paykit/primitives';

/** What ends a wait. */
export interface DeadlineOptions {
  /** Named in the error. */
  readonly what: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly signal?: CancelSignal | undefined;
}

/**
 * A deadline that ends with the codes of this package.
 *
 * @throws HOMESERVER_TIMED_OUT, HOMESERVER_CANCELLED
 */
export function withDeadline<Result>(
  { what, ...limits }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  return within(
    {
      ...limits,
      timedOut: () => new HomeserverError('HOMESERVER_TIMED_OUT', { what, afterMs: limits.timeoutMs }),
      cancelled: () => new HomeserverError('HOMESERVER_CANCELLED', { what }),
    },
    work,
  );
}
