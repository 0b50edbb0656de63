import { deadlinesWith, type WithNamedDeadline } from '@pubky-paykit/primitives';
import { DiscoveryError } from './errors.ts';

export type { Deadline } from '@pubky-paykit/primitives';

/**
 * A deadline that ends with the codes of this package.
 *
 * @throws DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED
 */
export const withDeadline: WithNamedDeadline = /* @__PURE__ */ deadlinesWith({
  timedOut: (what, afterMs) => new DiscoveryError('DISCOVERY_TIMED_OUT', { what, afterMs }),
  cancelled: (what) => new DiscoveryError('DISCOVERY_CANCELLED', { what }),
});
