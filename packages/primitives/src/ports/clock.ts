/** Stops a scheduled call; does nothing if it ran already. */
export type CancelTimer = () => void;

/** Where time comes from. Tests pass `ManualClock` from `./testing`. */
export interface Clock {
  /** Unix time in milliseconds. */
  now(): number;
  /** Runs `callback` once after `delayMs` milliseconds. */
  schedule(delayMs: number, callback: () => void): CancelTimer;
}

declare function setTimeout(callback: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;

/** The clock of the machine. */
export const systemClock: Clock = {
  now: () => Date.now(),
  schedule(delayMs, callback) {
    const timer = setTimeout(callback, delayMs);
    return () => clearTimeout(timer);
  },
};
