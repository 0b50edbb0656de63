import { errorRow } from '@pubky-paykit/primitives';

/** Why a publication does not leave. */
export const QUEUE_ERRORS = {
  DISCOVERY_QUEUE_FULL: errorRow<{ queued: number; maximum: number }>({
    summary: '{queued} publications are queued already where {maximum} may be',
    nextStep: 'Flush the queue, or see why its targets refuse; nothing of this call was queued.',
    retryable: true,
  }),
  DISCOVERY_TARGET_UNKNOWN: errorRow<{ target: string }>({
    summary: 'the queue has no target {target} any more',
    nextStep: 'Open the queue with that target again, or publish again without it.',
    retryable: false,
  }),
  DISCOVERY_PUBLICATION_STALE: errorRow<{ device: string; ageSeconds: bigint }>({
    summary:
      'the record of the device {device} has waited for {ageSeconds} s, so that nobody would take it any more',
    nextStep: 'Sign it again: run the keeper of the device, or open the queue with `restamp`.',
    retryable: false,
  }),
  DISCOVERY_NOT_RESTAMPED: errorRow<{ device: string }>({
    summary: 'what was signed again for the device {device} is no newer record of the same key',
    nextStep: 'Check what `restamp` gives; the record in the queue is unchanged.',
    retryable: false,
  }),
} as const;
