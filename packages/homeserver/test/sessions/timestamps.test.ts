import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createTimestamps } from '../../src/sessions/timestamps.ts';
import { NOW } from '../fetch-homeserver.ts';

describe('createTimestamps', () => {
  it('never gives the same time twice, and stays within a millisecond of the clock', () => {
    const clock = new ManualClock(NOW);
    const next = createTimestamps(clock, predictableRandomForTestingOnly(1));
    const first = next();
    expect(first / 1000n).toBe(BigInt(NOW));
    let last = first;
    for (let index = 0; index < 100; index++) {
      const later = next();
      expect(later > last).toBe(true);
      last = later;
    }
    clock.advance(1000);
    expect(next() / 1000n).toBe(BigInt(NOW + 1000));
  });

  it('gives two devices of one identity different times', () => {
    const clock = new ManualClock(NOW);
    const [phone, desk] = [1, 2].map((seed) =>
      createTimestamps(clock, predictableRandomForTestingOnly(seed)),
    );
    expect(phone?.()).not.toBe(desk?.());
  });
});
