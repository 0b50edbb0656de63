import { type Clock, systemClock } from 'pubky-paykit';

/** A time that stands still, so that nothing is due, until it jumps or is released. */
export interface StandingClock extends Clock {
  /** Everything that is due by then happens at once. */
  jump(ms: number): void;
  /** From now on it goes as that of the system does. */
  release(): void;
}

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
  /** Takes it off the clock of the system, if it is there. */
  stop: () => void;
}

/** A time that begins with that of the system. */
export function createStandingClock(): StandingClock {
  let standsAtMs: number | undefined = Math.floor(systemClock.now());
  let aheadMs = 0;
  const waiting = new Set<Timer>();
  const now = (): number => standsAtMs ?? systemClock.now() + aheadMs;

  /** One that is called may cancel another. */
  function call(timer: Timer): void {
    timer.stop();
    if (waiting.delete(timer)) timer.callback();
  }

  function start(timer: Timer): void {
    timer.stop = systemClock.schedule(Math.max(0, timer.dueMs - now()), () => call(timer));
  }

  return {
    now,
    schedule(delayMs, callback) {
      const timer: Timer = { dueMs: now() + delayMs, callback, stop() {} };
      waiting.add(timer);
      if (standsAtMs === undefined) start(timer);
      return () => {
        timer.stop();
        waiting.delete(timer);
      };
    },
    jump(ms) {
      if (standsAtMs === undefined) aheadMs += ms;
      else standsAtMs += ms;
      for (const timer of [...waiting]) if (timer.dueMs <= now()) call(timer);
    },
    release() {
      aheadMs = now() - systemClock.now();
      standsAtMs = undefined;
      for (const timer of waiting) start(timer);
    },
  };
}
