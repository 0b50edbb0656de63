import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RateWindow } from '../../src/tcp/rate-window.ts';

const window = (clock: ManualClock, limit: number, maximumKeys = 100) =>
  new RateWindow({ clock, limit, windowMs: 60_000, maximumKeys });

describe('RateWindow', () => {
  it('[T4] slides: a place is free again one window after it was taken', () => {
    const clock = new ManualClock();
    const rate = window(clock, 2);
    expect(rate.admit('a')).toBe(true);
    clock.advance(30_000);
    expect([rate.admit('a'), rate.admit('a')]).toEqual([true, false]);
    clock.advance(29_999);
    expect(rate.admit('a')).toBe(false);
    clock.advance(1);
    expect([rate.admit('a'), rate.admit('a')]).toEqual([true, false]);
  });

  it('[T5] counts each key for itself', () => {
    const rate = window(new ManualClock(), 1);
    expect([rate.admit('a'), rate.admit('b'), rate.admit('a')]).toEqual([true, true, false]);
  });

  it('[T4] never admits more than the limit in any window', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.array(fc.integer({ min: 0, max: 30_000 }), { maxLength: 60 }),
        (limit, pauses) => {
          const clock = new ManualClock();
          const rate = window(clock, limit);
          const admitted: number[] = [];
          for (const pause of pauses) {
            clock.advance(pause);
            if (rate.admit('a')) admitted.push(clock.now());
          }
          for (const start of admitted) {
            const within = admitted.filter((time) => time >= start && time - start < 60_000);
            expect(within.length).toBeLessThanOrEqual(limit);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it('remembers at most so many keys, the most recent ones, and drops stale ones', () => {
    const clock = new ManualClock();
    const rate = window(clock, 1, 3);
    for (const key of ['a', 'b', 'c', 'd']) expect(rate.admit(key)).toBe(true);
    expect(rate.size).toBe(3);
    expect([rate.admit('d'), rate.admit('a')]).toEqual([false, true]);
    clock.advance(60_000);
    rate.admit('e');
    expect(rate.size).toBe(1);
  });

  it('does not lock anyone out when the clock is set back', () => {
    let now = 1_000_000;
    const rate = new RateWindow({
      clock: { now: () => now, schedule: () => () => {} },
      limit: 1,
      windowMs: 60_000,
      maximumKeys: 10,
    });
    expect(rate.admit('a')).toBe(true);
    now = 0;
    expect(rate.admit('a')).toBe(true);
  });

  it('is off with Infinity, and remembers nothing then', () => {
    const rate = window(new ManualClock(), Number.POSITIVE_INFINITY);
    for (let turn = 0; turn < 50; turn++) expect(rate.admit('a')).toBe(true);
    expect(rate.size).toBe(0);
  });
});
