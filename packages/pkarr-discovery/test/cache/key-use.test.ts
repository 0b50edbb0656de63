import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { type CachedKey, type KeyObservation, observeKey, UNKNOWN_KEY } from '../../src/cache/cached-key.ts';
import { CONTACT_POLICIES, type ContactClass } from '../../src/cache/contact-policy.ts';
import { consultKey } from '../../src/cache/key-use.ts';
import { filled } from '../bytes.ts';
import { STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';

const DAY_MS = 86_400_000;
const [A, B] = [filled(3), filled(4)];
const NOW_MS = Number(STAMPED) * 1_000;
const at = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const key = (noiseKey: Uint8Array, days = 0) => verifiedKey({ noiseKey, ...at(days) });
const proven = (noiseKey: Uint8Array) => ({ kind: 'handshake', noiseKey }) as const;

function seen(...observations: readonly KeyObservation[]): CachedKey {
  const clock = new ManualClock(NOW_MS);
  return observations.reduce<CachedKey>((entry, one) => observeKey(entry, one, clock), UNKNOWN_KEY);
}

/** State, number of usable keys and whether to look up, so many milliseconds later. */
function use(
  entry: CachedKey,
  afterMs: number,
  contact: ContactClass = 'frequent',
  maximumAgeSeconds?: number,
) {
  // Not a ManualClock: some tests set the clock back.
  const clock = { now: () => NOW_MS + afterMs, schedule: () => () => {} };
  const used = consultKey(entry, CONTACT_POLICIES[contact], { clock, maximumAgeSeconds });
  return [used.entry.state, used.noiseKeys.length, used.lookUp];
}

describe('consultKey', () => {
  it('looks an unknown key up', () => {
    expect(use(UNKNOWN_KEY, 0)).toEqual(['unknown', 0, true]);
  });

  it('trusts the key of a frequent contact for 7 days, then looks it up and uses it meanwhile (P8 §4.5)', async () => {
    const entry = seen(await key(A));
    expect(use(entry, 7 * DAY_MS - 1)).toEqual(['verified', 1, false]);
    expect(use(entry, 7 * DAY_MS)).toEqual(['due', 1, true]);
  });

  it.each([
    ['frequent', 30],
    ['occasional', 14],
    ['one-time', 7],
  ] as const)('keeps the key of a contact of class %s for %d days (P8 §4.5)', async (contact, days) => {
    // A record of its last moment, so that its own age ends nothing.
    const entry = seen(await key(A, 0));
    expect(use(entry, days * DAY_MS - 1, contact, 100 * 86_400).slice(1)).toEqual([1, true]);
    expect(use(entry, days * DAY_MS, contact, 100 * 86_400)).toEqual(['expired', 0, true]);
    expect(use(seen(proven(A)), days * DAY_MS - 1, contact)).toEqual(['tofu', 1, true]);
    expect(use(seen(proven(A)), days * DAY_MS, contact)).toEqual(['expired', 0, true]);
  });

  it('looks the key of an occasional contact up at every connection [S2.2]', async () => {
    expect(use(seen(await key(A)), 0, 'occasional')).toEqual(['due', 1, true]);
    expect(use(seen(await key(A, -1), await key(B)), 0, 'one-time')).toEqual(['rotated', 2, true]);
  });

  it('keeps nothing of a contact of high security', async () => {
    expect(use(seen(await key(A)), 0, 'high-security')).toEqual(['expired', 0, true]);
    expect(use(seen(proven(A)), 0, 'high-security')).toEqual(['expired', 0, true]);
  });

  it('gives no key whose record has become stale, or comes from the future, since it was cached [S2.2]', async () => {
    const entry = seen(await key(A, -25));
    expect(use(entry, 5 * DAY_MS)).toEqual(['verified', 1, false]);
    expect(use(entry, 5 * DAY_MS + 1_000)).toEqual(['expired', 0, true]);
    expect(use(entry, 0, 'frequent', 25 * 86_400 - 1)).toEqual(['expired', 0, true]);
    expect(use(seen(await key(A)), -300_000)).toEqual(['due', 1, true]);
    expect(use(seen(await key(A)), -301_000)).toEqual(['expired', 0, true]);
  });

  it('gives no key whose record does not sign its time where that is asked for [S2.2]', async () => {
    const unsigned = seen(await verifiedKey({ noiseKey: A, unsigned: true }));
    const clock = new ManualClock(NOW_MS);
    const states = [unsigned, seen(await key(A)), seen(proven(A))].map((entry) => {
      const rule = { clock, requireSignedFreshness: true };
      const used = consultKey(entry, CONTACT_POLICIES.frequent, rule);
      return [used.entry.state, used.noiseKeys.length, used.lookUp];
    });
    expect(states).toEqual([
      ['expired', 0, true],
      ['verified', 1, false],
      ['tofu', 1, true],
    ]);
    expect(use(unsigned, 0)).toEqual(['verified', 1, false]);
  });

  it('takes both keys for 7 days after a rotation, and then the new one alone [O3]', async () => {
    const entry = seen(await key(A, -1), await key(B));
    const { noiseKeys } = consultKey(entry, CONTACT_POLICIES.frequent, { clock: new ManualClock(NOW_MS) });
    expect(noiseKeys).toEqual([B, A]);
    expect(use(entry, 7 * DAY_MS - 1)).toEqual(['rotated', 2, false]);
    // The validation was as long ago as the rotation.
    expect(use(entry, 7 * DAY_MS)).toEqual(['due', 1, true]);
    const settled = consultKey(entry, CONTACT_POLICIES.frequent, {
      clock: new ManualClock(NOW_MS + 7 * DAY_MS),
    });
    expect(settled.entry).toMatchObject({ noiseKey: B, previous: undefined });
  });

  it('gives no key in conflict or revoked, and asks nobody but the user (P8 W-11) [S2.3]', async () => {
    const conflict = seen(await key(A), proven(B));
    const revoked = seen(await key(A), await verifiedRevocation({ noiseKey: A, ...at(0) }));
    for (const days of [0, 8, 31, 400]) {
      expect(use(conflict, days * DAY_MS)).toEqual(['conflict', 0, false]);
      expect(use(revoked, days * DAY_MS)).toEqual(['revoked', 0, false]);
    }
  });

  it('looks up what is in doubt', async () => {
    expect(use(seen(await key(A), { kind: 'doubt' }), 0)).toEqual(['due', 1, true]);
    expect(use(seen(await key(A, -1), await key(B), { kind: 'doubt' }), 0)).toEqual(['rotated', 2, true]);
  });

  it('trusts no age of a clock that was set back [S2.2]', async () => {
    expect(use(seen(await key(A, -1)), -1)).toEqual(['due', 1, true]);
    expect(use(seen(await key(A, -2), await key(B, -1)), -1)).toEqual(['due', 1, true]);
  });

  it('gives no key that was first seen in the future, as its time would never be over [S2.2]', () => {
    expect(use(seen(proven(A)), -300_000)).toEqual(['tofu', 1, true]);
    expect(use(seen(proven(A)), -300_001)).toEqual(['expired', 0, true]);
    expect(use(seen(proven(A)), -1_000 * DAY_MS)).toEqual(['expired', 0, true]);
  });

  it('gives the entry to be kept, and fresh copies of keys', async () => {
    const entry = seen(await key(A));
    const clock = new ManualClock(NOW_MS);
    const used = consultKey(entry, CONTACT_POLICIES.frequent, { clock });
    expect(used.entry).toBe(entry);
    used.noiseKeys[0]!.fill(0);
    expect(entry).toMatchObject({ noiseKey: A });
    const broken = { ...clock, now: () => Number.NaN };
    expect(() => consultKey(entry, CONTACT_POLICIES.frequent, { clock: broken as never })).toThrow(TypeError);
  });
});
