import { errorRow } from '@pubky-paykit/primitives';

/** What a document is refused for. */
export const DOCUMENT_ERRORS = {
  DISCOVERY_DOCUMENT_MALFORMED: errorRow<{ what: string }>({
    summary: 'that is no {what}, or it was changed',
    nextStep: 'Take the one that was written, unchanged; restore a backup of it if it is damaged.',
    retryable: false,
  }),
  DISCOVERY_DOCUMENT_NEWER: errorRow<{ what: string; found: number; supported: number }>({
    summary: 'the {what} has version {found}, and this program knows version {supported}',
    nextStep: 'Upgrade this program.',
    retryable: false,
  }),
} as const;
