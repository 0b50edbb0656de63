import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/index.ts';

const DAY_MS = 86_400_000;

describe('systemClock', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: 1_733_356_800_000 });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('tells Unix time in milliseconds', () => {
    expect(systemClock.now()).toBe(1_733_356_800_000);
    vi.advanceTimersByTime(5);
    expect(systemClock.now()).toBe(1_733_356_800_005);
  });

  it('runs a callback once, when its delay is over', () => {
    const callback = vi.fn();
    systemClock.schedule(100, callback);
    vi.advanceTimersByTime(99);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1_000);
    expect(callback).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([0, -1])('runs a callback with a delay of %i later, not during the call', (delayMs) => {
    const callback = vi.fn();
    systemClock.schedule(delayMs, callback);
    expect(callback).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(callback).toHaveBeenCalledTimes(1);
  });

  it('does not run a cancelled callback, and leaves no timer behind', () => {
    const callback = vi.fn();
    const cancel = systemClock.schedule(100, callback);
    cancel();
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(1_000);
    expect(callback).not.toHaveBeenCalled();
  });

  it('takes no harm from cancelling what ran, and cancels nothing else', () => {
    const first = vi.fn();
    const second = vi.fn();
    const cancelFirst = systemClock.schedule(1, first);
    systemClock.schedule(2, second);
    vi.advanceTimersByTime(1);
    cancelFirst();
    vi.advanceTimersByTime(1);
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1]);
  });

  it.each([2 ** 31 - 1, 2 ** 31, 60 * DAY_MS])(
    'waits for the whole of %i ms, more than one timer can',
    (delayMs) => {
      const callback = vi.fn();
      systemClock.schedule(delayMs, callback);
      vi.advanceTimersByTime(delayMs - 1);
      expect(callback).not.toHaveBeenCalled();
      vi.advanceTimersByTime(1);
      expect(callback).toHaveBeenCalledTimes(1);
    },
  );

  it('cancels a long wait after its first timer has run', () => {
    const callback = vi.fn();
    const cancel = systemClock.schedule(60 * DAY_MS, callback);
    vi.advanceTimersByTime(30 * DAY_MS);
    cancel();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60 * DAY_MS);
    expect(callback).not.toHaveBeenCalled();
  });
});
