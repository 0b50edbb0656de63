import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import { isRetryDue, type Outage, Outages, type SoughtKey } from '../../src/finding/outages.ts';
import { filled } from '../bytes.ts';

const KEYS: readonly SoughtKey[] = Array.from({ length: 5 }, (_, i) => {
  return { address: deviceAddress(filled(1), `d${i}`), contact: 'occasional' };
});
const MAXIMUM = 3;

type Step = { readonly what: 'fail' | 'degrade' | 'end'; readonly key: number; readonly chance: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    what: fc.constantFrom('fail', 'fail', 'degrade', 'end'),
    key: fc.nat(KEYS.length - 1),
    chance: fc.nat(255),
  }),
  { maxLength: 40 },
);

describe('Outages', () => {
  it('waits longer each time, up to two minutes, and tells of each outage once when it begins and once when it ends [O5]', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let byte = 0;
        const outages = new Outages(MAXIMUM, { bytes: (length) => new Uint8Array(length).fill(byte) });
        const told = new Set<number>();
        let nowMs = 1_000_000;
        for (const { what, key, chance } of all) {
          const one = KEYS[key] as SoughtKey;
          const before = outages.of(one);
          byte = chance;
          nowMs += 1_000;
          if (what === 'fail') {
            outages.fail(one, nowMs);
            const after = outages.of(one);
            if (after === undefined) {
              expect(told.size).toBe(MAXIMUM);
              continue;
            }
            const longestMs = Math.min(120_000, 2_000 * 2 ** (before?.failures ?? 0));
            const waitMs = after.retryAtMs - nowMs;
            expect(waitMs).toBeGreaterThan(longestMs / 2 - 1);
            expect(waitMs).toBeLessThanOrEqual(longestMs);
            expect(after.sinceMs).toBe(before?.sinceMs ?? nowMs);
            expect(isRetryDue(after, after.retryAtMs)).toBe(true);
            expect(isRetryDue(after, after.retryAtMs - 1)).toBe(false);
            expect(isRetryDue(after, nowMs - 1)).toBe(true);
          } else if (what === 'degrade') {
            const isNews = outages.degrade(one) !== undefined;
            expect(isNews).toBe(before !== undefined && !told.has(key));
            if (isNews) told.add(key);
          } else {
            expect(outages.end(one)?.isDegraded ?? false).toBe(told.delete(key));
          }
          // What somebody was told of is never forgotten.
          expect(outages.degraded()).toHaveLength(told.size);
          for (const each of told) expect(outages.of(KEYS[each] as SoughtKey)?.isDegraded).toBe(true);
          expect(outages.size).toBeLessThanOrEqual(MAXIMUM);
        }
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('has in front what may be tried next, and lets all be tried when told to', () => {
    const outages = new Outages(9, { bytes: (length) => new Uint8Array(length) });
    for (const [times, key] of [
      [3, KEYS[0]],
      [1, KEYS[1]],
      [2, KEYS[2]],
    ] as const) {
      for (let failures = 0; failures < times; failures++) outages.fail(key as SoughtKey, 0);
      outages.degrade(key as SoughtKey);
    }
    const shown = (all: readonly Outage[]) =>
      all.map(({ key, retryAtMs }) => [key.address.device, retryAtMs]);
    expect(shown(outages.degraded())).toEqual([
      ['d1', 2_000],
      ['d2', 4_000],
      ['d0', 8_000],
    ]);
    outages.resume(10);
    expect(shown(outages.degraded()).map(([, retryAtMs]) => retryAtMs)).toEqual([10, 10, 10]);
  });
});
