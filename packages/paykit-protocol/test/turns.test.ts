import { describe, expect, it } from 'vitest';
import { createTurns } from '../src/turns.ts';
import { rejected, settle } from './fixtures.ts';

/** A work that ends when it is told to. */
function work() {
  let started = false;
  let end: () => void = () => {};
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const run = () => {
    started = true;
    return ended;
  };
  return { run, end: () => end(), isStarted: () => started };
}

const live = new AbortController().signal;

describe('createTurns', () => {
  it('runs the works on one key one after the other, and those on others at once', async () => {
    const turns = createTurns();
    const [first, second, other] = [work(), work(), work()];
    const taken = [
      turns.take('a', live, first.run),
      turns.take('a', live, second.run),
      turns.take('b', live, other.run),
    ];
    await settle();
    expect([first, second, other].map(({ isStarted }) => isStarted())).toEqual([true, false, true]);
    for (const { end } of [first, second, other]) end();
    await Promise.all(taken);
    expect(second.isStarted()).toBe(true);
  });

  it('keeps nothing of a key whose works have ended, well or badly', async () => {
    const turns = createTurns();
    const broken = () => Promise.reject(new TypeError('broken'));
    for (let i = 0; i < 20; i++) {
      const taken = turns.take(`key-${i}`, live, i % 2 === 0 ? broken : async () => {});
      expect(turns.size).toBe(1);
      await taken.catch(() => {});
      expect(turns.size).toBe(0);
    }
  });

  it('goes on with the next after a work that fails', async () => {
    const turns = createTurns();
    const failing = turns.take('a', live, () => Promise.reject(new TypeError('broken')));
    const next = turns.take('a', live, async () => 'done');
    await expect(failing).rejects.toThrow(TypeError);
    expect(await next).toBe('done');
  });

  it('lets who is given up leave the queue at once, and those behind keep their place', async () => {
    const turns = createTurns();
    const [first, second, third] = [work(), work(), work()];
    const controller = new AbortController();
    const holding = turns.take('a', live, first.run);
    const leaving = turns.take('a', controller.signal, second.run);
    const staying = turns.take('a', live, third.run);
    expect(turns.waiting).toBe(2);
    controller.abort();
    expect((await rejected(leaving)).code).toBe('PAYKIT_CANCELLED');
    expect(turns.waiting).toBe(1);
    expect(third.isStarted()).toBe(false);
    first.end();
    third.end();
    await Promise.all([holding, staying]);
    expect([second.isStarted(), third.isStarted()]).toEqual([false, true]);
    expect(turns.size).toBe(0);
  });

  it('passes the turn on when a work that never ends is given up', async () => {
    const turns = createTurns();
    const hanging = new AbortController();
    void turns.take('a', hanging.signal, () => new Promise<never>(() => {}));
    const next = turns.take('a', live, async () => 'done');
    await settle();
    hanging.abort();
    expect(await next).toBe('done');
    expect(turns.size).toBe(0);
  });

  it('passes the turn on once: a work that ends after it was given up frees nobody else’s', async () => {
    const turns = createTurns();
    const [late, second, third] = [work(), work(), work()];
    const controller = new AbortController();
    const lateEnd = turns.take('a', controller.signal, late.run);
    const taken = [turns.take('a', live, second.run), turns.take('a', live, third.run)];
    await settle();
    controller.abort();
    late.end();
    await lateEnd;
    await settle();
    expect([second.isStarted(), third.isStarted()]).toEqual([true, false]);
    second.end();
    third.end();
    await Promise.all(taken);
  });

  it('gives up, and passes on, a turn that comes in the very tick of the abort', async () => {
    const turns = createTurns();
    const first = work();
    const controller = new AbortController();
    const holding = turns.take('a', live, async () => {
      await first.run();
      // Runs in the same tick in which the turn is passed on.
      queueMicrotask(() => queueMicrotask(() => controller.abort()));
    });
    const aborted = turns.take('a', controller.signal, () => new Promise<never>(() => {}));
    const next = turns.take('a', live, async () => 'done');
    aborted.catch(() => {});
    first.end();
    await holding;
    expect(await next).toBe('done');
  });

  it('refuses a signal that is aborted already, and leaves no trace', async () => {
    const turns = createTurns();
    const taken = turns.take('a', AbortSignal.abort(), async () => {});
    expect((await rejected(taken)).code).toBe('PAYKIT_CANCELLED');
    expect(turns.size).toBe(0);
  });
});
