import type { Clock, Deadline } from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { CALL_TIMEOUT_MS } from '../storage/exchange.ts';

/** Runs one step of several; each has what the others have left of the time. */
export type Step = Deadline['race'];

/**
 * Runs several steps under the one deadline of a call.
 *
 * @param what Names the call in errors. @throws HOMESERVER_TIMED_OUT, HOMESERVER_CANCELLED
 */
export function inSteps<Result>(
  clock: Clock,
  what: string,
  { signal, timeoutMs = CALL_TIMEOUT_MS }: CallOptions,
  work: (step: Step) => Promise<Result>,
): Promise<Result> {
  return withDeadline({ what, clock, timeoutMs, signal }, ({ race }) => work(race));
}

/** The options of a request within a step: the step ends it. */
export function untilAborted(signal: CallOptions['signal']): CallOptions {
  return { signal, timeoutMs: Number.POSITIVE_INFINITY };
}
