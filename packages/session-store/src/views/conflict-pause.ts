import type { Clock, Deadline, RandomSource } from '@pubky-paykit/primitives';
import { MAX_UPDATE_PAUSE_MS, UPDATE_PAUSE_MS } from '../constants.ts';

const RANDOM_BYTES = 4;
const RANDOM_RANGE = 2 ** (8 * RANDOM_BYTES);

/** A fraction from 0 (inclusive) to 1 (exclusive). */
function fraction(random: RandomSource): number {
  return random.bytes(RANDOM_BYTES).reduce((value, byte) => value * 256 + byte, 0) / RANDOM_RANGE;
}

/**
 * Waits a random time, longer on average after each conflict: writers that met once must not meet again.
 *
 * @param conflicts How many there were, from 1.
 */
export async function pauseAfterConflict(
  conflicts: number,
  { clock, random, race }: { clock: Clock; random: RandomSource; race: Deadline['race'] },
): Promise<void> {
  const longestMs = Math.min(MAX_UPDATE_PAUSE_MS, UPDATE_PAUSE_MS * 2 ** (conflicts - 1));
  let cancelTimer = (): void => {};
  try {
    await race(
      () =>
        new Promise<void>((resolve) => {
          cancelTimer = clock.schedule(fraction(random) * longestMs, resolve);
        }),
    );
  } finally {
    cancelTimer();
  }
}
