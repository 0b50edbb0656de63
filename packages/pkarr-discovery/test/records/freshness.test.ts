import { systemClock } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { requireFresh } from '../../src/records/freshness.ts';
import { thrownBy } from '../bytes.ts';
import { clockAt, STAMPED } from './key-records.ts';

const THIRTY_DAYS = 2_592_000n;

describe('requireFresh', () => {
  it('takes a record for 30 days, inclusive, and no second longer (PK-8, PK-9) [S2.1] [F3]', () => {
    expect(() => requireFresh(STAMPED, { clock: clockAt(STAMPED + THIRTY_DAYS) })).not.toThrow();
    const late = new ManualClock(Number(STAMPED + THIRTY_DAYS) * 1_000 + 999);
    expect(() => requireFresh(STAMPED, { clock: late })).not.toThrow();
    late.advance(1);
    expect(thrownBy(() => requireFresh(STAMPED, { clock: late }))).toMatchObject({
      code: 'DISCOVERY_KEY_STALE',
      context: { ageSeconds: 2_592_001n, maximumSeconds: 2_592_000 },
      retryable: true,
    });
  });

  it('takes a record up to 300 s from the future, inclusive (PK-10) [S2.1] [F3]', () => {
    expect(() => requireFresh(STAMPED, { clock: clockAt(STAMPED - 300n) })).not.toThrow();
    expect(thrownBy(() => requireFresh(STAMPED, { clock: clockAt(STAMPED - 301n) }))).toMatchObject({
      code: 'DISCOVERY_KEY_FROM_FUTURE',
      context: { aheadSeconds: 301n, maximumSeconds: 300 },
      retryable: true,
    });
  });

  it('takes this very second and 300 s ahead of it where the maximum age is 0 (N8 §4.5)', () => {
    const rule = { maximumAgeSeconds: 0, clock: clockAt(STAMPED) };
    expect(() => requireFresh(STAMPED, rule)).not.toThrow();
    expect(() => requireFresh(STAMPED + 300n, rule)).not.toThrow();
    expect(thrownBy(() => requireFresh(STAMPED - 1n, rule)).code).toBe('DISCOVERY_KEY_STALE');
  });

  it('keeps to a maximum age of the policy, shorter or longer', () => {
    const aged = (maximumAgeSeconds: number) => () =>
      requireFresh(STAMPED, { maximumAgeSeconds, clock: clockAt(STAMPED + 3_000_000n) });
    expect(aged(3_000_000)).not.toThrow();
    expect(thrownBy(aged(2_999_999)).code).toBe('DISCOVERY_KEY_STALE');
  });

  it('compares the largest and the smallest time exactly', () => {
    const rule = { clock: clockAt(STAMPED), maximumAgeSeconds: Number.MAX_SAFE_INTEGER };
    expect(() => requireFresh(0n, rule)).not.toThrow();
    expect(thrownBy(() => requireFresh(2n ** 64n - 1n, rule)).context).toMatchObject({
      aheadSeconds: 2n ** 64n - 1n - STAMPED,
    });
  });

  it('counts a clock before 1970 as 0, as 0.8 does', () => {
    const clock = { ...systemClock, now: () => -5_000_000 };
    expect(() => requireFresh(0n, { clock, maximumAgeSeconds: 0 })).not.toThrow();
    expect(() => requireFresh(300n, { clock })).not.toThrow();
    expect(thrownBy(() => requireFresh(301n, { clock })).code).toBe('DISCOVERY_KEY_FROM_FUTURE');
  });

  it('refuses a clock that shows no time and ages that are none, for which everything would be fresh', () => {
    for (const nowMs of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const clock = { ...systemClock, now: () => nowMs };
      expect(() => requireFresh(STAMPED, { clock })).toThrow(TypeError);
    }
    for (const maximumAgeSeconds of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(() => requireFresh(STAMPED, { clock: clockAt(STAMPED), maximumAgeSeconds })).toThrow(RangeError);
    }
  });

  it('looks at the clock of the machine if none is given', () => {
    expect(() => requireFresh(BigInt(Math.floor(Date.now() / 1_000)))).not.toThrow();
    expect(thrownBy(() => requireFresh(0n)).code).toBe('DISCOVERY_KEY_STALE');
  });
});
