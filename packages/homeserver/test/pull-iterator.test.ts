import { describe, expect, it } from 'vitest';
import { pullIterator } from '../src/pull-iterator.ts';

/** Gives these batches, then ends; counts how often it was asked and told to let go. */
function iterating(...batches: readonly (readonly number[] | Error)[]) {
  const left = [...batches];
  const counts = { asked: 0, ended: 0 };
  const iterator = pullIterator<number>(
    async () => {
      counts.asked += 1;
      const next = left.shift();
      if (next instanceof Error) throw next;
      return next;
    },
    () => {
      counts.ended += 1;
    },
  );
  return { iterator, counts };
}

describe('pullIterator', () => {
  it('gives the items of every batch, and passes over empty ones', async () => {
    const { iterator, counts } = iterating([1, 2], [], [], [3]);
    const items: number[] = [];
    for await (const item of iterator) items.push(item);
    expect([items, counts]).toEqual([[1, 2, 3], { asked: 5, ended: 1 }]);
  });

  it('answers overlapping calls one after the other', async () => {
    const { iterator, counts } = iterating([1], [2], [3]);
    const results = await Promise.all([iterator.next(), iterator.next(), iterator.next(), iterator.next()]);
    expect(results.map(({ value }) => value)).toEqual([1, 2, 3, undefined]);
    expect(counts).toEqual({ asked: 4, ended: 1 });
  });

  it('asks for nothing before it is asked, and for nothing after it was left', async () => {
    const { iterator, counts } = iterating([1, 2]);
    expect(counts.asked).toBe(0);
    await iterator.next();
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(counts).toEqual({ asked: 1, ended: 1 });
  });

  it('is over after a failure, and tells it once', async () => {
    const { iterator, counts } = iterating([1], new Error('broken'), [2]);
    await iterator.next();
    await expect(iterator.next()).rejects.toThrow('broken');
    expect((await iterator.next()).done).toBe(true);
    expect(counts).toEqual({ asked: 2, ended: 1 });
  });

  it('gives nothing of a batch that comes after it was left', async () => {
    let give: (batch: readonly number[]) => void = () => {};
    const iterator = pullIterator<number>(
      () =>
        new Promise((resolve) => {
          give = resolve;
        }),
    );
    const waiting = iterator.next();
    await Promise.resolve();
    await iterator.return?.();
    give([1]);
    expect(await waiting).toEqual({ done: true, value: undefined });
  });
});
