import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { MAX_VALUE_BYTES, MAX_WAITING_BYTES, SHARED_IDLE_MS } from '../../src/constants.ts';
import { SessionStoreError } from '../../src/errors.ts';
import { createLevelCalls } from '../../src/level/level-calls.ts';
import { createLevelStore } from '../../src/level/level-store.ts';
import { createSharedCalls } from '../../src/level/shared-calls.ts';
import { decodeRevision } from '../../src/level/stored-value.ts';
import type { DurableStore, StoreOperation } from '../../src/store/durable-store.ts';
import { Lifecycle } from '../../src/store/lifecycle.ts';
import { storeConformance } from '../../src/testing.ts';
import { codeOf, rejectionOf } from '../outcome.ts';
import { type FakeDatabase, fakeDatabase } from './fake-database.ts';
import { pass, settled } from './settled.ts';

const TIMEOUT_MS = 1_000;
const put = (key: string, value = 1): StoreOperation => ({
  type: 'put',
  key,
  value: Uint8Array.of(value),
});

/** A folder whose database a test can open, hold back, and have held by somebody else. */
class Folder {
  readonly database: FakeDatabase = fakeDatabase();
  isTaken = false;
  opened = 0;
  closed = 0;
  problem: Error | undefined;
  readonly clock = new ManualClock();

  store(): DurableStore {
    const { clock } = this;
    const lifecycle = new Lifecycle();
    const onFailure = (because: string): void => lifecycle.refuse(because);
    const limits = { clock, timeoutMs: TIMEOUT_MS, onFailure };
    const calls = createSharedCalls({
      ...limits,
      random: predictableRandomForTestingOnly(1),
      open: async () => {
        if (this.problem !== undefined) throw this.problem;
        if (this.isTaken) throw new SessionStoreError('STORE_LOCKED', { location: 'folder' });
        this.isTaken = true;
        this.opened += 1;
        const kept = this.database.entries.get('meta/revision');
        const revision = kept === undefined ? 0n : decodeRevision(kept);
        const onClosed = (): void => {
          this.isTaken = false;
          this.closed += 1;
        };
        return createLevelCalls({
          ...limits,
          database: this.database,
          revision,
          location: 'folder',
          onClosed,
        });
      },
    });
    return createLevelStore({ calls, lifecycle, clock, timeoutMs: TIMEOUT_MS });
  }
}

describe('createSharedCalls', () => {
  for (const { name, run } of storeConformance) it(name, () => run(() => new Folder().store()));

  it('opens the database for calls in one go, and lets go of it after them', async () => {
    const folder = new Folder();
    const { clock } = folder;
    const store = folder.store();
    await Promise.all([store.commit([put('a')]), store.commit([put('b')])]);
    for await (const { key } of store.list('')) expect(await store.get(key)).toBeDefined();
    expect([folder.opened, folder.closed]).toEqual([1, 0]);
    await pass(clock, SHARED_IDLE_MS);
    expect([folder.opened, folder.closed]).toEqual([1, 1]);
    expect((await store.get('b'))?.version).toBe('2');
    await store.close();
    expect([folder.opened, folder.closed, clock.pending]).toEqual([2, 2, 0]);
  });

  it('[S5.2] gives no version twice, and minds what others have written in between', async () => {
    const folder = new Folder();
    const [one, other] = [folder.store(), folder.store()];
    const versions: string[] = [];
    for (const store of [one, other, one, other]) {
      const seen = await store.get('a');
      versions.push(await store.commit([put('a')], { expect: [{ key: 'a', version: seen?.version }] }));
      await pass(folder.clock, SHARED_IDLE_MS);
    }
    expect(versions).toEqual(['1', '2', '3', '4']);
    const late = one.commit([put('a')], { expect: [{ key: 'a', version: '3' }] });
    expect(await codeOf(late)).toBe('STORE_CONFLICT');
    await Promise.all([one.close(), other.close()]);
  });

  it('says that somebody else has the folder when the time is over, and has written nothing', async () => {
    const folder = new Folder();
    const { clock } = folder;
    const store = folder.store();
    folder.isTaken = true;
    const calls = [store.get('a'), store.list('').next(), store.commit([put('a')])].map(codeOf);
    const short = codeOf(store.commit([put('a')], { timeoutMs: 10 }));
    await pass(clock, 10);
    expect(await short).toBe('STORE_LOCKED');
    await pass(clock, TIMEOUT_MS);
    expect(await Promise.all(calls)).toEqual(['STORE_LOCKED', 'STORE_LOCKED', 'STORE_LOCKED']);
    await pass(clock, TIMEOUT_MS);
    expect(clock.pending).toBe(0);
    folder.isTaken = false;
    expect(await store.get('a')).toBeUndefined();
    await store.close();
  });

  it('waits for its turn as long as it may, and takes the bytes of when it was called', async () => {
    const folder = new Folder();
    const store = folder.store();
    folder.isTaken = true;
    const value = Uint8Array.of(1);
    const commit = store.commit([{ type: 'put', key: 'a', value }], { timeoutMs: Number.POSITIVE_INFINITY });
    value[0] = 2;
    await pass(folder.clock, 3 * TIMEOUT_MS);
    folder.isTaken = false;
    await pass(folder.clock, 200);
    await commit;
    expect((await store.get('a'))?.value).toEqual(Uint8Array.of(1));
    await store.close();
  });

  it('gives up waiting when its signal comes', async () => {
    const folder = new Folder();
    const store = folder.store();
    folder.isTaken = true;
    const abort = new AbortController();
    const call = store.commit([put('a')], { signal: abort.signal });
    await settled();
    abort.abort();
    expect(await codeOf(call)).toBe('STORE_CANCELLED');
    await store.close();
    expect(folder.clock.pending).toBe(0);
  });

  it('tells a slow database from a folder that somebody else has', async () => {
    const folder = new Folder();
    const { clock, database } = folder;
    const store = folder.store();
    database.hold('get');
    database.hold('batch');
    const calls = [codeOf(store.get('a')), rejectionOf(store.commit([put('a')]))];
    await pass(clock, TIMEOUT_MS);
    expect(await calls[0]).toBe('STORE_TIMED_OUT');
    expect(await calls[1]).toMatchObject({ code: 'STORE_OUTCOME_UNKNOWN' });
    database.release('get');
    database.release('batch');
    await store.close();
    expect(folder.isTaken).toBe(false);
  });

  it('opens it again after a failure to open, and is over after a failure to write', async () => {
    const folder = new Folder();
    const store = folder.store();
    folder.problem = new SessionStoreError('STORE_IO_FAILED', { what: 'opening', reason: 'EMFILE' });
    expect(await codeOf(store.get('a'))).toBe('STORE_IO_FAILED');
    folder.problem = undefined;
    expect(await store.get('a')).toBeUndefined();
    folder.database.hold('batch');
    const commit = codeOf(store.commit([put('a')]));
    await settled();
    folder.database.release('batch', new Error('IO error: Input/output error'));
    expect(await commit).toBe('STORE_OUTCOME_UNKNOWN');
    expect(await rejectionOf(store.get('a'))).toMatchObject({
      code: 'STORE_CLOSED',
      context: { because: 'STORE_IO_FAILED' },
    });
    await store.close();
    expect(folder.isTaken).toBe(false);
  });

  it('is over when the database cannot be closed', async () => {
    const folder = new Folder();
    const store = folder.store();
    await store.get('a');
    folder.database.hold('close');
    await pass(folder.clock, SHARED_IDLE_MS);
    folder.database.release('close', new Error('Input/output error'));
    await settled();
    expect(await codeOf(store.get('a'))).toBe('STORE_CLOSED');
    await store.close();
  });

  it('lets no more wait than there is room for', async () => {
    const folder = new Folder();
    const store = folder.store();
    folder.isTaken = true;
    const value = new Uint8Array(MAX_VALUE_BYTES);
    const codes: (string | undefined)[] = [];
    const calls = Array.from({ length: MAX_WAITING_BYTES / MAX_VALUE_BYTES }, async (_, at) => {
      codes[at] = await codeOf(store.commit([{ type: 'put', key: 'a', value }]));
    });
    await settled();
    expect(codes.filter((code) => code === 'STORE_BUSY')).toHaveLength(1);
    await pass(folder.clock, TIMEOUT_MS);
    await Promise.all(calls);
    expect(new Set(codes)).toEqual(new Set(['STORE_BUSY', 'STORE_LOCKED']));
    await pass(folder.clock, TIMEOUT_MS);
    folder.isTaken = false;
    await store.commit([put('a')]);
    await store.close();
  });
});
