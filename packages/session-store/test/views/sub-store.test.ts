import { describe, expect, it } from 'vitest';
import { SessionStoreError } from '../../src/errors.ts';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import { createFaultyStore, storeConformance } from '../../src/testing.ts';
import { subStore } from '../../src/views/sub-store.ts';
import { codeOf, codeThrown, rejectionOf } from '../outcome.ts';

const put = (key: string) => ({ type: 'put', key, value: Uint8Array.of(1) }) as const;

describe('subStore', () => {
  for (const { name, run } of storeConformance) {
    // With the prefix, the longest key is too long.
    if (name === 'keeps the longest key') continue;
    it(name, () => run(() => subStore(createMemoryStore(), 'p')));
    it(`${name}, in a view of a view`, () => run(() => subStore(subStore(createMemoryStore(), 'p/q'), 'r')));
  }

  it('sees and touches nothing beside its prefix', async () => {
    const store = createMemoryStore();
    await store.commit([put('p'), put('pq'), put('p-/a'), put('o/a'), put('q/a')]);
    const view = subStore(store, 'p');
    expect((await view.list('').next()).done).toBe(true);
    expect(await codeOf(view.get('../o/a'))).toBe('STORE_BAD_KEY');
    expect(await codeOf(view.commit([put('')]))).toBe('STORE_BAD_KEY');
    await view.commit([put('a')]);
    expect(await store.get('p/a')).toBeDefined();
  });

  it('names keys as its user knows them, with the error of the store as the cause', async () => {
    const view = subStore(createMemoryStore(), 'p/q');
    const conflicting = view.commit([put('a')], { expect: [{ key: 'a', version: '7' }] });
    expect(await rejectionOf(conflicting)).toMatchObject({
      code: 'STORE_CONFLICT',
      context: { key: 'a', expected: '7', found: 'nothing' },
      cause: { code: 'STORE_CONFLICT', context: { key: 'p/q/a' } },
    });
    expect(await rejectionOf(view.commit([put('a'), put('a')]))).toMatchObject({
      code: 'STORE_DUPLICATE_KEY',
      context: { key: 'a' },
    });
  });

  it('names the first entry of a list that cannot be read as its user knows it', async () => {
    const store = createMemoryStore();
    const rotten = new SessionStoreError('STORE_LIST_INCOMPLETE', { key: 'p/q/a', count: 2 });
    const list = () => ({ ...store.list(''), next: () => Promise.reject(rotten) });
    expect(
      await rejectionOf(
        subStore({ ...store, list }, 'p/q')
          .list('')
          .next(),
      ),
    ).toMatchObject({
      code: 'STORE_LIST_INCOMPLETE',
      context: { key: 'a', count: 2 },
      cause: rotten,
    });
  });

  it('hands on every other error as it is', async () => {
    const faults = ['fail', 'lose answer'] as const;
    const store = createFaultyStore(createMemoryStore(), ({ number }) => faults[number]);
    const view = subStore(store, 'p');
    expect(await codeOf(view.get('a'))).toBe('STORE_IO_FAILED');
    expect(await codeOf(view.commit([put('a')]))).toBe('STORE_OUTCOME_UNKNOWN');
    const odd = new Error('odd');
    expect(await rejectionOf(subStore({ ...store, get: () => Promise.reject(odd) }, 'p').get('a'))).toBe(odd);
  });

  it('leaves the store open when it is closed', async () => {
    const store = createMemoryStore();
    const view = subStore(store, 'p');
    await view.commit([put('a')]);
    await view.close();
    expect(await codeOf(view.get('a'))).toBe('STORE_CLOSED');
    expect(await store.get('p/a')).toBeDefined();
    expect(await subStore(store, 'p').get('a')).toBeDefined();
  });

  it('refuses a prefix that is no key', () => {
    for (const prefix of ['', 'p/', '/p', 'p.q']) {
      expect(codeThrown(() => subStore(createMemoryStore(), prefix))).toBe('STORE_BAD_KEY');
    }
  });
});
