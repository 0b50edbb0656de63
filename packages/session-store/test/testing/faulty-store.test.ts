import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import { createFaultyStore, type StoreFault, storeConformance } from '../../src/testing.ts';
import { codeOf } from '../outcome.ts';

const PUT = [{ type: 'put', key: 'a', value: Uint8Array.of(1) }] as const;

/** Which of some calls have settled, after everything that can happen has happened. */
async function settledOf(calls: Record<string, Promise<unknown>>): Promise<readonly string[]> {
  const settled: string[] = [];
  for (const [name, call] of Object.entries(calls)) {
    const settle = () => settled.push(name);
    call.then(settle, settle);
  }
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

describe('createFaultyStore', () => {
  for (const { name, run } of storeConformance) {
    it(`${name}, without a fault`, () => run(() => createFaultyStore(createMemoryStore(), () => undefined)));
  }

  it.each<[StoreFault, string, boolean]>([
    ['fail', 'STORE_IO_FAILED', false],
    ['lose request', 'STORE_OUTCOME_UNKNOWN', false],
    ['lose answer', 'STORE_OUTCOME_UNKNOWN', true],
  ])('commits with the fault "%s" reject with %s; are they made? %s', async (fault, code, isMade) => {
    const inner = createMemoryStore();
    const faulty = createFaultyStore(inner, ({ number }) => (number < 3 ? fault : undefined));
    expect(await codeOf(faulty.commit(PUT))).toBe(code);
    expect((await inner.get('a')) !== undefined).toBe(isMade);
    expect(await codeOf(faulty.get('a'))).toBe('STORE_IO_FAILED');
    expect(await codeOf(faulty.list('').next())).toBe('STORE_IO_FAILED');
    await faulty.commit(PUT);
    expect(faulty.calls).toEqual([
      { number: 0, method: 'commit', keys: ['a'] },
      { number: 1, method: 'get', keys: ['a'] },
      { number: 2, method: 'list', keys: [''] },
      { number: 3, method: 'commit', keys: ['a'] },
    ]);
  });

  it.each<[StoreFault, string, boolean]>([
    ['hang', 'STORE_TIMED_OUT', false],
    ['hang after', 'STORE_OUTCOME_UNKNOWN', true],
  ])(
    'commits with the fault "%s" end with %s when their time comes; are they made? %s',
    async (fault, code, isMade) => {
      const [inner, clock] = [createMemoryStore(), new ManualClock()];
      const faulty = createFaultyStore(inner, () => fault, { clock });
      const calls = {
        commit: codeOf(faulty.commit(PUT)),
        get: codeOf(faulty.get('a', { timeoutMs: 20_000 })),
      };
      expect(await settledOf(calls)).toEqual([]);
      clock.advance(10_000);
      expect(await settledOf(calls)).toEqual(['commit']);
      clock.advance(10_000);
      expect([await calls.commit, await calls.get]).toEqual([code, 'STORE_TIMED_OUT']);
      expect((await inner.get('a')) !== undefined).toBe(isMade);
    },
  );

  it('ends a hanging call by its signal', async () => {
    const faulty = createFaultyStore(createMemoryStore(), () => 'hang', { clock: new ManualClock() });
    const controller = new AbortController();
    const call = codeOf(faulty.commit(PUT, { signal: controller.signal }));
    controller.abort();
    expect(await call).toBe('STORE_CANCELLED');
  });

  it.each<[StoreFault, boolean]>([
    ['die before', false],
    ['die after', true],
  ])('with the fault "%s" never answers again; is the commit made? %s', async (fault, isMade) => {
    const inner = createMemoryStore();
    const faulty = createFaultyStore(inner, ({ method }) => (method === 'commit' ? fault : undefined));
    const iterator = faulty.list('');
    await iterator.next();
    const controller = new AbortController();
    const calls = {
      early: faulty.get('a'),
      commit: faulty.commit(PUT, { signal: controller.signal, timeoutMs: 1 }),
      late: faulty.get('a'),
      list: faulty.list('').next(),
      listOn: iterator.next(),
      wrong: faulty.get('no key'),
      close: faulty.close(),
    };
    controller.abort();
    await faulty.died;
    expect(await settledOf(calls)).toEqual([]);
    expect((await inner.get('a')) !== undefined).toBe(isMade);
  });
});
