import { describe, expect, it } from 'vitest';
import { startLookOut } from '../../src/payments/receive-look-out.ts';
import { createStandingClock } from './standing-clock.ts';

const LOOK_MS = 15_000;
const RETRY_MS = 500;

/** A look-out whose looks a test lets end. */
function lookOut() {
  const clock = createStandingClock();
  const looks: { readonly signal: AbortSignal; end(error?: Error): void }[] = [];
  const failures: unknown[] = [];
  const { wake, saw, stop } = startLookOut({
    clock,
    isNews: (key) => key === undefined,
    look: (signal) =>
      new Promise((resolve, reject) => {
        looks.push({ signal, end: (error) => (error === undefined ? resolve() : reject(error)) });
      }),
    failed: (error) => failures.push(error),
  });
  /** Lets the newest look end, and all that follows from it at once. */
  async function end(error?: Error): Promise<void> {
    looks.at(-1)?.end(error);
    await new Promise(setImmediate);
  }
  return { clock, looks, failures, wake, saw, stop, end };
}

describe('startLookOut', () => {
  it('looks at once, and again each time', async () => {
    const { clock, looks, end, stop } = lookOut();
    for (let times = 1; times < 4; times++) {
      expect(looks).toHaveLength(times);
      await end();
      clock.jump(LOOK_MS - 1);
      expect(looks).toHaveLength(times);
      clock.jump(1);
    }
    await end();
    await stop();
  });

  it('looks when it is woken or sees news, once more after a look that was under way', async () => {
    const { clock, looks, wake, saw, end, stop } = lookOut();
    wake();
    saw(undefined);
    expect(looks).toHaveLength(1);
    await end();
    clock.jump(0);
    expect(looks).toHaveLength(2);
    await end();
    saw(new Uint8Array(32));
    clock.jump(0);
    expect(looks).toHaveLength(2);
    saw(undefined);
    expect(looks).toHaveLength(3);
    await end();
    await stop();
  });

  it('looks sooner after looks that failed, and later each time, and says what each failed with [F3]', async () => {
    const { clock, looks, failures, end, stop } = lookOut();
    for (const pauseMs of [1, 2, 4, 8, 16].map((times) => times * RETRY_MS)) {
      const before = looks.length;
      const error = new Error('nobody answers');
      await end(error);
      expect(failures.at(-1)).toBe(error);
      clock.jump(pauseMs - 1);
      expect(looks).toHaveLength(before);
      clock.jump(1);
      expect(looks).toHaveLength(before + 1);
    }
    await end();
    clock.jump(LOOK_MS - 1);
    expect(looks).toHaveLength(6);
    expect(failures).toHaveLength(5);
    await stop();
  });

  it('ends with the look that is under way, and looks no more', async () => {
    const { clock, looks, failures, wake, end, stop } = lookOut();
    let isStopped = false;
    const stopping = stop().then(() => {
      isStopped = true;
    });
    expect(looks[0]?.signal.aborted).toBe(true);
    await new Promise(setImmediate);
    expect(isStopped).toBe(false);
    await end(new Error('it was told to'));
    await stopping;
    expect(failures).toEqual([]);
    wake();
    clock.jump(LOOK_MS);
    expect(looks).toHaveLength(1);
  });
});
