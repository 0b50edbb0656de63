import { MAX_KEY_AGE_SECONDS } from '../constants.ts';

const DAY_MS = 86_400_000;

/** How the keys of a device are kept, in milliseconds. */
export interface KeyPolicy {
  /** The age at which a key is replaced: from 1 ms to 365 days. */
  readonly rotateAfterMs: number;
  /** How long the key before it is still taken once the new one is published everywhere; shorter than `rotateAfterMs`. */
  readonly overlapMs: number;
  /** The age at which a record is signed again: at most 15 days, half of what peers accept. */
  readonly restampAfterMs: number;
  /** By up to how much, at random, rotating and re-stamping come earlier; less than half of either. */
  readonly jitterMs: number;
}

/**
 * The policies of P8 §4.6 by what is at risk. Peers of 0.8 and ours refuse records older than 30 days, so that every
 * policy signs again long before that, whatever the age of the key: a device may be off for three weeks and is still found.
 *
 * @see P8 §4.6, N8 §4.5
 */
export const KEY_POLICIES = {
  critical: {
    rotateAfterMs: 7 * DAY_MS,
    overlapMs: 2 * DAY_MS,
    restampAfterMs: 2 * DAY_MS,
    jitterMs: 0.25 * DAY_MS,
  },
  'high-security': {
    rotateAfterMs: 30 * DAY_MS,
    overlapMs: 7 * DAY_MS,
    restampAfterMs: 7 * DAY_MS,
    jitterMs: DAY_MS,
  },
  standard: {
    rotateAfterMs: 90 * DAY_MS,
    overlapMs: 7 * DAY_MS,
    restampAfterMs: 7 * DAY_MS,
    jitterMs: DAY_MS,
  },
  'low-risk': {
    rotateAfterMs: 365 * DAY_MS,
    overlapMs: 7 * DAY_MS,
    restampAfterMs: 7 * DAY_MS,
    jitterMs: DAY_MS,
  },
} as const satisfies Readonly<Record<string, KeyPolicy>>;

/** The names of the policies. */
export type KeyPolicyName = keyof typeof KEY_POLICIES;

/** P8 §4.6. */
const MAX_ROTATE_AFTER_MS = 365 * DAY_MS;
const MAX_RESTAMP_AFTER_MS = (MAX_KEY_AGE_SECONDS * 1_000) / 2;

/**
 * Makes sure that a policy keeps keys findable and replaces them at least once a year.
 *
 * @throws RangeError, which says what is wrong.
 *
 * @example
 * ```ts
 * import { KEY_POLICIES, requireKeyPolicy } from '@pubky-paykit/pkarr-discovery';
 * requireKeyPolicy({ ...KEY_POLICIES.standard, rotateAfterMs: 60 * 86_400_000 });
 * ```
 */
export function requireKeyPolicy({ rotateAfterMs, overlapMs, restampAfterMs, jitterMs }: KeyPolicy): void {
  const rules: readonly (readonly [holds: boolean, rule: string])[] = [
    [rotateAfterMs > 0 && rotateAfterMs <= MAX_ROTATE_AFTER_MS, 'rotateAfterMs must be 1 ms to 365 days'],
    [overlapMs >= 0 && overlapMs < rotateAfterMs, 'overlapMs must be less than rotateAfterMs'],
    [restampAfterMs > 0 && restampAfterMs <= MAX_RESTAMP_AFTER_MS, 'restampAfterMs must be 1 ms to 15 days'],
    [
      jitterMs >= 0 && 2 * jitterMs <= Math.min(rotateAfterMs, restampAfterMs),
      'jitterMs must be at most half of the others',
    ],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken !== undefined) throw new RangeError(broken[1]);
}
