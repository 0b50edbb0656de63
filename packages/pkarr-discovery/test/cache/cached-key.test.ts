import { systemClock } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  type CachedKey,
  type KeyObservation,
  type KnownKey,
  observeKey,
  UNKNOWN_KEY,
} from '../../src/cache/cached-key.ts';
import { CONTACT_POLICIES } from '../../src/cache/contact-policy.ts';
import { consultKey } from '../../src/cache/key-use.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { filled, thrownBy } from '../bytes.ts';
import {
  clockAt,
  DEVICE,
  OWNER,
  recordText,
  STAMPED,
  verifiedKey,
  verifiedRevocation,
} from '../records/key-records.ts';

const [A, B, C] = [filled(3), filled(4), filled(5)];
const NOW_MS = Number(STAMPED) * 1_000;
const at = (seconds: number) => ({ timestampSeconds: STAMPED + BigInt(seconds) });
const key = (noiseKey: Uint8Array, seconds = 0) => verifiedKey({ noiseKey, ...at(seconds) });
const revoked = (noiseKey: Uint8Array, seconds = 0) => verifiedRevocation({ noiseKey, ...at(seconds) });
const proven = (noiseKey: Uint8Array) => ({ kind: 'handshake', noiseKey }) as const;
const MISS = { kind: 'miss' } as const;
const DOUBT = { kind: 'doubt' } as const;
const FORGET = { kind: 'forget' } as const;

/** The entry after the observations, one each second. */
async function after(...seen: readonly (KeyObservation | Promise<KeyObservation>)[]): Promise<CachedKey> {
  const clock = new ManualClock(NOW_MS);
  let entry = UNKNOWN_KEY;
  for (const observation of seen) {
    entry = observeKey(entry, await observation, clock);
    clock.advance(1_000);
  }
  return entry;
}

async function known(...seen: readonly (KeyObservation | Promise<KeyObservation>)[]): Promise<KnownKey> {
  const entry = await after(...seen);
  if (entry.state === 'unknown') throw new Error('the key is unknown');
  return entry;
}

describe('observeKey', () => {
  it('learns a key from its record', async () => {
    const record = await key(A);
    expect(await known(record)).toEqual({
      state: 'verified',
      noiseKey: A,
      record,
      firstSeenMs: NOW_MS,
      lastValidatedMs: NOW_MS,
      previous: undefined,
    });
  });

  it('trusts a key that only a handshake showed, until a record confirms or contradicts it', async () => {
    expect(await known(proven(A))).toEqual({
      state: 'tofu',
      noiseKey: A,
      record: undefined,
      firstSeenMs: NOW_MS,
      lastValidatedMs: undefined,
      previous: undefined,
    });
    expect(await known(proven(A), proven(A), MISS, DOUBT)).toMatchObject({
      state: 'tofu',
      firstSeenMs: NOW_MS,
    });
    expect(await known(proven(A), key(A))).toMatchObject({
      state: 'verified',
      firstSeenMs: NOW_MS,
      lastValidatedMs: NOW_MS + 1_000,
    });
    expect((await after(proven(A), key(B))).state).toBe('conflict');
    expect((await after(proven(A), proven(B))).state).toBe('conflict');
  });

  it('refuses a handshake that proves another key than the record names (P8 W-14)', async () => {
    expect(await known(key(A), proven(B))).toMatchObject({ state: 'conflict', noiseKey: A });
    const verified = await known(key(A));
    expect(observeKey(verified, proven(A), systemClock)).toBe(verified);
  });

  it('validates by a record and by nothing else, least of all by a look-up that failed (P8 §4.5) [O5]', async () => {
    const record = await key(A);
    const validated = { state: 'verified', lastValidatedMs: NOW_MS };
    expect(await known(record, MISS)).toMatchObject(validated);
    expect(await known(record, proven(A))).toMatchObject(validated);
    expect(await known(record, MISS, record)).toMatchObject({ lastValidatedMs: NOW_MS + 2_000 });
  });

  it('does not let an old record of the same key count as a validation [S2.2]', async () => {
    const entry = await known(key(A, 5), key(A, 4));
    expect(entry).toMatchObject({ state: 'verified', lastValidatedMs: NOW_MS });
    expect(entry.record?.timestampSeconds).toBe(STAMPED + 5n);
    const unsigned = verifiedKey({ noiseKey: A, unsigned: true, ...at(9) });
    expect(await known(key(A), unsigned)).toMatchObject({ state: 'verified', lastValidatedMs: NOW_MS });
  });

  it('rotates to the key of a newer record, and keeps the one before [O3]', async () => {
    const record = await key(B, 1);
    expect(await known(key(A), record)).toEqual({
      state: 'rotated',
      noiseKey: B,
      record,
      firstSeenMs: NOW_MS + 1_000,
      lastValidatedMs: NOW_MS + 1_000,
      previous: { noiseKey: A, replacedAtMs: NOW_MS + 1_000 },
    });
    expect(await known(key(A), record, proven(A), proven(B), MISS)).toMatchObject({ state: 'rotated' });
    expect(await known(key(A), record, key(B, 2))).toMatchObject({
      state: 'rotated',
      previous: { noiseKey: A, replacedAtMs: NOW_MS + 1_000 },
      lastValidatedMs: NOW_MS + 2_000,
    });
    expect(await known(key(A), record, key(C, 2))).toMatchObject({ noiseKey: C, previous: { noiseKey: B } });
    expect((await after(key(A), record, proven(C))).state).toBe('conflict');
  });

  it('is in conflict about another key whose record is not newer [S2.3]', async () => {
    for (const record of [await key(B, 0), await key(B, -1)]) {
      expect(await known(key(A), record)).toMatchObject({ state: 'conflict', noiseKey: A });
    }
    const unsigned = verifiedKey({ noiseKey: B, unsigned: true, ...at(9) });
    expect((await after(key(A), unsigned)).state).toBe('conflict');
  });

  it('takes a signed record for newer than an unsigned one, whatever time that one claims (N8 W-16) [S2.3]', async () => {
    const unsigned = verifiedKey({ noiseKey: A, unsigned: true, ...at(300) });
    expect(await known(unsigned, key(B))).toMatchObject({ state: 'rotated', noiseKey: B });
  });

  it('keeps a conflict and a revocation until the user forgets them [O4] [S2.3]', async () => {
    const conflict = [key(A), proven(B)] as const;
    for (const seen of [key(A, 5), key(B, 5), proven(A), MISS, DOUBT]) {
      expect(await known(...conflict, seen)).toMatchObject({ state: 'conflict', noiseKey: A });
      expect(await known(key(A), revoked(A), seen)).toMatchObject({ state: 'revoked', noiseKey: A });
    }
    expect((await after(...conflict, revoked(A))).state).toBe('revoked');
    expect(await after(...conflict, FORGET)).toBe(UNKNOWN_KEY);
    expect(await after(key(A), revoked(A), FORGET)).toBe(UNKNOWN_KEY);
    const entry = await known(...conflict);
    expect(await known(...conflict, key(A, 5))).toEqual({ ...entry, state: 'conflict' });
  });

  it('revokes the key a revocation names, and one of which nothing newer is known (P8 W-11) [S2.3]', async () => {
    expect((await after(key(A), revoked(A, 1))).state).toBe('revoked');
    expect((await after(key(A, 5), revoked(A, 1))).state).toBe('revoked');
    expect((await after(proven(A), revoked(A))).state).toBe('revoked');
    expect((await after(proven(A), revoked(B))).state).toBe('revoked');
    expect((await after(key(A), revoked(B, 1))).state).toBe('revoked');
    expect((await after(key(B, 5), revoked(A, 1))).state).toBe('verified');
    expect(await after(revoked(A))).toBe(UNKNOWN_KEY);
  });

  it('ends the overlap when the key before is revoked [O4]', async () => {
    const entry = await known(key(A), key(B, 1), revoked(A, 2));
    expect(entry).toMatchObject({ state: 'verified', noiseKey: B, previous: undefined });
  });

  it('takes a revocation without a date for the newest there is [O4] [S2.3]', async () => {
    const record = await recordText({ noiseKey: A, revoked: true, ...at(1_000) });
    const claim = { identity: OWNER.publicKey, device: DEVICE, record };
    const early = verifyKeyRecord(claim, { clock: clockAt(STAMPED) });
    expect((await after(key(B, 1), early)).state).toBe('revoked');
  });

  it('asks again after a doubt', async () => {
    expect(await known(key(A), DOUBT)).toMatchObject({ state: 'due', lastValidatedMs: undefined });
    expect(await known(key(A), DOUBT, DOUBT, MISS)).toMatchObject({ state: 'due' });
    expect(await known(key(A), DOUBT, key(A))).toMatchObject({ state: 'verified' });
    expect(await known(key(A), key(B, 1), DOUBT)).toMatchObject({
      state: 'rotated',
      lastValidatedMs: undefined,
    });
  });

  it('meets a key that has expired as if it had never been known, and still takes its revocation', async () => {
    const late = new ManualClock(NOW_MS + 31 * 86_400_000);
    const { entry } = consultKey(await known(key(A)), CONTACT_POLICIES.frequent, { clock: late });
    expect(entry.state).toBe('expired');
    expect(observeKey(entry, await key(B), late)).toMatchObject({ state: 'verified', noiseKey: B });
    expect(observeKey(entry, proven(B), late)).toMatchObject({ state: 'tofu', noiseKey: B });
    expect(observeKey(entry, MISS, late)).toBe(UNKNOWN_KEY);
    expect(observeKey(entry, await revoked(A, 1), late)).toMatchObject({ state: 'revoked', noiseKey: A });
  });

  it('refuses look-alikes and keys of other lengths', async () => {
    const record = await key(A);
    expect(() => observeKey(UNKNOWN_KEY, { ...record })).toThrow(TypeError);
    expect(thrownBy(() => observeKey(UNKNOWN_KEY, proven(new Uint8Array(31)))).code).toBe(
      'DISCOVERY_WRONG_LENGTH',
    );
    const broken = { ...systemClock, now: () => Number.NaN };
    expect(() => observeKey(UNKNOWN_KEY, record, broken)).toThrow(TypeError);
  });

  it('takes what comes too late for a key that was forgotten', async () => {
    for (const seen of [MISS, DOUBT, FORGET, await revoked(A)]) {
      expect(observeKey(UNKNOWN_KEY, seen)).toBe(UNKNOWN_KEY);
    }
  });

  it('freezes what it makes, copies what it is given, and changes nothing of it', async () => {
    const noiseKey = A.slice();
    const entry = observeKey(UNKNOWN_KEY, proven(noiseKey), clockAt(STAMPED));
    noiseKey.fill(0);
    expect(entry).toMatchObject({ noiseKey: A });
    expect(Object.isFrozen(entry) && Object.isFrozen(UNKNOWN_KEY)).toBe(true);
    const copy = { ...entry };
    observeKey(entry, await key(B, 1), clockAt(STAMPED));
    expect(entry).toEqual(copy);
  });
});
