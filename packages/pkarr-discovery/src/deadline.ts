import {
  type CancelSignal,
  type Clock,
  type Deadline,
  withDeadline as within,
} from '@pubky-paykit/primitives';
import { DiscoveryError } from './errors.ts';

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
 * @throws DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED
 */
export function withDeadline<Result>(
  { what, ...limits }: DeadlineOptions,
  work: (deadline: Deadline) => Promise<Result>,
): Promise<Result> {
  return within(
    {
      ...limits,
      timedOut: () => new DiscoveryError('DISCOVERY_TIMED_OUT', { what, afterMs: limits.timeoutMs }),
      cancelled: () => new DiscoveryError('DISCOVERY_CANCELLED', { what }),
    },
    work,
  );
}
