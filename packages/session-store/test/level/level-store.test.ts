import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { MAX_VALUE_BYTES, MAX_WAITING_BYTES } from '../../src/constants.ts';
import { createLevelCalls } from '../../src/level/level-calls.ts';
import { createLevelStore } from '../../src/level/level-store.ts';
import { encodeRevision } from '../../src/level/stored-value.ts';
import type { DurableStore, StoreOperation } from '../../src/store/durable-store.ts';
import { Lifecycle } from '../../src/store/lifecycle.ts';
import { storeConformance } from '../../src/testing.ts';
import { codeOf, rejectionOf } from '../outcome.ts';
import { type FakeDatabase, fakeDatabase } from './fake-database.ts';

const TIMEOUT_MS = 100;
const NO_ROOM = Object.assign(new Error('IO error: 000003.log: No space left on device'), {
  code: 'LEVEL_IO_ERROR',
});
const BROKEN = Object.assign(new Error('IO error: 000003.log: Input/output error'), {
  code: 'LEVEL_IO_ERROR',
});

function put(key: string, value = 1): StoreOperation {
  return { type: 'put', key, value: Uint8Array.of(value) };
}

function open(revision = 0n): { store: DurableStore; database: FakeDatabase; clock: ManualClock } {
  const [database, clock] = [fakeDatabase(), new ManualClock()];
  const lifecycle = new Lifecycle();
  const calls = createLevelCalls({
    database,
    onClosed() {
      if (!database.isClosed) throw new Error('it is not closed');
    },
    revision,
    location: 'folder',
    clock,
    timeoutMs: TIMEOUT_MS,
    onFailure: (because) => lifecycle.refuse(because),
  });
  const store = createLevelStore({ calls, lifecycle, clock, timeoutMs: TIMEOUT_MS });
  return { store, database, clock };
}

/** Everything that is not held back has happened. */
async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

describe('createLevelStore', () => {
  for (const { name, run } of storeConformance) it(name, () => run(() => open().store));

  it('[S5.2] writes every commit out to the disk before it resolves, with its number in the same batch', async () => {
    const { store, database } = open(41n);
    database.hold('batch');
    let version: string | undefined;
    const committing = store.commit([put('a')]).then((given) => {
      version = given;
    });
    await settled();
    expect(version).toBeUndefined();
    expect(database.batches).toMatchObject([
      {
        options: { sync: true },
        operations: [{ key: 'data/a' }, { key: 'meta/revision', value: encodeRevision(42n) }],
      },
    ]);
    expect(await store.get('a')).toBeUndefined();
    database.release('batch');
    await committing;
    expect(version).toBe('42');
  });

  it('writes what waits for the disk in one batch, each commit on what the ones before leave', async () => {
    const { store, database } = open();
    database.hold('batch');
    const first = store.commit([put('a', 1)]);
    await settled();
    const outcomes = Promise.all([
      store.commit([put('a', 2)], { expect: [{ key: 'a', version: '1' }] }),
      codeOf(store.commit([put('a', 3)], { expect: [{ key: 'a', version: '1' }] })),
      store.commit([{ type: 'delete', key: 'a' }, put('b', 4)]),
      store.commit([put('a', 5)], { expect: [{ key: 'a', version: undefined }] }),
    ]);
    await settled();
    expect(database.batches).toHaveLength(1);
    database.release('batch');
    expect(await first).toBe('1');
    expect(await outcomes).toEqual(['2', 'STORE_CONFLICT', '3', '4']);
    expect(database.batches).toHaveLength(2);
    expect((await store.get('a'))?.value).toEqual(Uint8Array.of(5));
  });

  it('does not write at all for a commit that conflicts', async () => {
    const { store, database } = open();
    expect(await codeOf(store.commit([put('a')], { expect: [{ key: 'a', version: '1' }] }))).toBe(
      'STORE_CONFLICT',
    );
    expect(database.batches).toEqual([]);
  });

  it('bounds what is written together', async () => {
    const { store, database } = open();
    const large = (key: string): StoreOperation => ({
      type: 'put',
      key,
      value: new Uint8Array(MAX_VALUE_BYTES),
    });
    await Promise.all(['a', 'b', 'c', 'd', 'e'].map((key) => store.commit([large(key)])));
    expect(database.batches.map(({ operations }) => operations.length)).toEqual([4, 3]);
  });

  it('refuses commits when too much is waiting, and takes them again later', async () => {
    const { store, database, clock } = open();
    database.hold('batch');
    const waiting = [store.commit([put('first')])];
    await settled();
    const value = new Uint8Array(MAX_VALUE_BYTES);
    const large = () => store.commit([{ type: 'put', key: 'a', value }], { timeoutMs: 10 });
    const codes: Promise<string | undefined>[] = [];
    for (let bytes = 0; bytes + MAX_VALUE_BYTES + 1 <= MAX_WAITING_BYTES; bytes += MAX_VALUE_BYTES + 1) {
      codes.push(codeOf(large()));
    }
    expect(await rejectionOf(large())).toMatchObject({ code: 'STORE_BUSY', retryable: true });
    clock.advance(10);
    expect(new Set(await Promise.all(codes))).toEqual(new Set(['STORE_TIMED_OUT']));
    waiting.push(large());
    database.release('batch');
    await Promise.all(waiting);
    expect(database.batches).toHaveLength(2);
  });

  it('[F2] takes a commit that waits out of the queue when its time or its signal comes: nothing is written', async () => {
    const { store, database, clock } = open();
    database.hold('batch');
    const first = store.commit([put('a')], { timeoutMs: Number.POSITIVE_INFINITY });
    await settled();
    const controller = new AbortController();
    const late = codeOf(store.commit([put('b')]));
    const unwanted = codeOf(store.commit([put('c')], { signal: controller.signal }));
    controller.abort();
    expect(await unwanted).toBe('STORE_CANCELLED');
    clock.advance(TIMEOUT_MS);
    expect(await late).toBe('STORE_TIMED_OUT');
    database.release('batch');
    await first;
    await settled();
    expect([...database.entries.keys()]).toEqual(['data/a', 'meta/revision']);
  });

  it('[F2] says that the outcome is unknown when time or signal come while it is being written', async () => {
    const { store, database, clock } = open();
    database.hold('batch');
    const controller = new AbortController();
    const unwanted = rejectionOf(store.commit([put('a')], { signal: controller.signal }));
    const late = rejectionOf(store.commit([put('b')]));
    await settled();
    controller.abort();
    clock.advance(TIMEOUT_MS);
    expect(await unwanted).toMatchObject({
      code: 'STORE_OUTCOME_UNKNOWN',
      context: { because: 'cancelled' },
    });
    expect(await late).toMatchObject({
      code: 'STORE_OUTCOME_UNKNOWN',
      context: { because: 'no answer in 100 ms' },
      retryable: false,
    });
    database.release('batch');
    await settled();
    // It was written after all, and the store is as good as before.
    await store.commit([put('a', 2)], { expect: [{ key: 'a', version: '1' }] });
    expect(clock.pending).toBe(0);
  });

  it.each([
    [NO_ROOM, 'STORE_FULL'],
    [BROKEN, 'STORE_IO_FAILED'],
    ['no error at all', 'STORE_IO_FAILED'],
  ])('[S5.2] closes itself when writing fails: %s', async (failure, code) => {
    const { store, database } = open();
    database.hold('batch');
    const underWay = [rejectionOf(store.commit([put('a')])), rejectionOf(store.commit([put('b')]))];
    await settled();
    const waiting = rejectionOf(store.commit([put('c')]));
    database.release('batch', failure);
    for (const outcome of await Promise.all(underWay)) {
      expect(outcome).toMatchObject({
        code: 'STORE_OUTCOME_UNKNOWN',
        context: { because: code },
        cause: { code, context: { what: 'writing a commit' } },
      });
    }
    expect(await waiting).toMatchObject({ code: 'STORE_CLOSED', context: { because: code } });
    expect(await codeOf(store.get('a'))).toBe('STORE_CLOSED');
    expect(await codeOf(store.list('').next())).toBe('STORE_CLOSED');
    expect(await codeOf(store.commit([put('d')]))).toBe('STORE_CLOSED');
    expect(database.batches).toHaveLength(1);
    await store.close();
    expect(database.isClosed).toBe(true);
  });

  it('goes on after reading before a commit has failed: nothing was written', async () => {
    const { store, database } = open();
    database.hold('getMany');
    const failing = rejectionOf(store.commit([put('a')], { expect: [{ key: 'a', version: undefined }] }));
    await settled();
    database.release('getMany', BROKEN);
    expect(await failing).toMatchObject({ code: 'STORE_IO_FAILED', context: { reason: 'LEVEL_IO_ERROR' } });
    await store.commit([put('a')], { expect: [{ key: 'a', version: undefined }] });
  });

  it('gives up reading on time-out and signal, and translates what fails', async () => {
    const { store, database, clock } = open();
    database.hold('get');
    const controller = new AbortController();
    const late = rejectionOf(store.get('a'));
    const patient = store.get('a', { timeoutMs: Number.POSITIVE_INFINITY });
    const unwanted = codeOf(store.get('a', { signal: controller.signal }));
    controller.abort();
    clock.advance(TIMEOUT_MS);
    expect(await unwanted).toBe('STORE_CANCELLED');
    expect(await late).toMatchObject({
      code: 'STORE_TIMED_OUT',
      context: { what: 'reading', afterMs: TIMEOUT_MS },
    });
    database.release('get');
    expect(await patient).toBeUndefined();
    database.hold('get');
    const failing = rejectionOf(store.get('a'));
    database.release('get', BROKEN);
    expect(await failing).toMatchObject({ code: 'STORE_IO_FAILED', retryable: true });
  });

  it('gives up waiting for the end of closing, which goes on', async () => {
    const { store, database, clock } = open();
    database.hold('close');
    const closing = codeOf(store.close());
    const unwanted = codeOf(store.close({ signal: AbortSignal.abort() }));
    await settled();
    clock.advance(TIMEOUT_MS);
    expect(await closing).toBe('STORE_TIMED_OUT');
    expect(await unwanted).toBe('STORE_CANCELLED');
    expect(await codeOf(store.get('a'))).toBe('STORE_CLOSED');
    const again = store.close();
    database.release('close');
    await again;
    expect(database.isClosed).toBe(true);
  });

  it('says so when closing fails', async () => {
    const { store, database } = open();
    database.hold('close');
    const closing = rejectionOf(store.close());
    await settled();
    database.release('close', BROKEN);
    expect(await closing).toMatchObject({ code: 'STORE_IO_FAILED', context: { what: 'closing' } });
  });
});
