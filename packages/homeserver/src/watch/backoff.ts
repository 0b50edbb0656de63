import type { RandomSource } from '@pubky-paykit/primitives';

/** How long to wait between tries: longer each time, and never for as long as everybody else. */
export interface Backoff {
  /** Milliseconds until the next try, which is at least half of what is due. */
  next(): number;
  /** Starts over. */
  reset(): void;
}

/** How fast the wait grows. */
const FACTOR = 1.5;

/**
 * Starts at `minimumMs` and grows to `maximumMs`.
 *
 * @param random One byte is taken for each wait.
 */
export function createBackoff(minimumMs: number, maximumMs: number, random: RandomSource): Backoff {
  let dueMs = minimumMs;
  return {
    next() {
      const share = 0.5 + (random.bytes(1)[0] ?? 0) / 512;
      const waitMs = Math.round(dueMs * share);
      dueMs = Math.min(dueMs * FACTOR, maximumMs);
      return waitMs;
    },
    reset() {
      dueMs = minimumMs;
    },
  };
}
