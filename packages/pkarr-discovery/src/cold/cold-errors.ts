import { errorRow } from '@pubky-paykit/primitives';

/** What the work between a machine with the secret and one with the network stops at. */
export const COLD_ERRORS = {
  DISCOVERY_COLD_OTHER_IDENTITY: errorRow({
    summary: 'the request is for another identity than that of the signer',
    nextStep: 'Sign it with the identity that it names.',
    retryable: false,
  }),
  DISCOVERY_COLD_KEY_MISSING: errorRow<{ context: string }>({
    summary:
      'the request names the context {context} and not its key, and there is nothing to derive it with',
    nextStep: 'Pass `derive` where the seed is, or make a request that names the key.',
    retryable: false,
  }),
  DISCOVERY_COLD_EXPIRED: errorRow<{ sinceMs: number }>({
    summary: 'what was prepared had to be published {sinceMs} ms ago',
    nextStep: 'Make a new request, and have it signed.',
    retryable: false,
  }),
  DISCOVERY_COLD_PACKET_CHANGED: errorRow<{ expected: bigint; found: bigint | undefined }>({
    summary: 'the packet of the identity is not the one this was prepared for ({expected}, found {found})',
    nextStep: 'Make a new request, which has the packet of now in it; nothing was published.',
    retryable: false,
  }),
  DISCOVERY_COLD_PACKET_WRONG: errorRow<{ device: string }>({
    summary: 'the prepared packet does not say of the device {device} what was prepared',
    nextStep: 'Take the file as it was written; nothing was published.',
    retryable: false,
  }),
  DISCOVERY_COLD_LEDGER_DIFFERS: errorRow<{ device: string }>({
    summary: 'what was prepared is not what the ledger of the device {device} asks for',
    nextStep: 'Make a new request from this ledger; nothing was published.',
    retryable: false,
  }),
} as const;
