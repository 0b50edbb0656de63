import { errorRow } from '@pubky-paykit/primitives';

/** How the key cache is used wrongly. */
export const CACHE_ERRORS = {
  DISCOVERY_ILLEGAL_KEY_EVENT: errorRow<{ state: string; event: string }>({
    summary: 'a cached key in state {state} knows no event {event}',
    nextStep: 'This is a mistake in the calling code: see KEY_TRANSITIONS.',
    retryable: false,
  }),
} as const;
