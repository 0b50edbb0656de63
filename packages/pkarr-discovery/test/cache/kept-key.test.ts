import { hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { cachePolicy } from '../../src/cache/cache-policy.ts';
import type { KeyObservation } from '../../src/cache/cached-key.ts';
import type { ContactClass } from '../../src/cache/contact-policy.ts';
import { acceptKept, forgetKept, requireUndisputed } from '../../src/cache/disputed-key.ts';
import {
  isNothing,
  isUseDue,
  type KeptKey,
  NOTHING_KEPT,
  type ObservedKey,
  observeKept,
  withMemory,
} from '../../src/cache/kept-key.ts';
import { withRevokedKey } from '../../src/records/roll-back.ts';
import { filled, thrownBy } from '../bytes.ts';
import { STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';

const DAY_MS = 86_400_000;
const NOW_MS = Number(STAMPED) * 1_000;
const [A, B] = [filled(3), filled(4)];
const at = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const RECORD_A = await verifiedKey({ noiseKey: A, ...at(-1) });
const RECORD_B = await verifiedKey({ noiseKey: B });
const OLD_A = await verifiedKey({ noiseKey: A, ...at(-2) });
const UNSIGNED_B = await verifiedKey({ noiseKey: B, unsigned: true });
const NO_A = await verifiedRevocation({ noiseKey: A });
const shown = (noiseKey: Uint8Array) => ({ kind: 'handshake', noiseKey }) as const;

const rules = (contact: ContactClass = 'frequent', nowMs = NOW_MS) => {
  return { contact, policy: cachePolicy(), clock: new ManualClock(nowMs) };
};
const observe = (kept: KeptKey, ...seen: readonly KeyObservation[]): ObservedKey =>
  observeKept(kept, seen, rules());
const after = (...seen: readonly KeyObservation[]): KeptKey => observe(NOTHING_KEPT, ...seen).kept;

describe('observeKept', () => {
  it('remembers every record before it is used, and refuses what is older (P8 W-09) [S2.3]', () => {
    const kept = after(RECORD_A);
    expect(kept.memory.newest).toMatchObject({ timestampSeconds: RECORD_A.timestampSeconds });
    const { outcomes, kept: next } = observe(kept, OLD_A);
    expect([outcomes, next.entry]).toEqual([['rolled-back'], kept.entry]);
    expect(observe(kept, UNSIGNED_B).outcomes).toEqual(['downgraded']);
  });

  it('takes a newer record before the revocation of the key it replaces [O3]', () => {
    const { kept, outcomes } = observe(after(RECORD_A), RECORD_B, NO_A);
    expect(outcomes).toEqual(['accepted', 'rolled-back']);
    expect(kept.entry).toMatchObject({ state: 'verified', noiseKey: B, previous: undefined });
    expect(kept.memory.revokedKeys).toEqual([hex.encode(A)]);
  });

  it('refuses a handshake with a key that was revoked, whoever has forgotten it (P8 W-11) [S2.3]', () => {
    const forgotten = forgetKept(after(RECORD_A, NO_A));
    expect(forgotten.entry.state).toBe('unknown');
    expect(observe(forgotten, shown(A))).toMatchObject({
      outcomes: ['revoked'],
      entry: { state: 'unknown' },
    });
    expect(observe(forgotten, OLD_A).outcomes).toEqual(['revoked']);
  });

  it('notes the key that does not fit, for as long as the conflict lasts', () => {
    const kept = after(RECORD_A, shown(B));
    expect([kept.entry.state, kept.rival]).toEqual(['conflict', B]);
    expect(observe(kept, shown(filled(5))).kept.rival).toEqual(B);
    expect(observe(kept, NO_A).kept).toMatchObject({ entry: { state: 'revoked' }, rival: undefined });
    expect(after(shown(A), RECORD_B).rival).toEqual(B);
  });

  it('keeps no key of a contact of high security, but its memory and every refusal', () => {
    const high = (kept: KeptKey, ...seen: readonly KeyObservation[]) =>
      observeKept(kept, seen, rules('high-security'));
    const { kept, entry } = high(NOTHING_KEPT, RECORD_A);
    expect([kept.entry.state, entry]).toMatchObject(['unknown', { state: 'verified', noiseKey: A }]);
    expect(high(kept, OLD_A).outcomes).toEqual(['rolled-back']);
    expect(high(after(RECORD_A, NO_A), RECORD_B).kept.entry.state).toBe('revoked');
    expect(high(after(RECORD_A, shown(B)), RECORD_B).kept.entry.state).toBe('conflict');
  });

  it('lets time pass first: a former key is settled before the next rotation [O3]', () => {
    const kept = after(RECORD_A, RECORD_B);
    const later = rules('frequent', NOW_MS + 7 * DAY_MS);
    expect(observeKept(kept, [{ kind: 'miss' }], later).before).toMatchObject({
      state: 'due',
      previous: undefined,
    });
  });

  it('changes nothing for nothing', () => {
    const kept = after(RECORD_A);
    expect(observe(kept).kept).toBe(kept);
  });
});

describe('withMemory', () => {
  it('revokes the cached key that is revoked in the memory, and ends the overlap of a former one [O4]', () => {
    const rotated = after(RECORD_A, RECORD_B);
    const revoked = withMemory(rotated, withRevokedKey(rotated.memory, B), NOW_MS);
    expect(revoked.entry).toMatchObject({ state: 'revoked', previous: undefined });
    const settled = withMemory(rotated, withRevokedKey(rotated.memory, A), NOW_MS);
    expect(settled.entry).toMatchObject({ state: 'verified', noiseKey: B, previous: undefined });
    const other = withMemory(rotated, withRevokedKey(rotated.memory, filled(5)), NOW_MS);
    expect(other.entry).toBe(rotated.entry);
    expect(withMemory(NOTHING_KEPT, other.memory, NOW_MS)).toMatchObject({
      entry: { state: 'unknown' },
      memory: other.memory,
    });
    const conflict = after(RECORD_A, shown(B));
    expect(withMemory(conflict, withRevokedKey(conflict.memory, A), NOW_MS).rival).toBeUndefined();
  });
});

describe('acceptKept', () => {
  it.each([
    ['the known key', A],
    ['the other key', B],
  ])('takes %s of a conflict as one of a first contact', (_, noiseKey) => {
    const accepted = acceptKept(after(RECORD_A, shown(B)), noiseKey, rules());
    expect(accepted).toMatchObject({
      entry: { state: 'tofu', noiseKey, record: undefined },
      rival: undefined,
    });
  });

  it('takes no third key, none without a conflict, and none that was revoked', () => {
    const conflict = after(RECORD_A, shown(B));
    const code = (kept: KeptKey, key: Uint8Array) => thrownBy(() => acceptKept(kept, key, rules())).code;
    expect(code(conflict, filled(5))).toBe('DISCOVERY_NOTHING_TO_ACCEPT');
    expect(code(after(RECORD_A), A)).toBe('DISCOVERY_NOTHING_TO_ACCEPT');
    expect(code(NOTHING_KEPT, A)).toBe('DISCOVERY_NOTHING_TO_ACCEPT');
    expect(code(withMemory(conflict, withRevokedKey(conflict.memory, B), NOW_MS), B)).toBe(
      'DISCOVERY_KEY_REVOKED',
    );
  });
});

describe('requireUndisputed', () => {
  it('names both keys of a conflict by their first bytes, and says what to do [F3]', () => {
    const { code, context } = thrownBy(() => requireUndisputed(after(RECORD_A, shown(B))));
    expect([code, context]).toEqual([
      'DISCOVERY_KEY_CONFLICT',
      { known: '0303030303030303', presented: '0404040404040404' },
    ]);
    expect(thrownBy(() => requireUndisputed(after(RECORD_A, NO_A))).code).toBe('DISCOVERY_KEY_REVOKED');
    requireUndisputed(after(RECORD_A));
  });
});

describe('isNothing', () => {
  it('is true of what need not be kept', () => {
    expect(isNothing(NOTHING_KEPT)).toBe(true);
    expect(isNothing(after(RECORD_A))).toBe(false);
    expect(isNothing(forgetKept(after(RECORD_A)))).toBe(false);
    expect(isNothing(after(NO_A))).toBe(false);
  });
});

describe('isUseDue', () => {
  it('is true once in an hour, and after the clock was set back', () => {
    const kept = after(RECORD_A);
    const due = [0, 3_599_999, 3_600_000, -3_600_000].map((ms) =>
      isUseDue(kept, 'frequent', cachePolicy(), NOW_MS + ms),
    );
    expect(due).toEqual([false, false, true, true]);
  });

  it('is true at the first use of a class that keeps the key longer (P8 §4.5)', () => {
    const { kept } = observeKept(NOTHING_KEPT, [RECORD_A], rules('occasional'));
    const due = (['frequent', 'occasional', 'one-time', 'high-security'] as const).map((contact) =>
      isUseDue(kept, contact, cachePolicy(), NOW_MS),
    );
    expect(due).toEqual([true, false, false, false]);
  });
});
