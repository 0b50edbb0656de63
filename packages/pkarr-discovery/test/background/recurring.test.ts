import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createRecurring } from '../../src/background/recurring.ts';
import { MAX_PUBLICATION_RETRY_MS } from '../../src/constants.ts';
import { DiscoveryError } from '../../src/errors.ts';
import { soon } from '../soon.ts';

/** Always one half. */
const random = { bytes: () => Uint8Array.of(128, 0, 0, 0) };

/** Work that is due every second, and fails as often as it is told. */
function worker(failures: unknown[] = []) {
  const clock = new ManualClock(0);
  const ranAtMs: number[] = [];
  const failed: unknown[] = [];
  const dues: (number | undefined)[] = [];
  const recurring = createRecurring({
    clock,
    random,
    async run() {
      ranAtMs.push(clock.now());
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
    },
    nextMs: async () => (dues.length > 0 ? dues.shift() : clock.now() + 1_000),
    failed: (error) => failed.push(error),
  });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await soon();
  };
  return { clock, recurring, ranAtMs, failed, dues, pass };
}

describe('createRecurring', () => {
  it('[O3] does nothing before it is started; then at once, and whenever it is due', async () => {
    const { recurring, pass, ranAtMs } = worker();
    recurring.wake();
    await pass(5_000);
    expect(ranAtMs).toEqual([]);
    recurring.start();
    recurring.start();
    await pass(0);
    await pass(999);
    await pass(1);
    // Asleep: it comes late, and once.
    await pass(10_000);
    expect(ranAtMs).toEqual([5_000, 6_000, 7_000]);
    recurring.stop();
  });

  it('[O3] has no timer where nothing is due, until it is woken', async () => {
    const { recurring, pass, ranAtMs, dues, clock } = worker();
    dues.push(undefined);
    recurring.start();
    await pass(0);
    expect(clock.pending).toBe(0);
    recurring.wake();
    recurring.wake();
    await pass(0);
    expect(ranAtMs).toEqual([0, 0]);
    recurring.stop();
    expect(clock.pending).toBe(0);
  });

  it('[O3] does it once more if it is woken while it is at it', async () => {
    const { recurring, pass, ranAtMs, dues, clock } = worker();
    dues.push(undefined, undefined);
    recurring.start();
    clock.advance(0);
    recurring.wake();
    await soon();
    await pass(0);
    expect(ranAtMs).toEqual([0, 0]);
    recurring.stop();
  });

  it('[O5] tries again after longer and longer times, and tells each failure', async () => {
    const { recurring, pass, ranAtMs, failed } = worker([new Error('a'), new Error('b'), new Error('c')]);
    recurring.start();
    await pass(0);
    await pass(1_000);
    await pass(2_000);
    await pass(4_000);
    expect(ranAtMs).toEqual([0, 1_000, 3_000, 7_000]);
    expect(failed).toHaveLength(3);
    recurring.stop();
  });

  it('[O3] waits for a lease without telling anybody', async () => {
    const held = new DiscoveryError('DISCOVERY_LEASE_HELD', { what: 'work', forMs: 5_000 });
    const { recurring, pass, ranAtMs, failed } = worker([held]);
    recurring.start();
    await pass(0);
    await pass(5_000);
    expect(ranAtMs).toEqual([0]);
    await pass(2_000);
    expect(ranAtMs).toEqual([0, 6_000]);
    expect(failed).toEqual([]);
    recurring.stop();
  });

  it('[O4] [O5] looks again soon where a lease was met that lasts long: it may be given back at once', async () => {
    const held = new DiscoveryError('DISCOVERY_LEASE_HELD', { what: 'work', forMs: 150_000 });
    const { recurring, pass, ranAtMs } = worker([held, held]);
    recurring.start();
    await pass(0);
    await pass(15_000);
    await pass(15_000);
    expect(ranAtMs).toEqual([0, 15_000, 30_000]);
    recurring.stop();
  });

  it('[O3] leaves no timer behind when it is stopped, whatever it is at', async () => {
    const { recurring, pass, clock, failed } = worker([new Error('late')]);
    recurring.start();
    clock.advance(0);
    recurring.stop();
    await soon();
    expect([clock.pending, failed]).toEqual([0, []]);
    recurring.start();
    recurring.wake();
    await pass(1_000);
    expect(clock.pending).toBe(0);
  });

  it('[O3] [F3] goes on though whoever is told of a failure throws, there is nothing random, or the clock shows no time', async () => {
    const clock = new ManualClock(0);
    let runs = 0;
    let nowMs = (): number => clock.now();
    const recurring = createRecurring({
      clock: { now: () => nowMs(), schedule: (delayMs, work) => clock.schedule(delayMs, work) },
      random: {
        bytes() {
          throw new RangeError('no entropy');
        },
      },
      async run() {
        runs += 1;
        if (runs <= 3) throw new RangeError('the work');
      },
      nextMs: async () => clock.now() + 1_000,
      failed() {
        throw new RangeError('the listener');
      },
    });
    recurring.start();
    for (const [delayMs, expected] of [
      [0, 1],
      [2_000, 2],
      [4_000, 3],
    ] as const) {
      clock.advance(delayMs);
      await soon();
      expect(runs).toBe(expected);
    }
    nowMs = () => Number.NaN;
    clock.advance(8_000);
    await soon();
    expect(runs).toBe(4);
    nowMs = () => clock.now();
    clock.advance(MAX_PUBLICATION_RETRY_MS);
    await soon();
    expect(runs).toBe(5);
    recurring.stop();
    expect(clock.pending).toBe(0);
  });
});
