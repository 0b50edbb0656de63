import { MAX_KEY_AGE_SECONDS } from '../constants.ts';
import { CONTACT_POLICIES, type ContactClass, type ContactPolicy } from './contact-policy.ts';

/** How cached keys may be used. What is not given is as the specification has it. */
export interface CachePolicySettings {
  /** Classes whose times are to be others than those of `CONTACT_POLICIES`. */
  readonly contacts?: Readonly<Partial<Record<ContactClass, ContactPolicy>>> | undefined;
  /** A natural number, inclusive: the oldest a record may be when its key is used; 30 days if not given. */
  readonly maximumAgeSeconds?: number | undefined;
  /** Whether a key is used only if its record signs its time, which those of 0.8 do not; off if not given. */
  readonly requireSignedFreshness?: boolean | undefined;
}

/** Settings that were checked and completed. */
export interface CachePolicy {
  readonly contacts: Readonly<Record<ContactClass, ContactPolicy>>;
  readonly maximumAgeSeconds: number;
  readonly requireSignedFreshness: boolean;
}

function isDuration(ms: number): boolean {
  return Number.isFinite(ms) && ms >= 0;
}

/**
 * Checks settings and completes them.
 *
 * @throws RangeError for a time that is negative or no number. Without end no key may be kept: `Infinity` is none either.
 * @throws TypeError for a class there is none of.
 */
export function cachePolicy({
  contacts = {},
  maximumAgeSeconds = MAX_KEY_AGE_SECONDS,
  requireSignedFreshness = false,
}: CachePolicySettings = {}): CachePolicy {
  for (const [contact, { keepMs, validateAfterMs }] of Object.entries(contacts)) {
    requireContactClass(contact);
    if (isDuration(keepMs) && isDuration(validateAfterMs)) continue;
    throw new RangeError(`the times for ${contact} must be natural numbers of milliseconds`);
  }
  if (!Number.isSafeInteger(maximumAgeSeconds) || maximumAgeSeconds < 0) {
    throw new RangeError('maximumAgeSeconds must be a natural number');
  }
  const classes = Object.freeze({ ...CONTACT_POLICIES, ...contacts });
  return Object.freeze({ contacts: classes, maximumAgeSeconds, requireSignedFreshness });
}

/** @throws TypeError for a class there is none of. */
export function requireContactClass(contact: string): asserts contact is ContactClass {
  if (!Object.hasOwn(CONTACT_POLICIES, contact)) throw new TypeError('there is no such class of contacts');
}
