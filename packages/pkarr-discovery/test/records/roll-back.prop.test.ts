import { hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  NOTHING_REMEMBERED,
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
} from '../../src/records/roll-back.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../../src/records/verified-key-record.ts';
import { filled } from '../bytes.ts';
import { STAMPED, verifiedRecord } from './key-records.ts';

type Seen = VerifiedKeyRecord | VerifiedRevocation;

/** Every record that three keys and four times allow: signed, unsigned, and revoked. */
const POOL: readonly Seen[] = await Promise.all(
  [3, 4, 5].flatMap((byte) =>
    [0n, 1n, 2n, 3n].flatMap((seconds) =>
      [{}, { unsigned: true }, { revoked: true }].map((kind) =>
        verifiedRecord({ noiseKey: filled(byte), timestampSeconds: STAMPED + seconds, ...kind }),
      ),
    ),
  ),
);
const histories = fc.array(fc.constantFrom(...POOL), { maxLength: 14 });

interface Step {
  readonly record: Seen;
  readonly outcome: RollBackOutcome;
  readonly before: RollBackMemory;
  readonly after: RollBackMemory;
}

function play(records: readonly Seen[]): Step[] {
  let memory = NOTHING_REMEMBERED;
  return records.map((record) => {
    const before = memory;
    const { outcome, memory: after } = rememberKeyRecord(before, record);
    memory = after;
    return { record, outcome, before, after };
  });
}

const isSigned = (record: Seen): boolean => record.kind === 'revocation' || record.freshness === 'signed';
const keyOf = (record: Seen): string =>
  hex.encode(record.kind === 'key' ? record.noiseKey : record.revokedKey);

/** What should become of a record, told from all that was seen before instead of from a memory. */
function expectedOutcome(record: Seen, earlier: readonly Step[]): RollBackOutcome {
  const key = keyOf(record);
  const isRevoked = earlier.some((step) => step.record.kind === 'revocation' && keyOf(step.record) === key);
  if (record.kind === 'key' && isRevoked) return 'revoked';
  if (!isSigned(record) && earlier.some((step) => isSigned(step.record))) return 'downgraded';
  // Revocations count whatever came of them, and keys unless they had been revoked.
  const counted = earlier
    .filter((step) => step.record.kind === 'revocation' || step.outcome !== 'revoked')
    .map((step) => step.record)
    .filter((other) => isSigned(other) === isSigned(record));
  const latest = counted.reduce((time, { timestampSeconds }) => max(time, timestampSeconds!), 0n);
  // The first one of that second is the one that counts.
  const leader = counted.find(({ timestampSeconds }) => timestampSeconds === latest);
  const isOld = record.timestampSeconds! < latest;
  const isRival = record.timestampSeconds === latest && leader !== undefined && keyOf(leader) !== key;
  if (record.kind === 'key') return isOld || isRival ? 'rolled-back' : 'accepted';
  return (isOld || isRival) && keyOf(leader!) !== key ? 'rolled-back' : 'revoked';
}

function max(left: bigint, right: bigint): bigint {
  return left > right ? left : right;
}

describe('rememberKeyRecord', () => {
  it('never lets an older record replace a newer one, and agrees with a model that forgets nothing (P8 W-09, W-11) [S2.3]', () => {
    const seen = new Set<RollBackOutcome>();
    fc.assert(
      fc.property(histories, (records) => {
        const steps = play(records);
        steps.forEach(({ record, outcome }, i) => {
          seen.add(outcome);
          expect(outcome).toBe(expectedOutcome(record, steps.slice(0, i)));
        });
      }),
      { numRuns: effort(8_000) },
    );
    expect(seen.size).toBe(4);
  });

  it('raises the mark only, and from unsigned to signed only [S2.3]', () => {
    fc.assert(
      fc.property(histories, (records) => {
        for (const { before, after } of play(records)) {
          const [old, now] = [before.newest, after.newest];
          if (old === undefined) continue;
          expect(now).toBeDefined();
          if (old.freshness === now!.freshness) {
            expect(now!.timestampSeconds >= old.timestampSeconds).toBe(true);
            if (now!.timestampSeconds === old.timestampSeconds) expect(now).toEqual(old);
          } else {
            expect([old.freshness, now!.freshness]).toEqual(['unsigned', 'signed']);
          }
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('accepts no key that was ever revoked (P8 W-11) [S2.3]', () => {
    fc.assert(
      fc.property(histories, (records) => {
        const revoked = new Set<string>();
        for (const { record, outcome, after } of play(records)) {
          if (record.kind === 'revocation') revoked.add(keyOf(record));
          else if (revoked.has(keyOf(record))) expect(outcome).toBe('revoked');
          if (record.kind === 'revocation') expect(outcome).not.toBe('accepted');
          expect([...after.revokedKeys].sort()).toEqual([...revoked].sort());
        }
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('judges signed records as if no unsigned one had ever been seen (N8 W-16) [S2.3]', () => {
    fc.assert(
      fc.property(histories, (records) => {
        const all = play(records).filter(({ record }) => isSigned(record));
        const alone = play(records.filter(isSigned));
        expect(all.map(({ outcome }) => outcome)).toEqual(alone.map(({ outcome }) => outcome));
        expect(all.at(-1)?.after).toEqual(alone.at(-1)?.after);
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('ends, among signed keys alone, at the newest, in whatever order they come', () => {
    const signedKeys = POOL.filter((record) => record.kind === 'key' && record.freshness === 'signed');
    fc.assert(
      fc.property(fc.shuffledSubarray(signedKeys, { minLength: 1 }), (records) => {
        const newest = records.reduce((a, b) => (b.timestampSeconds! > a.timestampSeconds! ? b : a));
        expect(play(records).at(-1)?.after.newest?.timestampSeconds).toBe(newest.timestampSeconds);
      }),
      { numRuns: effort(1_000) },
    );
  });
});
