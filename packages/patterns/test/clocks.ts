import type { Clock } from '@pubky-paykit/primitives';

/** A clock whose hands a test may turn either way; nothing can be scheduled on it. */
export interface LooseClock extends Clock {
  nowMs: number;
}

export function looseClock(nowMs = 0): LooseClock {
  return {
    nowMs,
    now() {
      return this.nowMs;
    },
    schedule() {
      throw new Error('nothing is scheduled here');
    },
  };
}
