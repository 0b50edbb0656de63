import type { CancelSignal, Clock } from '@pubky-paykit/primitives';

/** Waits. @returns False if the signal ended the wait. */
export function wait(clock: Clock, ms: number, signal: CancelSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) {
      resolve(false);
      return;
    }
    const settle = (elapsed: boolean): void => {
      cancelTimer();
      signal?.removeEventListener('abort', onAbort);
      resolve(elapsed);
    };
    const onAbort = (): void => settle(false);
    const cancelTimer = clock.schedule(ms, () => settle(true));
    signal?.addEventListener('abort', onAbort);
  });
}
