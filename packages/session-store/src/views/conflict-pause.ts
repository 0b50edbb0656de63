import type { Clock, Deadline, RandomSource } from '@pubky-paykit/primitives';
import { MAX_UPDATE_PAUSE_MS, UPDATE_PAUSE_MS } from '../constants.ts';
import { randomPauseMs } from '../random-pause.ts';

const LENGTHS = { firstMs: UPDATE_PAUSE_MS, longestMs: MAX_UPDATE_PAUSE_MS };

/**
 * Waits a random time, longer on average after each conflict: writers that met once must not meet again.
 *
 * @param conflicts How many there were, from 1.
 */
export async function pauseAfterConflict(
  conflicts: number,
  { clock, random, race }: { clock: Clock; random: RandomSource; race: Deadline['race'] },
): Promise<void> {
  const pauseMs = randomPauseMs(conflicts, LENGTHS, random);
  let cancelTimer = (): void => {};
  try {
    await race(
      () =>
        new Promise<void>((resolve) => {
          cancelTimer = clock.schedule(pauseMs, resolve);
        }),
    );
  } finally {
    cancelTimer();
  }
}
