import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { dueMsOf, isDue, longestParkingMs } from '../../src/queue/due.ts';
import type { Delivery } from '../../src/queue/queue-state.ts';
import { filled } from '../bytes.ts';

const HOUR_MS = 3_600_000;

const deliveries: fc.Arbitrary<Delivery> = fc.record({
  id: fc.nat(),
  target: fc.constant('a'),
  publication: fc.record({
    identity: fc.constant(filled(9)),
    device: fc.constant('default'),
    kind: fc.constantFrom('key' as const, 'revocation' as const),
    record: fc.constant('v=1'),
  }),
  queuedAtMs: fc.nat(),
  attempts: fc.nat(),
  notBeforeMs: fc.maxSafeNat(),
  parkedAtMs: fc.option(fc.maxSafeNat(), { nil: undefined }),
});

describe('dueMsOf', () => {
  it('[O4] [O5] lets nothing wait for longer than a wait can be, whatever a clock had noted', () => {
    fc.assert(
      fc.property(
        deliveries,
        fc.nat(),
        fc.integer({ min: 0, max: 25 * HOUR_MS }),
        (delivery, nowMs, waitMs) => {
          const { parkedAtMs, publication } = delivery;
          const longestMs = parkedAtMs === undefined ? HOUR_MS : longestParkingMs(publication);
          expect(dueMsOf(delivery, nowMs)).toBeLessThanOrEqual(nowMs + longestMs);
          // By a clock that is right it is as it was noted.
          const noted = { ...delivery, notBeforeMs: nowMs + Math.min(waitMs, longestMs) };
          expect(dueMsOf(noted, nowMs)).toBe(noted.notBeforeMs);
          expect(isDue(noted, noted.notBeforeMs)).toBe(true);
        },
      ),
      { numRuns: effort(1_000) },
    );
  });
});
