import type { ManualClock } from '@pubky-paykit/primitives/testing';

/** Everything in memory that waits for nothing has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets time pass, a millisecond at a time, so that whatever becomes due has happened before the next one. */
export async function pass(clock: ManualClock, ms: number): Promise<void> {
  await settled();
  for (let passed = 0; passed < ms; passed++) {
    clock.advance(1);
    await settled();
  }
}
