import type { RandomSource } from '@pubky-paykit/primitives';

const RANDOM_BYTES = 4;
const RANDOM_RANGE = 2 ** (8 * RANDOM_BYTES);

/** How long pauses are, in milliseconds. */
export interface PauseLengths {
  /** The first one is shorter than this; each later one may be twice as long… */
  readonly firstMs: number;
  /** …up to this. */
  readonly longestMs: number;
}

/** A fraction from 0 (inclusive) to 1 (exclusive). */
function fraction(random: RandomSource): number {
  return random.bytes(RANDOM_BYTES).reduce((value, byte) => value * 256 + byte, 0) / RANDOM_RANGE;
}

/**
 * How long to wait before trying again: a random time, so that those who met once do not meet again, and longer on average
 * each time.
 *
 * @param failures How many there were, from 1.
 * @returns Milliseconds.
 */
export function randomPauseMs(
  failures: number,
  { firstMs, longestMs }: PauseLengths,
  random: RandomSource,
): number {
  return fraction(random) * Math.min(longestMs, firstMs * 2 ** (failures - 1));
}
