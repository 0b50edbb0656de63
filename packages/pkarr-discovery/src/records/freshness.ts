import { type Clock, systemClock } from '@pubky-paykit/primitives';
import { MAX_CLOCK_SKEW_SECONDS, MAX_KEY_AGE_SECONDS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';

/** How old a record may be, and by which clock. */
export interface FreshnessRule {
  /** A natural number, inclusive; 30 days if not given. 0 allows records of this very second only. */
  readonly maximumAgeSeconds?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Unix milliseconds. @throws TypeError for a clock that shows no time: next to NaN, every record would look fresh. */
export function millisecondsOf(clock: Clock): number {
  const nowMs = clock.now();
  if (!Number.isFinite(nowMs)) throw new TypeError('the clock shows no time');
  return nowMs;
}

/** Whole seconds since 1970; a clock before that counts as 0, as in 0.8. */
function secondsOf(clock: Clock): bigint {
  return BigInt(Math.max(0, Math.floor(millisecondsOf(clock) / 1_000)));
}

function maximumAge({ maximumAgeSeconds = MAX_KEY_AGE_SECONDS }: FreshnessRule): number {
  if (Number.isSafeInteger(maximumAgeSeconds) && maximumAgeSeconds >= 0) return maximumAgeSeconds;
  throw new RangeError('maximumAgeSeconds must be a natural number');
}

/** @throws RangeError, TypeError for a rule that is none. */
export function requireRule(rule: FreshnessRule): void {
  maximumAge(rule);
  secondsOf(rule.clock ?? systemClock);
}

/** True if a time is further ahead of the clock than the 300 s, inclusive, by which clocks may differ. */
export function isAhead(timestampSeconds: bigint, { clock = systemClock }: FreshnessRule): boolean {
  return timestampSeconds - secondsOf(clock) > MAX_CLOCK_SKEW_SECONDS;
}

/** True if a time is longer ago than the rule allows. */
export function isStale(timestampSeconds: bigint, rule: FreshnessRule): boolean {
  return secondsOf(rule.clock ?? systemClock) - timestampSeconds > maximumAge(rule);
}

/**
 * Makes sure that a record is neither too old nor from the future. Both bounds are inclusive: the maximum age, and 300 s
 * for clocks that differ. Ask again at every use of a cached record: time goes on.
 *
 * @param timestampSeconds Seconds since 1970.
 * @throws DISCOVERY_KEY_STALE, DISCOVERY_KEY_FROM_FUTURE
 * @throws RangeError for a maximum age that is none.
 * @throws TypeError for a clock that shows no time.
 * @see N8 §4.5
 *
 * @example
 * ```ts
 * import { requireFresh, type VerifiedKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const cached: VerifiedKeyRecord;
 * requireFresh(cached.timestampSeconds, { maximumAgeSeconds: 7 * 86_400 });
 * ```
 */
export function requireFresh(timestampSeconds: bigint, rule: FreshnessRule = {}): void {
  const error = untimeliness(timestampSeconds, rule);
  if (error !== undefined) throw error;
}

/** What `requireFresh` throws of a time, not thrown; undefined for one that is allowed. */
export function untimeliness(timestampSeconds: bigint, rule: FreshnessRule): DiscoveryError | undefined {
  const ageSeconds = secondsOf(rule.clock ?? systemClock) - timestampSeconds;
  const maximumSeconds = maximumAge(rule);
  if (ageSeconds > maximumSeconds) {
    return new DiscoveryError('DISCOVERY_KEY_STALE', { ageSeconds, maximumSeconds });
  }
  if (-ageSeconds <= MAX_CLOCK_SKEW_SECONDS) return undefined;
  const ahead = { aheadSeconds: -ageSeconds, maximumSeconds: MAX_CLOCK_SKEW_SECONDS };
  return new DiscoveryError('DISCOVERY_KEY_FROM_FUTURE', ahead);
}
