import { type CancelTimer, type Clock, isCodedError, type RandomSource } from '@pubky-paykit/primitives';
import { LEASE_POLL_MS, MAX_PUBLICATION_RETRY_MS } from '../constants.ts';
import { report } from '../reporting.ts';
import { longestDelay, retryDelay } from './retry-delay.ts';

/** Work that is done whenever it is due. */
export interface RecurringOptions {
  readonly clock: Clock;
  /** Spreads the times at which it is tried again. */
  readonly random: RandomSource;
  /** Done one at a time. */
  run(): Promise<void>;
  /** When it is due again, in Unix milliseconds; undefined for not before it is woken. */
  nextMs(): Promise<number | undefined>;
  /** What the work failed with; it will be tried again, whatever this throws. Not told of another process that is at it. */
  failed(error: unknown): void;
}

/** Work that is done whenever it is due, from start to stop. */
export interface Recurring {
  /** At once for the first time. Again does nothing. */
  start(): void;
  /** Does it soon, if it was started. */
  wake(): void;
  /** No timer is left. What is under way is not waited for. */
  stop(): void;
}

/** Does work in time. A process that was asleep is late, and never early. */
export function createRecurring({ clock, random, run, nextMs, failed }: RecurringOptions): Recurring {
  let state: 'idle' | 'started' | 'stopped' = 'idle';
  let isRunning = false;
  let isWoken = false;
  let failures = 0;
  let cancelTimer: CancelTimer = () => {};

  function schedule(delayMs: number): void {
    cancelTimer();
    if (state === 'started') cancelTimer = clock.schedule(Math.max(0, delayMs), beat);
  }

  /** @returns Milliseconds until it is due again. */
  async function once(): Promise<number | undefined> {
    try {
      await run();
      const dueMs = await nextMs();
      failures = 0;
      if (dueMs === undefined) return undefined;
      const delayMs = dueMs - clock.now();
      return Number.isFinite(delayMs) ? delayMs : MAX_PUBLICATION_RETRY_MS;
    } catch (error) {
      failures += 1;
      const heldForMs = leaseHeldFor(error);
      // Whoever has it may give it back at once, and leave something behind that is urgent.
      if (heldForMs !== undefined) return Math.min(heldForMs + delayAfter(1, undefined), LEASE_POLL_MS);
      // Who listens may ask the clock that has failed.
      if (state === 'started') report(() => failed(error));
      return delayAfter(failures, error);
    }
  }

  /** The work goes on even if there is nothing random to be had. */
  function delayAfter(attempts: number, error: unknown): number {
    try {
      return retryDelay(attempts, error, random);
    } catch {
      return longestDelay(attempts);
    }
  }

  function beat(): void {
    isRunning = true;
    isWoken = false;
    once().then((delayMs) => {
      isRunning = false;
      if (isWoken) schedule(0);
      else if (delayMs !== undefined) schedule(delayMs);
    });
  }

  return {
    start() {
      if (state !== 'idle') return;
      state = 'started';
      schedule(0);
    },
    wake() {
      if (isRunning) isWoken = true;
      else schedule(0);
    },
    stop() {
      state = 'stopped';
      cancelTimer();
    },
  };
}

function leaseHeldFor(error: unknown): number | undefined {
  if (!isCodedError(error) || error.code !== 'DISCOVERY_LEASE_HELD') return undefined;
  return (error.context as { readonly forMs: number }).forMs;
}
