import { type Clock, systemClock } from 'pubky-paykit';

/**
 * The time of the system, until it jumps: then everything that is due by then happens at once.
 *
 * @param heldFromMs What is to be done in so long a time, or later, is done by a jump alone.
 */
export function createJumpingClock({ heldFromMs = Number.POSITIVE_INFINITY } = {}): Clock & {
  jump(ms: number): void;
} {
  let ahead = 0;
  const waiting = new Map<() => void, { readonly dueMs: number; cancel(): void }>();
  const now = (): number => systemClock.now() + ahead;
  return {
    now,
    schedule(delayMs, callback) {
      const run = (): void => {
        waiting.delete(run);
        callback();
      };
      const cancel = delayMs < heldFromMs ? systemClock.schedule(delayMs, run) : () => {};
      waiting.set(run, { dueMs: now() + delayMs, cancel });
      return () => {
        waiting.delete(run);
        cancel();
      };
    },
    jump(ms) {
      ahead += ms;
      for (const [run, { dueMs, cancel }] of [...waiting]) {
        if (dueMs > now()) continue;
        cancel();
        run();
      }
    },
  };
}

/** The time of the system and so many milliseconds more. */
export function later(ms: number): Clock {
  return {
    now: () => systemClock.now() + ms,
    schedule: (delayMs, callback) => systemClock.schedule(delayMs, callback),
  };
}
