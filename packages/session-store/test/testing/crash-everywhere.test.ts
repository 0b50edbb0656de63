import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import type { DurableStore } from '../../src/store/durable-store.ts';
import { type Crash, crashEverywhere } from '../../src/testing.ts';
import { rejectionOf } from '../outcome.ts';

const put = (key: string) => ({ type: 'put', key, value: Uint8Array.of(1) }) as const;

describe('crashEverywhere', () => {
  it('dies before and after every call, and once gets through', async () => {
    const crashes: (Crash | undefined)[] = [];
    const found: string[] = [];
    const deaths = await crashEverywhere({
      create: () => createMemoryStore(),
      async run(store) {
        await store.commit([put('a')]);
        await store.get('a');
        await store.commit([put('b')]);
      },
      async check(store, crash) {
        crashes.push(crash);
        found.push(`${(await store.get('a')) ? 'a' : ''}${(await store.get('b')) ? 'b' : ''}`);
      },
    });
    expect(deaths).toBe(6);
    expect(
      crashes.map((crash) => crash && `${crash.fault} ${crash.call.method} ${crash.call.number}`),
    ).toEqual([
      ...['die before commit 0', 'die after commit 0', 'die before get 1', 'die after get 1'],
      ...['die before commit 2', 'die after commit 2', undefined],
    ]);
    expect(found).toEqual(['', 'a', 'a', 'a', 'a', 'ab', 'ab']);
  });

  it('finds the crash that a scenario does not survive, and hands on what its run throws', async () => {
    const failure = new Error('b without a');
    const scenario = {
      create: () => createMemoryStore(),
      async check(store: DurableStore) {
        if ((await store.get('b')) && !(await store.get('a'))) throw failure;
      },
    };
    const inOneCommit = async (store: DurableStore) => void (await store.commit([put('b'), put('a')]));
    const inTwoCommits = async (store: DurableStore) => {
      await store.commit([put('b')]);
      await store.commit([put('a')]);
    };
    expect(await crashEverywhere({ ...scenario, run: inOneCommit })).toBe(2);
    expect(await rejectionOf(crashEverywhere({ ...scenario, run: inTwoCommits }))).toBe(failure);
    expect(await rejectionOf(crashEverywhere({ ...scenario, run: () => Promise.reject(failure) }))).toBe(
      failure,
    );
  });
});
