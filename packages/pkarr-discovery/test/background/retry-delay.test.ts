import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { fraction, retryDelay } from '../../src/background/retry-delay.ts';
import { MAX_PUBLICATION_RETRY_MS, PUBLICATION_RETRY_MS } from '../../src/constants.ts';
import { DiscoveryError } from '../../src/errors.ts';

const always = (byte: number) => ({ bytes: (length: number) => new Uint8Array(length).fill(byte) });
const limited = (retryAfterMs: number | undefined) =>
  new DiscoveryError('DISCOVERY_RATE_LIMITED', { relay: 'r', retryAfterMs });

describe('fraction', () => {
  it('is from 0 to just below 1', () => {
    expect(fraction(always(0))).toBe(0);
    expect(fraction(always(255))).toBe(1 - 2 ** -32);
  });
});

describe('retryDelay', () => {
  it('[O5] has a bound that doubles up to an hour', () => {
    const longest = [1, 2, 3, 10, 11, 12, 40, 2_000].map(
      (attempts) => retryDelay(attempts, undefined, always(255)) + 1,
    );
    const seconds = [2, 4, 8, 1_024, 2_048, 3_600, 3_600, 3_600];
    expect(longest).toEqual(seconds.map((each) => each * 1_000));
  });

  it('[O5] is anything up to the bound: full jitter', () => {
    const random = fc.uint8Array({ minLength: 4, maxLength: 4 }).map((bytes) => ({ bytes: () => bytes }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), random, (attempts, source) => {
        const delayMs = retryDelay(attempts, undefined, source);
        const longestMs = Math.min(MAX_PUBLICATION_RETRY_MS, PUBLICATION_RETRY_MS * 2 ** (attempts - 1));
        expect(Number.isInteger(delayMs)).toBe(true);
        expect(delayMs).toBe(Math.floor(fraction(source) * longestMs));
      }),
      { numRuns: effort(400) },
    );
  });

  it('[O5] is never shorter than what the other side asked for, within reason', () => {
    expect(retryDelay(1, limited(90_000), always(0))).toBe(90_000);
    expect(retryDelay(1, limited(1), always(255))).toBe(1_999);
    expect(retryDelay(1, limited(1e12), always(0))).toBe(MAX_PUBLICATION_RETRY_MS);
    expect(retryDelay(1, limited(undefined), always(0))).toBe(0);
    expect(retryDelay(1, limited(Number.NaN), always(0))).toBe(0);
    expect(retryDelay(1, Object.assign(new Error('x'), { retryAfterMs: 5 }), always(0))).toBe(0);
  });
});
