import { deadlinesWith, type WithNamedDeadline } from '@pubky-paykit/primitives';
import { PaykitError } from './errors.ts';

export type { Deadline } from '@pubky-paykit/primitives';

/**
 * A deadline that ends with the codes of this package.
 *
 * @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED
 */
export const withDeadline: WithNamedDeadline = /* @__PURE__ */ deadlinesWith({
  timedOut: (what, afterMs) => new PaykitError('PAYKIT_TIMED_OUT', { what, afterMs }),
  cancelled: (what) => new PaykitError('PAYKIT_CANCELLED', { what }),
});
