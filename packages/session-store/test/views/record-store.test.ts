import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { MAX_UPDATE_PAUSE_MS, UPDATE_ATTEMPTS } from '../../src/constants.ts';
import { SessionStoreError } from '../../src/errors.ts';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import type { DurableStore } from '../../src/store/durable-store.ts';
import { crashEverywhere, createFaultyStore } from '../../src/testing.ts';
import { type RecordCodec, recordStore } from '../../src/views/record-store.ts';
import { codeOf, rejectionOf } from '../outcome.ts';

const NUMBERS: RecordCodec<number> = {
  encode: (number) => encodeUtf8(`${number}`),
  decode(bytes) {
    const text = decodeUtf8(bytes);
    if (!/^\d+$/.test(text)) throw new Error(`no number: ${text}`);
    return Number(text);
  },
};

const LISTS: RecordCodec<string[]> = {
  encode: (list) => encodeUtf8(list.join(',')),
  decode: (bytes) => decodeUtf8(bytes).split(','),
};

const plusOne = (count = 0): number => count + 1;

function numbers(store: DurableStore, clock = new ManualClock()) {
  return recordStore(store, NUMBERS, { clock, random: predictableRandomForTestingOnly(1) });
}

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

/** Lets the pauses of a call pass until it settles. */
async function passing<Result>(clock: ManualClock, call: Promise<Result>): Promise<Result> {
  let isOver = false;
  const over = call.finally(() => {
    isOver = true;
  });
  over.catch(() => {});
  while (!isOver) {
    await settled();
    if (clock.pending > 1) clock.advance(MAX_UPDATE_PAUSE_MS);
  }
  return call;
}

/** Fails after so many entries. */
function failAfter(entries: ReturnType<DurableStore['list']>, count: number) {
  let left = count;
  return () => {
    left -= 1;
    const error = new SessionStoreError('STORE_CLOSED', { because: 'of a test' });
    return left < 0 ? Promise.reject(error) : entries.next();
  };
}

describe('recordStore', () => {
  it('writes and reads values through its codec', async () => {
    const store = createMemoryStore();
    const records = numbers(store);
    const version = await records.put('a/1', 7);
    expect((await store.get('a/1'))?.value).toEqual(encodeUtf8('7'));
    expect(await records.get('a/1')).toEqual({ key: 'a/1', value: 7, version });
    expect(await records.get('a/2')).toBeUndefined();
    expect(await codeOf(records.put('a/1', 8, { expect: [{ key: 'a/1', version: undefined }] }))).toBe(
      'STORE_CONFLICT',
    );
    await store.commit([records.putOperation('a/2', 8), records.putOperation('b', 9)]);
    const found: number[] = [];
    for await (const { value } of records.list('a')) found.push(value);
    expect(found).toEqual([7, 8]);
    expect(await codeOf(records.delete('a/1', { expect: [{ key: 'a/1', version: '0' }] }))).toBe(
      'STORE_CONFLICT',
    );
    await records.delete('a/1');
    expect(await records.get('a/1')).toBeUndefined();
  });

  it('says which value its codec refuses, and nothing of the value', async () => {
    const store = createMemoryStore();
    await store.commit([{ type: 'put', key: 'a', value: encodeUtf8('secret') }]);
    const records = numbers(store);
    const listing = (await rejectionOf(records.list('').next())) as Error;
    expect(listing).toMatchObject({ code: 'STORE_LIST_INCOMPLETE', context: { key: 'a', count: 1 } });
    const errors = [
      await rejectionOf(records.get('a')),
      await rejectionOf(records.update('a', plusOne)),
      listing.cause,
    ];
    for (const error of errors as Error[]) {
      expect(error).toMatchObject({ code: 'STORE_BAD_RECORD', context: { key: 'a' } });
      expect(error.cause).toBeUndefined();
      expect(`${error.stack}${JSON.stringify(error)}`).not.toContain('secret');
    }
  });

  it('lists what its codec can read, and says at the end how much neither it nor the store could', async () => {
    const store = createMemoryStore();
    const records = numbers(store);
    await store.commit(['b', 'd'].map((key) => ({ type: 'put', key, value: encodeUtf8('none') })));
    await store.commit([records.putOperation('a', 1), records.putOperation('c', 3)]);
    const rotten = new SessionStoreError('STORE_LIST_INCOMPLETE', { key: 'aa', count: 2 });
    const half: DurableStore = {
      ...store,
      list: (...given) => {
        const entries = store.list(...given);
        const next = async () => {
          const result = await entries.next();
          if (result.done) throw rotten;
          return result;
        };
        return { ...entries, next };
      },
    };
    for (const [from, context] of [
      [store, { key: 'b', count: 2 }],
      [half, { key: 'aa', count: 4 }],
    ] as const) {
      const listing = numbers(from).list('');
      const together = await Promise.allSettled([1, 2, 3, 4].map(() => listing.next()));
      expect(together).toMatchObject([
        { value: { value: { key: 'a', value: 1 } } },
        { value: { value: { key: 'c', value: 3 } } },
        { reason: { code: 'STORE_LIST_INCOMPLETE', context } },
        { value: { done: true } },
      ]);
    }
    const failing = { ...half, list: () => ({ ...half.list(''), next: failAfter(half.list(''), 2) }) };
    const failed = numbers(failing).list('');
    await failed.next();
    expect(await codeOf(failed.next())).toBe('STORE_CLOSED');
    expect((await failed.next()).done).toBe(true);
    const left = numbers(half).list('');
    await left.next();
    await left.return?.();
    expect((await left.next()).done).toBe(true);
  });

  it('keeps a coded error of the codec as the cause', async () => {
    const store = createMemoryStore();
    await store.commit([{ type: 'put', key: 'a', value: Uint8Array.of(0xff) }]);
    expect(await rejectionOf(numbers(store).get('a'))).toMatchObject({
      cause: { code: 'PRIMITIVES_BAD_UTF8' },
    });
  });

  describe('update', () => {
    it('makes, changes and deletes', async () => {
      const records = numbers(createMemoryStore());
      const made = await records.update('a', plusOne);
      expect(made).toEqual({ key: 'a', value: 1, version: (await records.get('a'))?.version });
      expect((await records.update('a', async (count) => plusOne(count)))?.value).toBe(2);
      expect(await records.update('a', () => undefined)).toBeUndefined();
      expect(await records.get('a')).toBeUndefined();
    });

    it('writes nothing when nothing changes, and sees a change within the value', async () => {
      const store = createFaultyStore(createMemoryStore(), () => undefined);
      const lists = recordStore(store, LISTS);
      await lists.put('a', ['x']);
      const before = await lists.get('a');
      const commits = () => store.calls.filter(({ method }) => method === 'commit').length;
      expect(await lists.update('a', (list) => list)).toEqual(before);
      expect(await lists.update('b', () => undefined)).toBeUndefined();
      expect(commits()).toBe(1);
      const changed = await lists.update('a', (list) => {
        list?.push('y');
        return list;
      });
      expect(changed?.value).toEqual(['x', 'y']);
      expect((await lists.get('a'))?.value).toEqual(['x', 'y']);
    });

    it('[O8] loses none of many updates at the same time, through one record store and through several', async () => {
      const clock = new ManualClock();
      const store = createMemoryStore();
      const one = numbers(store, clock);
      await Promise.all(Array.from({ length: 100 }, () => one.update('a', plusOne)));
      expect((await one.get('a'))?.value).toBe(100);
      const several = Array.from({ length: 5 }, (_, seed) =>
        recordStore(store, NUMBERS, { clock, random: predictableRandomForTestingOnly(seed) }),
      );
      await passing(clock, Promise.all(several.map((records) => records.update('a', plusOne))));
      expect((await one.get('a'))?.value).toBe(105);
      expect(clock.pending).toBe(0);
    });

    it('begins anew on a conflict, with what is there then', async () => {
      const [store, clock] = [createMemoryStore(), new ManualClock()];
      const seen: (number | undefined)[] = [];
      const updating = numbers(store, clock).update('a', async (count) => {
        seen.push(count);
        // Somebody else is faster, twice.
        if (seen.length < 3) await numbers(store).put('a', seen.length * 10);
        return plusOne(count);
      });
      expect((await passing(clock, updating))?.value).toBe(21);
      expect(seen).toEqual([undefined, 10, 20]);
    });

    it('gives up when others are always faster', async () => {
      const [store, clock] = [createMemoryStore(), new ManualClock()];
      let attempts = 0;
      const updating = numbers(store, clock).update('a', async () => {
        attempts += 1;
        await numbers(store).put('a', attempts);
        return 0;
      });
      expect(await rejectionOf(passing(clock, updating))).toMatchObject({
        code: 'STORE_CONTENDED',
        context: { key: 'a', attempts: UPDATE_ATTEMPTS },
        retryable: true,
      });
      expect(attempts).toBe(UPDATE_ATTEMPTS);
      expect(clock.pending).toBe(0);
    });

    it('writes nothing if the change throws', async () => {
      const records = numbers(createMemoryStore());
      const failure = new Error('no');
      const refuse = () => {
        throw failure;
      };
      expect(await rejectionOf(records.update('a', refuse))).toBe(failure);
      expect(await records.get('a')).toBeUndefined();
      expect((await records.update('a', plusOne))?.value).toBe(1);
    });

    it('writes nothing that its codec could not read', async () => {
      const store = createMemoryStore();
      expect(await codeOf(numbers(store).update('a', () => -1))).toBe('STORE_BAD_RECORD');
      expect(await store.get('a')).toBeUndefined();
    });

    it('[S5.2] does not try again when nobody knows whether it is written', async () => {
      const store = createFaultyStore(createMemoryStore(), ({ method }) =>
        method === 'commit' ? 'lose answer' : undefined,
      );
      const records = numbers(store);
      expect(await codeOf(records.update('a', plusOne))).toBe('STORE_OUTCOME_UNKNOWN');
      expect((await records.get('a'))?.value).toBe(1);
    });

    it('[S5.2] [F2] is made or not made, wherever the process dies', async () => {
      const deaths = await crashEverywhere({
        create: () => createMemoryStore(),
        async run(store) {
          for (let turn = 0; turn < 3; turn++) await numbers(store).update('a', plusOne);
        },
        async check(store, crash) {
          const commits = Math.floor((crash?.call.number ?? 6) / 2);
          const isMade = crash?.fault === 'die after' && crash.call.method === 'commit';
          expect((await numbers(store).get('a'))?.value ?? 0).toBe(commits + (isMade ? 1 : 0));
        },
      });
      expect(deaths).toBe(12);
    });

    it('[F2] ends with its time and its signal, wherever it is', async () => {
      const inner = createMemoryStore();
      const clock = new ManualClock();
      const hanging = (method: string) =>
        createFaultyStore(inner, (call) => (call.method === method ? 'hang' : undefined), { clock });
      const hangingAfter = createFaultyStore(
        inner,
        ({ method }) => (method === 'commit' ? 'hang after' : undefined),
        { clock },
      );
      const never = () => new Promise<number>(() => {});
      for (const [store, change, code] of [
        [hanging('get'), plusOne, 'STORE_TIMED_OUT'],
        [inner, never, 'STORE_TIMED_OUT'],
        [hanging('commit'), plusOne, 'STORE_TIMED_OUT'],
        // The commit was under way: to say that nothing was written would be a lie.
        [hangingAfter, plusOne, 'STORE_OUTCOME_UNKNOWN'],
      ] as const) {
        const updating = codeOf(numbers(store, clock).update('a', change, { timeoutMs: 50 }));
        await settled();
        clock.advance(50);
        expect(await updating).toBe(code);
      }
      const controller = new AbortController();
      const cancelled = codeOf(numbers(inner, clock).update('a', never, { signal: controller.signal }));
      await settled();
      controller.abort();
      expect(await cancelled).toBe('STORE_CANCELLED');
      expect(clock.pending).toBe(0);
    });

    it('ends while it waits for its turn, and holds up nobody after it', async () => {
      const [store, clock] = [createMemoryStore(), new ManualClock()];
      const records = numbers(store, clock);
      let finish = (_count: number): void => {};
      const first = records.update(
        'a',
        () =>
          new Promise<number>((resolve) => {
            finish = resolve;
          }),
        { timeoutMs: Number.POSITIVE_INFINITY },
      );
      const second = codeOf(records.update('a', plusOne, { timeoutMs: 10 }));
      const third = records.update('a', plusOne, { timeoutMs: Number.POSITIVE_INFINITY });
      await settled();
      clock.advance(10);
      expect(await second).toBe('STORE_TIMED_OUT');
      finish(5);
      await first;
      expect((await third)?.value).toBe(6);
    });

    it('hands on what the store says', async () => {
      const failing = (method: string) =>
        createFaultyStore(createMemoryStore(), (call) => (call.method === method ? 'fail' : undefined));
      expect(await codeOf(numbers(failing('get')).update('a', plusOne))).toBe('STORE_IO_FAILED');
      expect(await codeOf(numbers(failing('commit')).update('a', plusOne))).toBe('STORE_IO_FAILED');
      const cancelled = new SessionStoreError('STORE_CANCELLED', { what: 'by the store itself' });
      const odd: DurableStore = { ...createMemoryStore(), get: () => Promise.reject(cancelled) };
      expect(await rejectionOf(numbers(odd).update('a', plusOne))).toBe(cancelled);
    });
  });
});
