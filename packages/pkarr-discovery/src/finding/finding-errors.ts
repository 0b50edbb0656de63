import { errorRow } from '@pubky-paykit/primitives';

/** Why a key is not even looked up. */
export const FINDING_ERRORS = {
  DISCOVERY_LOOKUP_SUSPENDED: errorRow<{ failures: number; retryAfterMs: number }>({
    summary:
      'the last {failures} look-ups of this key reached nobody, and the next is due in {retryAfterMs} ms',
    nextStep: 'Wait that long, or call `resume` when the connection is back, then try again.',
    retryable: true,
    wireCode: 8000,
  }),
} as const;
