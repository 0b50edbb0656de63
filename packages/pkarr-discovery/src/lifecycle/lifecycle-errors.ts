import { errorRow } from '@pubky-paykit/primitives';

/** Why the keys of a device are not changed. */
export const LIFECYCLE_ERRORS = {
  DISCOVERY_CLOCK_BEHIND: errorRow<{ behindSeconds: bigint; maximumSeconds: number }>({
    summary:
      'the clock is {behindSeconds} s behind the device, and peers put up with less than {maximumSeconds} s',
    nextStep:
      'Set the clock right. If it is right now and was ahead when the key was signed: the key can be revoked without a successor at any time, and another device id can publish at once.',
    retryable: true,
  }),
  DISCOVERY_LEDGER_CHANGED: errorRow<{ device: string }>({
    summary: 'somebody else changed the keys of the device {device} meanwhile',
    nextStep: 'Look at the keys again, then repeat what is still to be done; nothing was done.',
    retryable: true,
  }),
  DISCOVERY_KEY_MISDERIVED: errorRow<{ context: string }>({
    summary: 'the context {context} gives another key than the ledger has for it',
    nextStep: 'Check that the ledger and the seed belong together; nothing was published.',
    retryable: false,
  }),
  DISCOVERY_NO_CURRENT_KEY: errorRow<{ device: string }>({
    summary: 'the device {device} has no current key: none was published, or it was revoked',
    nextStep: 'Publish one.',
    retryable: false,
  }),
  DISCOVERY_KEY_NOT_IN_LEDGER: errorRow<{ device: string }>({
    summary: 'the device {device} has never had that key',
    nextStep: 'Name one of the keys in its ledger.',
    retryable: false,
  }),
  DISCOVERY_TOO_MANY_KEYS: errorRow<{ maximum: number }>({
    summary: 'the device has {maximum} former keys that are still taken',
    nextStep: 'Wait until the overlap of the oldest is over, or revoke it.',
    retryable: true,
  }),
  DISCOVERY_KEY_NOT_OURS: errorRow<{ device: string; contexts: number }>({
    summary:
      'the key that is published for the device {device} comes from none of our {contexts} first contexts',
    nextStep:
      'Check seed and device id; say `takeOver: true` to replace it all the same, by a key of a context that was never used.',
    retryable: false,
  }),
  DISCOVERY_OWN_KEY_UNKNOWN: errorRow<{ device: string; outcome: string }>({
    summary: 'what is published for the device {device} cannot be told ({outcome})',
    nextStep:
      'Try again when all sources answer; say `takeOver: true` to replace it whatever it is, by a key of a context that was never used. One from the future was signed by a clock that was ahead, and nothing of now takes its place: publish as another device id then.',
    retryable: true,
  }),
} as const;
