import { errorRow } from '@pubky-paykit/primitives';

/** Why a publication cannot be made of what was given. */
export type PublicationProblem = 'of another identity' | 'of another device' | 'key and revocation confused';

/** What publications fail with, besides the codes of wherever they go. */
export const PUBLICATION_ERRORS = {
  DISCOVERY_BAD_PUBLICATION: errorRow<{ problem: PublicationProblem }>({
    summary: 'the publication does not fit ({problem})',
    nextStep: 'Check where it came from; nothing was published.',
    retryable: false,
  }),
  DISCOVERY_NEWER_PUBLISHED: errorRow<{ target: string; kind: 'key' | 'revocation' }>({
    summary: 'the target {target} has a {kind} of the device that must not be replaced by this record',
    nextStep: 'Drop the publication: it is older than what is there, or would bring a revoked key back.',
    retryable: false,
  }),
  DISCOVERY_REVOCATION_NO_ROOM: errorRow<{
    target: string;
    device: string;
    length: number;
    maximum: number;
    records: number;
  }>({
    summary:
      'the packet at {target} has no room for the revocation at {device}: {records} records, none of which may give way, take {length} bytes where {maximum} fit',
    nextStep:
      'Take a record out of the packet that is not needed, such as that of a device that is gone, and publish again. A queue tries it again every hour; until then only the homeserver says that the key is revoked.',
    retryable: false,
  }),
  DISCOVERY_TARGET_FAILED: errorRow<{ target: string; reason: string }>({
    summary: 'the target {target} failed without a code ({reason})',
    nextStep: 'Look at the cause; the target has a fault.',
    retryable: true,
  }),
} as const;
