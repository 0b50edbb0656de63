import type { RandomSource } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { pauseAfterConflict } from '../../src/views/conflict-pause.ts';
import { rejectionOf } from '../outcome.ts';

const race = async <Result>(work: (signal: AbortSignal) => Promise<Result> | Result): Promise<Result> =>
  work(new AbortController().signal);
const filled = (fill: number): RandomSource => ({ bytes: (length) => new Uint8Array(length).fill(fill) });

/** How long the pause is, in whole milliseconds, rounded up. */
async function lengthOf(conflicts: number, random: RandomSource): Promise<number> {
  const clock = new ManualClock();
  let isOver = false;
  const pausing = pauseAfterConflict(conflicts, { clock, random, race }).then(() => {
    isOver = true;
  });
  while (!isOver) {
    clock.advance(1);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await pausing;
  return clock.now();
}

describe('pauseAfterConflict', () => {
  it('waits up to twice as long after each conflict, and never longer than half a second', async () => {
    const longest = await Promise.all(
      [1, 2, 3, 7, 8, 50].map((conflicts) => lengthOf(conflicts, filled(0xff))),
    );
    expect(longest).toEqual([4, 8, 16, 256, 500, 500]);
    expect(await lengthOf(3, filled(0x80))).toBe(9);
    expect(await lengthOf(50, filled(0))).toBe(1);
  });

  it('leaves no timer behind when it is cut short', async () => {
    const clock = new ManualClock();
    const cut: typeof race = (work) => {
      work(new AbortController().signal);
      return Promise.reject(new Error('enough'));
    };
    expect(
      await rejectionOf(pauseAfterConflict(1, { clock, random: filled(0xff), race: cut })),
    ).toMatchObject({ message: 'enough' });
    expect(clock.pending).toBe(0);
  });
});
