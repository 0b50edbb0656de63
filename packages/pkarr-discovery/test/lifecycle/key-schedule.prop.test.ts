import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { currentKey, type KeyLedger, type KeyPolicy, liveKeys, nextKeyAction } from '../../src/index.ts';
import { emptyLedger, requireLedgerKey } from '../../src/lifecycle/key-ledger.ts';
import {
  type KeyPlan,
  planFirstKey,
  planRestamp,
  planRetirement,
  planRotation,
  planWithdrawal,
} from '../../src/lifecycle/key-plan.ts';
import { requireKeyPolicy } from '../../src/lifecycle/key-policy.ts';
import { supersededFrom } from '../../src/lifecycle/ledger-progress.ts';
import { signingTime } from '../../src/lifecycle/signing-time.ts';
import { filled } from '../bytes.ts';
import { DAY_MS, HOUR_MS, keyOf, START_MS, World } from './world.ts';

const MAX_AGE_MS = 30 * DAY_MS;

const policies: fc.Arbitrary<KeyPolicy> = fc
  .record({
    rotateAfterMs: fc.integer({ min: HOUR_MS, max: 365 * DAY_MS }),
    overlap: fc.double({ min: 0, max: 0.99, noNaN: true }),
    restampAfterMs: fc.integer({ min: HOUR_MS, max: 15 * DAY_MS }),
    jitter: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(({ rotateAfterMs, overlap, restampAfterMs, jitter }) => ({
    rotateAfterMs,
    overlapMs: Math.floor(rotateAfterMs * overlap),
    restampAfterMs,
    jitterMs: Math.floor(Math.min(rotateAfterMs, restampAfterMs) * jitter),
  }));

/** The plan of an action, as the keeper makes it. */
function planOf(world: World, ledger: KeyLedger, action: string, context: string): KeyPlan {
  const time = signingTime(ledger.stampedSeconds, world.clock);
  const newContext = ledger.nextEpoch === 0 ? 'default' : `default#${ledger.nextEpoch}`;
  const newKey = { context: newContext, noiseKey: keyOf(newContext) };
  if (action === 'publish') return planFirstKey(ledger, newKey, time);
  if (action === 'rotate') return planRotation(ledger, newKey, time);
  if (action === 'restamp') return planRestamp(ledger, time);
  const plan = action === 'retire' ? planRetirement : planWithdrawal;
  return plan(ledger, requireLedgerKey(ledger, { context }), time);
}

/** What is published at once is confirmed at once. */
function confirmed(ledger: KeyLedger, nowMs: number, jitter: number): KeyLedger {
  const keys = ledger.keys.map((key) =>
    key.status === 'current' ? { ...key, publishedAtMs: key.publishedAtMs ?? nowMs } : key,
  );
  return supersededFrom({ ...ledger, keys, jitter });
}

const ageOf = (world: World, seconds: bigint): number => world.clock.now() - Number(seconds) * 1_000;

describe('nextKeyAction', () => {
  it('[O3] [S2.1] never lets a record become older than 30 days, nor a key much older than the policy', () => {
    const sleeps = fc.array(fc.integer({ min: 0, max: 14 * DAY_MS }), { minLength: 1, maxLength: 10 });
    const jitters = fc.array(fc.nat(65_535), { minLength: 1, maxLength: 10 });
    fc.assert(
      fc.property(policies, sleeps, jitters, (policy, late, jitter) => {
        requireKeyPolicy(policy);
        const world = new World();
        let ledger: KeyLedger | undefined;
        let last = '';
        for (let turn = 0; turn < 100; turn++) {
          const next = nextKeyAction(ledger, policy, world.clock.now());
          // A device that has a key always has something to do next.
          expect(next).toBeDefined();
          const lateMs = turn % 3 === 0 ? (late[turn % late.length] as number) : 0;
          const waitMs = Math.max(0, next!.dueMs - world.clock.now());
          world.clock.advance(waitMs + lateMs);
          for (const { stampedSeconds } of ledger === undefined ? [] : liveKeys(ledger)) {
            expect(ageOf(world, stampedSeconds)).toBeLessThanOrEqual(MAX_AGE_MS);
          }
          const due = nextKeyAction(ledger, policy, world.clock.now());
          expect(due!.dueMs).toBeLessThanOrEqual(world.clock.now());
          // What has just been done is not due again.
          const done = `${due!.action} ${due!.context} at ${world.clock.now()}`;
          expect(done).not.toBe(last);
          last = done;
          const plan = planOf(
            world,
            ledger ?? emptyLedger(filled(9), 'default', 0),
            due!.action,
            due!.context ?? '',
          );
          ledger = confirmed(plan.ledger, world.clock.now(), jitter[turn % jitter.length] as number);
          expect(ledger.keys.filter(({ status }) => status === 'current')).toHaveLength(1);
          // One in use, one in overlap: whatever is replaced is retired before the next is replaced.
          expect(liveKeys(ledger).length).toBeLessThanOrEqual(2);
          const current = currentKey(ledger)!;
          const oldestMs = policy.rotateAfterMs + policy.overlapMs + 15 * DAY_MS;
          expect(world.clock.now() - current.createdAtMs).toBeLessThanOrEqual(oldestMs);
        }
        expect(world.clock.now()).toBeGreaterThan(START_MS);
      }),
      { numRuns: effort(200) },
    );
  });
});
