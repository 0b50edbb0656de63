import { describe, expect, it } from 'vitest';
import { REVOCATION_KEEP_MS } from '../../src/constants.ts';
import { withProgress } from '../../src/lifecycle/ledger-progress.ts';
import type { TargetProgress } from '../../src/queue/queue-status.ts';
import { filled } from '../bytes.ts';
import { ledgerKeyOf, ledgerWith, START_SECONDS } from './ledgers.ts';
import { DAY_MS, START_MS } from './world.ts';

const having = (change: Partial<TargetProgress> = {}): TargetProgress => ({
  target: 'homeserver',
  timestampSeconds: START_SECONDS,
  atMs: START_MS,
  waiting: false,
  parked: false,
  partial: false,
  ...change,
});
const waiting = (timestampSeconds: bigint | undefined): TargetProgress =>
  having({ target: 'packet', timestampSeconds, atMs: undefined, waiting: true });
const created = ledgerWith([ledgerKeyOf({ publishedAtMs: undefined })]);

describe('withProgress', () => {
  it.each([
    ['that has never had a record', undefined, START_MS],
    ['whose record is as old as that', START_SECONDS - 86_400n, START_MS - DAY_MS],
  ])(
    '[O3] waits for a target %s until nothing it can have is fresh, to the millisecond',
    async (_, seconds, fromMs) => {
      const progressOf = async () => [having(), waiting(seconds)];
      const still = await withProgress(created, progressOf, fromMs + REVOCATION_KEEP_MS);
      expect(still).toBe(created);
      const over = await withProgress(created, progressOf, fromMs + REVOCATION_KEEP_MS + 1);
      expect(over.keys[0]).toMatchObject({ publishedAtMs: START_MS });
    },
  );

  it('[O3] waits for ever if no target has it', async () => {
    const progressOf = async () => [waiting(undefined)];
    expect(await withProgress(created, progressOf, START_MS + 1_000 * DAY_MS)).toBe(created);
  });

  it('[O4] holds the announcement of a revocation up for no target that is gone', async () => {
    const revokedAtMs = START_MS + DAY_MS;
    const revoked = ledgerWith([ledgerKeyOf({ status: 'revoked', revokedAtMs, noiseKey: filled(1) })]);
    const progressOf = async () => [having(), waiting(undefined)];
    const overMs = revokedAtMs + REVOCATION_KEEP_MS;
    expect(await withProgress(revoked, progressOf, overMs)).toBe(revoked);
    expect((await withProgress(revoked, progressOf, overMs + 1)).keys[0]).toMatchObject({
      announcedAtMs: START_MS,
    });
  });

  it('[O3] does not take over the date of a clock that was ahead', async () => {
    const progressOf = async () => [having({ atMs: START_MS + 365 * DAY_MS })];
    const nowMs = START_MS + DAY_MS;
    expect((await withProgress(created, progressOf, nowMs)).keys[0]).toMatchObject({ publishedAtMs: nowMs });
  });
});
