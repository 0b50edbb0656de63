import { describe, expect, it } from 'vitest';
import { HOME_KEY_COST, isBearable } from '../../src/home/scrypt-cost.ts';

describe('isBearable', () => {
  it('takes what new homes are made with, and the largest that is allowed', () => {
    expect(isBearable(HOME_KEY_COST)).toBe(true);
    expect(isBearable({ n: 2 ** 20, r: 8, p: 4 })).toBe(true);
  });

  it.each([
    ['more memory than 1 GiB', { n: 2 ** 20, r: 16, p: 1 }],
    ['too large an N', { n: 2 ** 21, r: 1, p: 1 }],
    ['too small an N', { n: 2 ** 9, r: 8, p: 1 }],
    ['an N that is no power of two', { n: 2 ** 17 + 1, r: 8, p: 1 }],
    ['too many rounds', { n: 2 ** 17, r: 8, p: 5 }],
    ['a block of nothing', { n: 2 ** 17, r: 0, p: 1 }],
    ['what is no number', { n: Number.NaN, r: 8, p: 1 }],
    ['what is infinite', { n: Number.POSITIVE_INFINITY, r: 8, p: 1 }],
  ])('refuses %s', (_, cost) => {
    expect(isBearable(cost)).toBe(false);
  });
});
