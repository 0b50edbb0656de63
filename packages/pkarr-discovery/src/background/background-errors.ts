import { errorRow } from '@pubky-paykit/primitives';

/** Why work is not done now, or not here. */
export const BACKGROUND_ERRORS = {
  DISCOVERY_LEASE_HELD: errorRow<{ what: string; forMs: number }>({
    summary: '{what} is under way elsewhere, for another {forMs} ms at most',
    nextStep: 'Wait for the other process; if it has died, try again when that time is over.',
    retryable: true,
  }),
  DISCOVERY_LEASE_LOST: errorRow<{ what: string }>({
    summary: '{what} took so long that another process has taken it over',
    nextStep: 'Look at what the other process has done, then try again.',
    retryable: true,
  }),
  DISCOVERY_CLOSED: errorRow<{ what: string }>({
    summary: '{what} is closed',
    nextStep: 'Open it again; what it had is still in the store.',
    retryable: false,
  }),
} as const;
