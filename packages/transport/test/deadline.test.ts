import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../src/deadline.ts';
import { codeOf } from './bytes.ts';

const never = () => new Promise<never>(() => {});

/** An AbortSignal that counts its listeners. */
function countingSignal() {
  const controller = new AbortController();
  let listeners = 0;
  return {
    controller,
    listeners: () => listeners,
    signal: {
      get aborted() {
        return controller.signal.aborted;
      },
      get reason(): unknown {
        return controller.signal.reason;
      },
      addEventListener(type: 'abort', listener: () => void) {
        listeners += 1;
        controller.signal.addEventListener(type, listener);
      },
      removeEventListener(type: 'abort', listener: () => void) {
        listeners -= 1;
        controller.signal.removeEventListener(type, listener);
      },
    },
  };
}

describe('Deadline', () => {
  it('[T2] is one time-out over all waits together', async () => {
    const clock = new ManualClock();
    const deadline = new Deadline({ clock, what: 'the handshake', afterMs: 30 });
    await deadline.race(Promise.resolve());
    clock.advance(20);
    await deadline.race(Promise.resolve());
    const wait = deadline.race(never());
    clock.advance(10);
    const error = await wait.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'TRANSPORT_TIMED_OUT',
      context: { what: 'the handshake', afterMs: 30 },
      retryable: true,
      wireCode: 8001,
    });
    expect(deadline.failure).toBe(error);
    expect(await codeOf(deadline.race(Promise.resolve()))).toBe('TRANSPORT_TIMED_OUT');
  });

  it('[T2] ends with the signal, and keeps its reason as the cause', async () => {
    const { controller, signal } = countingSignal();
    const deadline = new Deadline({ clock: new ManualClock(), what: 'x', afterMs: 30, signal });
    const wait = deadline.race(never());
    const reason = new Error('the user went away');
    controller.abort(reason);
    await expect(wait).rejects.toMatchObject({ code: 'TRANSPORT_ABORTED', cause: reason });
  });

  it('fails at once when the signal has fired before', () => {
    const deadline = new Deadline({
      clock: new ManualClock(),
      what: 'x',
      afterMs: 30,
      signal: AbortSignal.abort(),
    });
    expect(() => deadline.check()).toThrow(expect.objectContaining({ code: 'TRANSPORT_ABORTED' }));
  });

  it('notices a signal that fired between construction and the first wait', async () => {
    const controller = new AbortController();
    const { signal } = controller;
    const deadline = new Deadline({ clock: new ManualClock(), what: 'x', afterMs: 30, signal });
    controller.abort();
    expect(await codeOf(deadline.race(never()))).toBe('TRANSPORT_ABORTED');
  });

  it.each(['ended', 'timed out', 'aborted'])(
    'leaves neither timer nor listener behind when %s',
    async (how) => {
      const clock = new ManualClock();
      const { controller, listeners, signal } = countingSignal();
      const deadline = new Deadline({ clock, what: 'x', afterMs: 30, signal });
      const wait = deadline.race(never());
      expect([clock.pending, listeners()]).toEqual([1, 1]);
      if (how === 'ended') deadline.end();
      if (how === 'timed out') clock.advance(30);
      if (how === 'aborted') controller.abort();
      if (how !== 'ended') await codeOf(wait);
      expect([clock.pending, listeners()]).toEqual([0, 0]);
    },
  );

  it('starts no timer for Infinity', () => {
    const clock = new ManualClock();
    void new Deadline({ clock, what: 'x', afterMs: Number.POSITIVE_INFINITY }).race(never());
    expect(clock.pending).toBe(0);
  });
});
