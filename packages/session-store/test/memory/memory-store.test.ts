import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import { storeConformance } from '../../src/testing.ts';
import { codeOf } from '../outcome.ts';

const entry = (key: string, length: number) => ({ type: 'put', key, value: new Uint8Array(length) }) as const;

describe('createMemoryStore', () => {
  for (const { name, run } of storeConformance) it(name, () => run(() => createMemoryStore()));

  it('refuses what would make it hold more than it may, and takes what makes it smaller', async () => {
    const store = createMemoryStore({ maximumBytes: 10 });
    await store.commit([entry('a', 9)]);
    expect(await codeOf(store.commit([entry('b', 0)]))).toBe('STORE_FULL');
    expect(await codeOf(store.commit([entry('a', 10)]))).toBe('STORE_FULL');
    await store.commit([entry('a', 4), entry('b', 4)]);
    expect(await codeOf(store.commit([{ type: 'delete', key: 'c' }, entry('d', 0)]))).toBe('STORE_FULL');
    await store.commit([{ type: 'delete', key: 'a' }, entry('c', 4)]);
    expect(await store.get('a')).toBeUndefined();
    expect((await store.get('c'))?.value).toEqual(new Uint8Array(4));
  });

  it('refuses a maximum that is none', () => {
    for (const maximumBytes of [-1, Number.NaN]) {
      expect(() => createMemoryStore({ maximumBytes })).toThrow(RangeError);
    }
  });
});
