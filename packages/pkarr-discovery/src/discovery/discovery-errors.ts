import { errorRow } from '@pubky-paykit/primitives';

/** Why there is no key to be had. */
export const DISCOVERY_RESULT_ERRORS = {
  DISCOVERY_KEY_ABSENT: errorRow({
    summary: 'the identity has published no Noise key for this device',
    nextStep: 'Check identity and device, or ask the owner to publish a key.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_UNREACHABLE: errorRow<{ what: string; sources: number; reasons: string }>({
    summary: '{what} is unknown, because {sources} sources gave no answer ({reasons})',
    nextStep: 'Check the connection, then try again; a cached key may be used within its policy.',
    retryable: true,
    wireCode: 8000,
  }),
  DISCOVERY_TOO_MANY_DEVICES: errorRow<{ maximum: number }>({
    summary: 'none of the {maximum} devices that are looked up has a usable key, and there are more of them',
    nextStep: 'Ask the owner to remove the records of devices that are gone.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_MEMORY_FAILED: errorRow<{ reason: string }>({
    summary: 'what was seen of the key could not be remembered ({reason})',
    nextStep: 'Repair the store: without it an old or revoked key could be taken for the current one.',
    retryable: true,
  }),
} as const;
