import { describe, expect, it } from 'vitest';
import { linkedSignal } from '../src/linked-signal.ts';

describe('linkedSignal', () => {
  it('is aborted here without touching what it follows', () => {
    const parent = new AbortController();
    const { signal, abort } = linkedSignal(parent.signal);
    abort();
    abort();
    expect([signal.aborted, parent.signal.aborted]).toEqual([true, false]);
  });

  it('is aborted with what it follows, before or later', () => {
    const parent = new AbortController();
    const early = linkedSignal(parent.signal);
    parent.abort();
    expect([early.signal.aborted, linkedSignal(parent.signal).signal.aborted]).toEqual([true, true]);
  });

  it('leaves no listener behind', () => {
    const listeners = new Set<() => void>();
    const parent = {
      aborted: false,
      addEventListener: (_: 'abort', listener: () => void) => void listeners.add(listener),
      removeEventListener: (_: 'abort', listener: () => void) => void listeners.delete(listener),
    };
    const { abort } = linkedSignal(parent);
    expect(listeners.size).toBe(1);
    abort();
    expect(listeners.size).toBe(0);
  });
});
