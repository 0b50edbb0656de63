import type { Clock } from '@pubky-paykit/primitives';
import { MAX_CLOCK_SKEW_SECONDS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { millisecondsOf } from '../records/freshness.ts';
import type { KeyStatement, PlanTime } from './key-plan.ts';

/**
 * The time of a revocation that nothing comes after: now, or a second after the newest record, however far ahead that is.
 * Peers do not believe a date that is too far ahead, but they believe the revocation: a clock that was wrong once must not
 * keep a key from being revoked.
 *
 * @param stampedSeconds The largest time that was signed, in seconds since 1970; 0 for none.
 * @throws TypeError for a clock that shows no time.
 */
export function revokingTime(stampedSeconds: bigint, clock: Clock): PlanTime {
  const nowMs = Math.max(0, Math.floor(millisecondsOf(clock)));
  const nowSeconds = BigInt(Math.floor(nowMs / 1_000));
  return { nowMs, timestampSeconds: nowSeconds > stampedSeconds ? nowSeconds : stampedSeconds + 1n };
}

/**
 * The time of the next records of a device: now, or a second after the newest one that was signed, since peers refuse
 * whatever is not newer.
 *
 * @param stampedSeconds The largest time that was signed, in seconds since 1970; 0 for none.
 * @throws DISCOVERY_CLOCK_BEHIND if that is further ahead than peers put up with.
 * @throws TypeError for a clock that shows no time.
 */
export function signingTime(stampedSeconds: bigint, clock: Clock): PlanTime {
  const time = revokingTime(stampedSeconds, clock);
  const behindSeconds = time.timestampSeconds - BigInt(Math.floor(time.nowMs / 1_000));
  // A successor is signed a second later.
  if (behindSeconds >= MAX_CLOCK_SKEW_SECONDS) {
    const maximumSeconds = MAX_CLOCK_SKEW_SECONDS;
    throw new DiscoveryError('DISCOVERY_CLOCK_BEHIND', { behindSeconds, maximumSeconds });
  }
  return time;
}

/**
 * The time of what is to be said: peers refuse a key from too far ahead, and believe a revocation of any time; what takes a
 * record off has none.
 *
 * @throws DISCOVERY_CLOCK_BEHIND if a key is among it, and TypeError, as {@link signingTime}.
 */
export function statingTime(
  statements: readonly Pick<KeyStatement, 'kind'>[],
  stampedSeconds: bigint,
  clock: Clock,
): PlanTime {
  const timeOf = statements.some(({ kind }) => kind === 'key') ? signingTime : revokingTime;
  return timeOf(stampedSeconds, clock);
}

/** The latest of some times, in seconds since 1970; 0 for none. */
export function latestOf(times: readonly bigint[]): bigint {
  let latest = 0n;
  for (const seconds of times) if (seconds > latest) latest = seconds;
  return latest;
}
