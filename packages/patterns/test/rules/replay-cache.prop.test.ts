import { isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createReplayCache, type ReplayCache } from '../../src/rules/replay-cache.ts';
import { filled } from '../bytes.ts';
import { looseClock } from '../clocks.ts';

const REMEMBER_MS = 100;
const MAXIMUM = 4;

/** Claims of few keys, so that repeats are common, at times around the boundary, the clock going either way. */
const steps = fc.array(
  fc.record({
    key: fc.nat(9),
    moveMs: fc.oneof(
      { weight: 4, arbitrary: fc.nat(30) },
      { weight: 1, arbitrary: fc.constantFrom(REMEMBER_MS - 1, REMEMBER_MS, REMEMBER_MS + 1) },
      { weight: 1, arbitrary: fc.integer({ min: -300, max: 300 }) },
    ),
  }),
  { maxLength: 60 },
);

/** The answer, or `full` for the one listed code; any other error fails the property. */
function outcomeOf(cache: ReplayCache, key: Uint8Array): unknown {
  try {
    return cache.claim(key);
  } catch (error) {
    if (isCodedError(error) && error.code === 'PATTERNS_REPLAY_CACHE_FULL') return 'full';
    throw error;
  }
}

describe('createReplayCache', () => {
  it('never accepts an ephemeral twice within the remembered time, and is never over its bound, whatever the clock does (N8 W-47, P8 W-58)', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const clock = looseClock(1_000);
        const cache = createReplayCache({ clock, rememberMs: REMEMBER_MS, maximumEntries: MAXIMUM });
        /** When each one that must be remembered was accepted. */
        const accepted = new Map<number, number>();
        for (const { key, moveMs } of sequence) {
          clock.nowMs += moveMs;
          const outcome = outcomeOf(cache, filled(key));
          // What the clock has once shown to be old may be forgotten; nothing else may.
          for (const [other, atMs] of accepted) {
            if (clock.nowMs >= atMs + REMEMBER_MS) accepted.delete(other);
          }
          if (accepted.has(key)) expect(outcome).toBe(false);
          else expect(outcome).toBe(accepted.size < MAXIMUM ? true : 'full');
          if (outcome === true) accepted.set(key, clock.nowMs);
          expect(accepted.size).toBeLessThanOrEqual(MAXIMUM);
        }
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('forgets the oldest and no other, if it forgets when full', () => {
    fc.assert(
      fc.property(steps, (sequence) => {
        const clock = looseClock(1_000);
        const options = {
          clock,
          rememberMs: REMEMBER_MS,
          maximumEntries: MAXIMUM,
          whenFull: 'forget',
        } as const;
        const cache = createReplayCache(options);
        let model: { key: number; atMs: number }[] = [];
        for (const { key, moveMs } of sequence) {
          clock.nowMs += moveMs;
          model = model.filter(({ atMs }) => clock.nowMs - atMs < REMEMBER_MS);
          const isNew = !model.some((other) => other.key === key);
          expect(outcomeOf(cache, filled(key))).toBe(isNew);
          if (!isNew) continue;
          if (model.length === MAXIMUM) model.shift();
          model.push({ key, atMs: clock.nowMs });
          model.sort((left, right) => left.atMs - right.atMs);
        }
      }),
      { numRuns: effort(2_000) },
    );
  });
});
