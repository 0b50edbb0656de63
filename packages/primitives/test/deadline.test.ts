import { describe, expect, it } from 'vitest';
import { type Deadline, deadlinesWith, withDeadline } from '../src/index.ts';
import { ManualClock } from '../src/testing.ts';

const TIMED_OUT = new Error('timed out');
const CANCELLED = new Error('cancelled');

function limits(clock: ManualClock, signal?: AbortSignal, timeoutMs = 100) {
  return { clock, timeoutMs, signal, timedOut: () => TIMED_OUT, cancelled: () => CANCELLED };
}

const never = new Promise<never>(() => {});

describe('withDeadline', () => {
  it('gives the outcome of the work, and leaves no timer and no listener', async () => {
    const clock = new ManualClock();
    const { signal } = new AbortController();
    let listeners = 0;
    const counted = {
      aborted: false,
      addEventListener: () => listeners++,
      removeEventListener: () => listeners--,
    };
    const outcome = await withDeadline({ ...limits(clock), signal: counted }, ({ race }) => race(() => 7));
    expect(outcome).toBe(7);
    await expect(
      withDeadline(limits(clock, signal), ({ race }) => race(() => Promise.reject(TIMED_OUT))),
    ).rejects.toBe(TIMED_OUT);
    expect([clock.pending, listeners]).toEqual([0, 0]);
  });

  it('ends a wait when the time is over, and tells the work [T2]', async () => {
    const clock = new ManualClock();
    let told = false;
    const waiting = withDeadline(limits(clock), ({ race }) =>
      race((signal) => {
        signal.addEventListener('abort', () => {
          told = true;
        });
        return never;
      }),
    );
    clock.advance(99);
    expect(told).toBe(false);
    clock.advance(1);
    await expect(waiting).rejects.toBe(TIMED_OUT);
    expect(told).toBe(true);
  });

  it('ends a wait when its signal is aborted [T2]', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const waiting = withDeadline(limits(clock, controller.signal), ({ race }) => race(() => never));
    controller.abort();
    await expect(waiting).rejects.toBe(CANCELLED);
    expect(clock.pending).toBe(0);
  });

  it('does not begin when its signal was aborted before', async () => {
    let began = false;
    const work = async () => {
      began = true;
    };
    await expect(withDeadline(limits(new ManualClock(), AbortSignal.abort()), work)).rejects.toBe(CANCELLED);
    expect(began).toBe(false);
  });

  it('names the deadline, not the failure that its abort causes', async () => {
    const clock = new ManualClock();
    const waiting = withDeadline(limits(clock), ({ race }) =>
      race(
        (signal) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(new Error('aborted by us')));
          }),
      ),
    );
    clock.advance(100);
    await expect(waiting).rejects.toBe(TIMED_OUT);
  });

  it('fails every later wait under the same deadline', async () => {
    const clock = new ManualClock();
    let kept: Deadline | undefined;
    const waiting = withDeadline(limits(clock), async (deadline) => {
      kept = deadline;
      await deadline.race(() => never).catch(() => {});
      return deadline.race(() => 1);
    });
    clock.advance(100);
    await expect(waiting).rejects.toBe(TIMED_OUT);
    expect(kept?.signal.aborted).toBe(true);
  });

  it('sets no timer for no limit', async () => {
    const clock = new ManualClock();
    await withDeadline(limits(clock, undefined, Number.POSITIVE_INFINITY), async () => {
      expect(clock.pending).toBe(0);
    });
  });
});

describe('deadlinesWith', () => {
  const named = deadlinesWith({
    timedOut: (what, afterMs) => new Error(`${what}: ${afterMs}`),
    cancelled: (what) => new Error(`${what}: cancelled`),
  });

  it('ends waits with the errors of a package, which name them [T2]', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const options = { what: 'the answer', clock, timeoutMs: 50, signal: controller.signal };
    const late = named(options, ({ race }) => race(() => never));
    clock.advance(50);
    await expect(late).rejects.toThrow('the answer: 50');
    const unwanted = named(options, ({ race }) => race(() => never));
    controller.abort();
    await expect(unwanted).rejects.toThrow('the answer: cancelled');
    expect(clock.pending).toBe(0);
  });
});
