import process from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { cancellable, Interruption, untilInterrupted } from '../src/interruption.ts';

describe('cancellable', () => {
  it('gives what the work gives, and leaves no listener behind', async () => {
    const before = process.listenerCount('SIGINT');
    expect(await cancellable(async () => 7)).toBe(7);
    await expect(cancellable(() => Promise.reject(new RangeError('no')))).rejects.toThrow(RangeError);
    expect(process.listenerCount('SIGINT')).toBe(before);
  });

  it('aborts the work, and waits until it has cleaned up', async () => {
    const steps: string[] = [];
    const running = cancellable(async (signal) => {
      const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      process.emit('SIGTERM');
      await aborted;
      steps.push('cleaning up');
      await Promise.resolve();
      steps.push('clean');
    });
    await expect(running).rejects.toBeInstanceOf(Interruption);
    await expect(running).rejects.toMatchObject({ status: 143 });
    expect(steps).toEqual(['cleaning up', 'clean']);
  });
});

describe('a signal that comes several times', () => {
  const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  const counts = () => SIGNALS.map((signal) => process.listenerCount(signal));

  it.each(['cancellable', 'untilInterrupted'] as const)(
    'is one to %s for a second, so that cleaning up is not cut off, and then what it is by default [F1]',
    async (which) => {
      const before = counts();
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
      try {
        if (which === 'cancellable') {
          const running = cancellable(async (signal) => {
            const aborted = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
            process.emit('SIGINT');
            await aborted;
          });
          await expect(running).rejects.toBeInstanceOf(Interruption);
        } else {
          const { signal, release } = untilInterrupted();
          process.emit('SIGINT');
          expect(signal.aborted).toBe(true);
          release();
        }
        // With a listener the system does not end the process.
        expect(counts()).toEqual(before.map((count) => count + 1));
        for (const signal of SIGNALS) process.emit(signal);
        vi.advanceTimersByTime(999);
        expect(counts()).toEqual(before.map((count) => count + 1));
        vi.advanceTimersByTime(1);
        expect(counts()).toEqual(before);
      } finally {
        vi.useRealTimers();
      }
    },
  );
});
