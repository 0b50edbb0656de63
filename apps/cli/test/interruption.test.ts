import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { cancellable, Interruption } from '../src/interruption.ts';

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
