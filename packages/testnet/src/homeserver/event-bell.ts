import type { CancelSignal, Clock } from '@pubky-paykit/primitives';

/** Somebody who follows the events. */
export interface BellListener {
  /** Resolves to true once the bell has rung since the last call, to false after `timeoutMs` or when the signal says so. */
  next(timeoutMs: number, signal: CancelSignal): Promise<boolean>;
  /** Listens no more. */
  stop(): void;
}

/** Tells whoever follows the events that there are new ones. What they are stands in the state. */
export interface EventBell {
  ring(): void;
  listen(): BellListener;
}

/** @param clock bounds the waits of listeners. */
export function createEventBell(clock: Clock): EventBell {
  const listeners = new Set<() => void>();
  return {
    ring() {
      for (const hear of listeners) hear();
    },
    listen() {
      let rang = false;
      let wake = (): void => {};
      const hear = (): void => {
        rang = true;
        wake();
      };
      listeners.add(hear);
      return {
        next: (timeoutMs, signal) =>
          new Promise((resolve) => {
            const end = (): void => {
              cancelTimer();
              signal.removeEventListener('abort', end);
              wake = () => {};
              resolve(rang);
              rang = false;
            };
            const cancelTimer = clock.schedule(timeoutMs, end);
            signal.addEventListener('abort', end);
            wake = end;
            if (rang || signal.aborted) end();
          }),
        stop() {
          listeners.delete(hear);
        },
      };
    },
  };
}
