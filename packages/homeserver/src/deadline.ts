import { deadlinesWith, type WithNamedDeadline } from '@pubky-paykit/primitives';
import { HomeserverError } from './errors.ts';

export type { Deadline } from '@pubky-paykit/primitives';

/**
 * A deadline that ends with the codes of this package.
 *
 * @throws HOMESERVER_TIMED_OUT, HOMESERVER_CANCELLED
 */
export const withDeadline: WithNamedDeadline = /* @__PURE__ */ deadlinesWith({
  timedOut: (what, afterMs) => new HomeserverError('HOMESERVER_TIMED_OUT', { what, afterMs }),
  cancelled: (what) => new HomeserverError('HOMESERVER_CANCELLED', { what }),
});
