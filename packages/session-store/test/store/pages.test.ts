import { describe, expect, it } from 'vitest';
import { SessionStoreError } from '../../src/errors.ts';
import type { StoreEntry } from '../../src/store/durable-store.ts';
import { iteratePages, mapIterator, type Page } from '../../src/store/pages.ts';
import { rejectionOf } from '../outcome.ts';

const entry = (key: string): StoreEntry => ({ key, value: new Uint8Array(), version: '1' });

/** Pages that are given out one after the other, and the cursors they were asked for with. */
function pages(...given: readonly (Page | Error)[]) {
  const cursors: (string | undefined)[] = [];
  const read = async (after: string | undefined): Promise<Page> => {
    const page = given[cursors.push(after) - 1];
    if (page instanceof Error || page === undefined) throw page ?? new Error('read beyond the last page');
    return page;
  };
  return { cursors, read };
}

async function keysOf(iterator: AsyncIterable<StoreEntry>): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of iterator) keys.push(key);
  return keys;
}

describe('iteratePages', () => {
  it('reads a page when it is needed, from the last key of the one before', async () => {
    const { cursors, read } = pages(
      { entries: [entry('a'), entry('b')], more: true },
      { entries: [entry('c')], more: false },
    );
    const iterator = iteratePages(read, 'start');
    expect(cursors).toEqual([]);
    await iterator.next();
    await iterator.next();
    expect(cursors).toEqual(['start']);
    expect(await keysOf(iterator)).toEqual(['c']);
    expect(cursors).toEqual(['start', 'b']);
  });

  it('ends with an empty page, and does not read on', async () => {
    const { cursors, read } = pages({ entries: [entry('a')], more: true }, { entries: [], more: false });
    expect(await keysOf(iteratePages(read, undefined))).toEqual(['a']);
    expect(cursors).toEqual([undefined, 'a']);
  });

  describe('with entries that cannot be read', () => {
    const refusal = new SessionStoreError('STORE_CORRUPTED', { what: 'it' });
    const rotten = (key: string) => ({ key, error: refusal });

    it('gives all others, tells of the first at the end, and is over then', async () => {
      const { cursors, read } = pages(
        { entries: [entry('b')], unreadable: [rotten('a'), rotten('c')], more: true },
        { entries: [], unreadable: [rotten('d'), rotten('e')], more: true },
        { entries: [entry('f')], more: false },
      );
      const iterator = iteratePages(read, undefined);
      const given = [await iterator.next(), await iterator.next()];
      expect(given.map(({ value }) => value?.key)).toEqual(['b', 'f']);
      expect(await rejectionOf(iterator.next())).toMatchObject({
        code: 'STORE_LIST_INCOMPLETE',
        context: { key: 'a', count: 4 },
        cause: refusal,
      });
      expect(await iterator.next()).toEqual({ done: true, value: undefined });
      expect(cursors).toEqual([undefined, 'c', 'e']);
    });

    it('tells nothing to whoever leaves before', async () => {
      const { read } = pages({ entries: [entry('b')], unreadable: [rotten('a')], more: false });
      const iterator = iteratePages(read, undefined);
      await iterator.next();
      await iterator.return?.();
      expect((await iterator.next()).done).toBe(true);
    });

    it('tells of an error that ends it instead, and of nothing after it', async () => {
      const failure = new Error('no page');
      const { read } = pages({ entries: [], unreadable: [rotten('a')], more: true }, failure);
      const iterator = iteratePages(read, undefined);
      expect(await rejectionOf(iterator.next())).toBe(failure);
      expect((await iterator.next()).done).toBe(true);
    });
  });

  it('is over after an error', async () => {
    const failure = new Error('no page');
    const iterator = iteratePages(pages({ entries: [entry('a')], more: true }, failure).read, undefined);
    await iterator.next();
    expect(await rejectionOf(iterator.next())).toBe(failure);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it('reads no page for whoever has left, though a call of next was on its way', async () => {
    const { cursors, read } = pages({ entries: [entry('a')], more: true });
    const iterator = iteratePages(read, undefined);
    const [first, left, second] = await Promise.all([iterator.next(), iterator.return?.(), iterator.next()]);
    expect([first?.done, left?.done, second?.done]).toEqual([false, true, true]);
    expect(cursors).toHaveLength(1);
  });

  it('calls for one page, whoever else waits', async () => {
    const { cursors, read } = pages({ entries: [entry('a'), entry('b')], more: false });
    const iterator = iteratePages(read, undefined);
    await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(cursors).toHaveLength(1);
  });
});

describe('mapIterator', () => {
  it('opens when it is asked, once, and changes every value', async () => {
    let opened = 0;
    const iterator = mapIterator(
      () => {
        opened += 1;
        return iteratePages(pages({ entries: [entry('a'), entry('b')], more: false }).read, undefined);
      },
      ({ key }) => key.toUpperCase(),
    );
    expect(opened).toBe(0);
    const found: string[] = [];
    for await (const key of iterator) found.push(key);
    expect(found).toEqual(['A', 'B']);
    expect(opened).toBe(1);
  });

  it('is over after an error of either, and leaves what it opened', async () => {
    const failure = new Error('no');
    const refuse = (): never => {
      throw failure;
    };
    const unopened = mapIterator(refuse, () => 0);
    expect(await rejectionOf(unopened.next())).toBe(failure);
    expect((await unopened.next()).done).toBe(true);
    const inner = iteratePages(pages({ entries: [entry('a'), entry('b')], more: false }).read, undefined);
    const outer = mapIterator(() => inner, refuse);
    expect(await rejectionOf(outer.next())).toBe(failure);
    expect((await outer.next()).done).toBe(true);
    expect((await inner.next()).done).toBe(true);
  });

  it('opens nothing for whoever leaves before', async () => {
    const iterator = mapIterator(
      (): never => {
        throw new Error('opened');
      },
      () => 0,
    );
    await iterator.return?.();
    expect((await iterator.next()).done).toBe(true);
  });
});
