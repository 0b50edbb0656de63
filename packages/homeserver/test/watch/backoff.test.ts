import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createBackoff } from '../../src/watch/backoff.ts';

const constant = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });

describe('createBackoff', () => {
  it('grows from the shortest wait to the longest, and starts over when told to', () => {
    const backoff = createBackoff(500, 2000, constant(255));
    expect([1, 2, 3, 4, 5, 6].map(() => backoff.next())).toEqual([499, 749, 1123, 1684, 1996, 1996]);
    backoff.reset();
    expect(backoff.next()).toBe(499);
  });

  it('never waits less than half of what is due, nor more than the longest', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 10_000 }),
        fc.nat({ max: 10_000 }),
        fc.nat({ max: 255 }),
        (least, more, byte) => {
          const backoff = createBackoff(least, least + more, constant(byte));
          for (let step = 0; step < 30; step++) {
            const waitMs = backoff.next();
            expect(waitMs).toBeGreaterThanOrEqual(Math.floor(least / 2));
            expect(waitMs).toBeLessThanOrEqual(least + more);
          }
        },
      ),
      { numRuns: effort(200) },
    );
  });
});
