import { equalBytes, hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type CachedKey, type KeyObservation, observeKey, UNKNOWN_KEY } from '../../src/cache/cached-key.ts';
import { CONTACT_POLICIES, type ContactClass } from '../../src/cache/contact-policy.ts';
import { KEY_TRANSITIONS } from '../../src/cache/key-state.ts';
import { consultKey } from '../../src/cache/key-use.ts';
import { filled } from '../bytes.ts';
import { STAMPED, verifiedRecord } from '../records/key-records.ts';

const DAY_MS = 86_400_000;
const KEYS = [filled(3), filled(4)];
const RECORDS = await Promise.all(
  KEYS.flatMap((noiseKey) =>
    [0n, 1n, 86_400n].flatMap((seconds) =>
      [{}, { unsigned: true }, { revoked: true }].map((kind) =>
        verifiedRecord({ noiseKey, timestampSeconds: STAMPED + seconds, ...kind }),
      ),
    ),
  ),
);
const observations: fc.Arbitrary<KeyObservation> = fc.constantFrom(
  ...RECORDS,
  ...KEYS.map((noiseKey) => ({ kind: 'handshake', noiseKey }) as const),
  ...(['miss', 'doubt', 'forget'] as const).map((kind) => ({ kind }) as const),
);
type Step = { readonly seen: KeyObservation } | { readonly waitMs: number };
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 3, arbitrary: observations.map((seen) => ({ seen })) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(1, DAY_MS, 7 * DAY_MS, 29 * DAY_MS).map((waitMs) => ({ waitMs })),
    },
  ),
  { maxLength: 16 },
);
const contacts = fc.constantFrom(...(Object.keys(CONTACT_POLICIES) as ContactClass[]));

interface Moment {
  readonly before: CachedKey;
  readonly entry: CachedKey;
  readonly step: Step;
  readonly nowMs: number;
  readonly noiseKeys: readonly Uint8Array[];
}

/** Plays the steps, consulting the key after each. */
function play(all: readonly Step[], contact: ContactClass): Moment[] {
  const clock = new ManualClock(Number(STAMPED + 86_400n) * 1_000);
  let entry = UNKNOWN_KEY;
  return all.map((step) => {
    const before = entry;
    if ('waitMs' in step) clock.advance(step.waitMs);
    else entry = observeKey(entry, step.seen, clock);
    const used = consultKey(entry, CONTACT_POLICIES[contact], { clock });
    entry = used.entry;
    return { before, entry, step, nowMs: clock.now(), noiseKeys: used.noiseKeys };
  });
}

describe('observeKey and consultKey', () => {
  it('know what to do in every state, whatever is seen in whatever order', () => {
    const visited = new Set<string>();
    fc.assert(
      fc.property(steps, contacts, (all, contact) => {
        for (const { entry, noiseKeys } of play(all, contact)) {
          visited.add(entry.state);
          const refuses = ['unknown', 'expired', 'conflict', 'revoked'].includes(entry.state);
          expect(noiseKeys.length > 0).toBe(!refuses);
          expect(entry.state === 'rotated').toBe(noiseKeys.length === 2);
        }
      }),
      { numRuns: effort(8_000) },
    );
    expect([...visited].sort()).toEqual(Object.keys(KEY_TRANSITIONS).sort());
  });

  it('give no key after its revocation was seen, until it is forgotten (P8 W-11) [S2.3]', () => {
    fc.assert(
      fc.property(steps, contacts, (all, contact) => {
        const revoked = new Set<string>();
        for (const { before, entry, step, noiseKeys } of play(all, contact)) {
          const seen = 'seen' in step ? step.seen : undefined;
          if (entry.state === 'unknown') revoked.clear();
          // Of a key that is not in the cache, the memory against roll-back knows.
          if (seen?.kind === 'revocation' && before.state !== 'unknown') {
            const held = [before.noiseKey, ...(before.previous ? [before.previous.noiseKey] : [])];
            if (held.some((key) => equalBytes(key, seen.revokedKey)))
              revoked.add(hex.encode(seen.revokedKey));
          }
          // What was revoked while it was the former key may come back only by a record, which the memory refuses.
          if (seen?.kind === 'key' || seen?.kind === 'handshake') revoked.delete(hex.encode(seen.noiseKey));
          if (entry.state === 'revoked') expect(noiseKeys).toEqual([]);
          for (const key of noiseKeys) expect(revoked.has(hex.encode(key))).toBe(false);
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('give no key that is older than its class of contacts or its record allow [S2.2]', () => {
    fc.assert(
      fc.property(steps, contacts, (all, contact) => {
        for (const { entry, nowMs, noiseKeys } of play(all, contact)) {
          if (noiseKeys.length === 0 || entry.state === 'unknown') continue;
          expect(nowMs - entry.firstSeenMs).toBeLessThan(CONTACT_POLICIES[contact].keepMs);
          const stampedMs = Number(entry.record?.timestampSeconds ?? BigInt((nowMs / 1_000) | 0)) * 1_000;
          if (entry.record) expect(nowMs - stampedMs).toBeLessThanOrEqual(30 * DAY_MS + 999);
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('move the time of the last validation by a verified record only [O5]', () => {
    fc.assert(
      fc.property(steps, contacts, (all, contact) => {
        for (const { before, entry, step } of play(all, contact)) {
          if (before.state === 'unknown' || entry.state === 'unknown') continue;
          if (entry.lastValidatedMs === before.lastValidatedMs || entry.lastValidatedMs === undefined)
            continue;
          expect('seen' in step && step.seen.kind).toBe('key');
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('never replace a record by an older one [S2.3]', () => {
    fc.assert(
      fc.property(steps, contacts, (all, contact) => {
        for (const { before, entry } of play(all, contact)) {
          if (before.state === 'unknown' || entry.state === 'unknown' || before.state === 'expired') continue;
          const [old, now] = [before.record, entry.record];
          if (old === undefined || old === now) continue;
          expect(now).toBeDefined();
          if (old.freshness === now!.freshness) {
            expect(now!.timestampSeconds >= old.timestampSeconds).toBe(true);
          } else {
            expect(now!.freshness).toBe('signed');
          }
        }
      }),
      { numRuns: effort(4_000) },
    );
  });
});
