import { describe, expect, it } from 'vitest';
import { KEY_POLICIES, MAX_KEY_AGE_SECONDS, requireKeyPolicy } from '../../src/index.ts';
import { DAY_MS } from './world.ts';

const { standard } = KEY_POLICIES;

describe('KEY_POLICIES', () => {
  it.each(Object.entries(KEY_POLICIES))(
    '[O3] %s is a policy that keeps records far from their end',
    (_, policy) => {
      requireKeyPolicy(policy);
      expect(2 * policy.restampAfterMs).toBeLessThanOrEqual(MAX_KEY_AGE_SECONDS * 1_000);
    },
  );

  it('[O3] has the numbers of P8 §4.6', () => {
    expect(standard).toMatchObject({ rotateAfterMs: 90 * DAY_MS, overlapMs: 7 * DAY_MS });
    expect(KEY_POLICIES['high-security'].rotateAfterMs).toBe(30 * DAY_MS);
    expect(KEY_POLICIES['low-risk'].rotateAfterMs).toBe(365 * DAY_MS);
  });
});

describe('requireKeyPolicy', () => {
  it.each([
    ['a key that is kept for more than a year', { rotateAfterMs: 365 * DAY_MS + 1 }],
    ['a key that is kept for no time', { rotateAfterMs: 0 }],
    ['an overlap as long as the key is kept', { overlapMs: 90 * DAY_MS }],
    ['an overlap in the past', { overlapMs: -1 }],
    ['records that are signed again too late', { restampAfterMs: 15 * DAY_MS + 1 }],
    ['records that are never signed again', { restampAfterMs: Number.POSITIVE_INFINITY }],
    ['a jitter of more than half', { jitterMs: 4 * DAY_MS }],
    ['no number', { rotateAfterMs: Number.NaN }],
    ['no jitter at all', { jitterMs: Number.NaN }],
  ])('refuses %s', (_, change) => {
    expect(() => requireKeyPolicy({ ...standard, ...change })).toThrow(RangeError);
  });

  it('takes the bounds', () => {
    requireKeyPolicy({
      rotateAfterMs: 365 * DAY_MS,
      overlapMs: 0,
      restampAfterMs: 15 * DAY_MS,
      jitterMs: 7.5 * DAY_MS,
    });
  });
});
