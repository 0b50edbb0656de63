/** Stops a scheduled call; does nothing if it ran already. */
export type CancelTimer = () => void;

/** Where time comes from. Tests pass `ManualClock` from `./testing`. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Runs `callback` once after `delayMs` milliseconds, however many; at once (but later) if zero or less. */
  schedule(delayMs: number, callback: () => void): CancelTimer;
}

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** Platforms run a timer with a longer delay (over 24.8 days) at once: it overflows 32 bits. */
const MAXIMUM_TIMEOUT_MS = 0x7fff_ffff;

/** The clock of the machine. A pending call keeps a Node process alive: cancel what is no longer waited for. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    let timer: unknown;
    const arm = (leftMs: number): void => {
      const laterMs = leftMs - MAXIMUM_TIMEOUT_MS;
      timer = laterMs > 0 ? setTimeout(() => arm(laterMs), MAXIMUM_TIMEOUT_MS) : setTimeout(callback, leftMs);
    };
    arm(delayMs);
    return () => clearTimeout(timer);
  },
};
