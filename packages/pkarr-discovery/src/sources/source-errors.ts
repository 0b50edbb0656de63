import { errorRow } from '@pubky-paykit/primitives';

/** What a source of key records fails with, besides the codes of whatever it asks. */
export const SOURCE_ERRORS = {
  DISCOVERY_SOURCE_FAILED: errorRow<{ source: string; reason: string }>({
    summary: 'the source {source} failed without a code ({reason})',
    nextStep: 'Look at the cause; the source has a fault.',
    retryable: true,
  }),
  DISCOVERY_TOO_MANY_RECORDS: errorRow<{ source: string; count: number; maximum: number }>({
    summary: 'the source {source} has {count} records for one device where {maximum} are looked at',
    nextStep: 'Ask the owner to remove the records that are not needed: one of them could be a revocation.',
    retryable: false,
    wireCode: 2000,
  }),
} as const;
