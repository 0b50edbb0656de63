import { errorRow } from '@pubky-paykit/primitives';

/** Why what the cache has stored is no key. */
export type CacheDamage =
  | 'too long'
  | 'cut off'
  | 'wrong checksum'
  | 'contradicts itself'
  | 'of another device'
  | 'record not verified';

/** What the key cache refuses. */
export const CACHE_ERRORS = {
  DISCOVERY_ILLEGAL_KEY_EVENT: errorRow<{ state: string; event: string }>({
    summary: 'a cached key in state {state} knows no event {event}',
    nextStep: 'This is a mistake in the calling code: see KEY_TRANSITIONS.',
    retryable: false,
  }),
  DISCOVERY_KEY_CONFLICT: errorRow<{ known: string; presented: string | undefined }>({
    summary: 'two keys are shown for one device: {known}… and {presented}…, and neither is newer',
    nextStep:
      'Do not connect: somebody may be in between. Ask the owner which key is right, then `accept` it or `forget` both.',
    retryable: false,
    wireCode: 2000,
  }),
  DISCOVERY_NOTHING_TO_ACCEPT: errorRow<{ state: string }>({
    summary: 'that is neither of two keys in conflict (state {state})',
    nextStep: 'List the cache again: the conflict may have been resolved, or be about other keys.',
    retryable: false,
  }),
  DISCOVERY_CACHED_KEY_DAMAGED: errorRow<{ damage: CacheDamage }>({
    summary: 'what is stored of the device is damaged ({damage})',
    nextStep:
      'Restore the store, or call `forgetHistory`: then older and revoked keys of this device are not known any more.',
    retryable: false,
  }),
  DISCOVERY_CACHED_KEY_NEWER: errorRow<{ found: number; supported: number }>({
    summary: 'what is stored of the device has format {found}, and this version reads {supported}',
    nextStep: 'Update this software; the entry was left as it is.',
    retryable: false,
  }),
} as const;
