import { errorRow } from '@pubky-paykit/primitives';

/** What can end a watch, besides what can go wrong with any request. */
export const WATCH_ERRORS = {
  HOMESERVER_TOO_MANY_FILES: errorRow<{ maximum: number }>({
    summary: 'there are more than {maximum} files below the watched path',
    nextStep: 'Watch a directory with fewer files in it, or allow more.',
    retryable: false,
  }),
} as const;
