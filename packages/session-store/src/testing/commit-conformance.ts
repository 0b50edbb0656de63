import { hasCode } from '../errors.ts';
import type { DurableStore, StoreVersion } from '../store/durable-store.ts';
import { type ConformanceCheck, demand, demandRefused, rejectionOf } from './conformance-check.ts';
import { bytes, demandNothing, demandValue, listed, put, remove, storeCheck } from './store-probe.ts';

const WRITERS = 16;
const ROUNDS = 4;

async function versionOf(store: DurableStore, key: string): Promise<StoreVersion | undefined> {
  return (await store.get(key))?.version;
}

/** Adds one to the number under the key, as often as it takes. */
async function increment(store: DurableStore, key: string): Promise<void> {
  for (;;) {
    const seen = await store.get(key);
    const value = Uint8Array.of((seen?.value[0] ?? 0) + 1);
    const refused = await rejectionOf(
      store.commit([{ type: 'put', key, value }], { expect: [{ key, version: seen?.version }] }),
    );
    if (refused === undefined) return;
    demand(hasCode(refused, 'STORE_CONFLICT'), `a lost race is a conflict, not ${refused}`);
  }
}

/** What a store owes for commits: all or nothing, only on the condition named, one after the other. */
export const commitConformance: readonly ConformanceCheck<DurableStore>[] = [
  storeCheck('gives every entry of a commit the version that commit returns', async (store) => {
    const version = await store.commit([put('a', 1), put('b', 2)]);
    demand(typeof version === 'string' && version.length > 0 && version.length <= 64, 'a version is a text');
    for (const entry of await listed(store)) demand(entry.version === version, 'the list shows the version');
    demand((await versionOf(store, 'a')) === version, 'get shows the version');
  }),
  storeCheck('writes on an expectation that holds, and only then', async (store) => {
    const first = await store.commit([put('a', 1)], { expect: [{ key: 'a', version: undefined }] });
    const absent = [{ key: 'a', version: undefined }];
    await demandRefused(store.commit([put('a', 2)], { expect: absent }), 'STORE_CONFLICT', 'creating again');
    const second = await store.commit([put('a', 3)], { expect: [{ key: 'a', version: first }] });
    const old = [{ key: 'a', version: first }];
    await demandRefused(store.commit([put('a', 4)], { expect: old }), 'STORE_CONFLICT', 'an old version');
    await demandRefused(
      store.commit([remove('a')], { expect: old }),
      'STORE_CONFLICT',
      'deleting an old version',
    );
    await demandValue(store, 'a', bytes(3), 'conflicts changed nothing');
    await store.commit([remove('a')], { expect: [{ key: 'a', version: second }] });
    await demandRefused(
      store.commit([put('a', 5)], { expect: [{ key: 'a', version: second }] }),
      'STORE_CONFLICT',
      'a version that is gone',
    );
    await demandNothing(store, 'a', 'it stays deleted');
  }),
  storeCheck('names the first expectation that does not hold', async (store) => {
    const version = await store.commit([put('a', 1), put('c', 1)]);
    const expect = ['a', 'b', 'c'].map((key) => ({ key, version: key === 'a' ? version : undefined }));
    const refused = store.commit([put('d', 1)], { expect });
    const { context } = await demandRefused(refused, 'STORE_CONFLICT', 'a commit with a wrong expectation');
    demand((context as { key?: unknown }).key === 'c', 'the conflict names c');
  }),
  storeCheck('minds expectations about keys that the commit does not write', async (store) => {
    const version = await store.commit([put('guard', 1)]);
    const expect = [{ key: 'guard', version }];
    await store.commit([put('a', 1)], { expect });
    await store.commit([], { expect });
    await store.commit([put('guard', 2)]);
    await demandRefused(store.commit([put('a', 2)], { expect }), 'STORE_CONFLICT', 'a guard that moved');
    await demandRefused(store.commit([], { expect }), 'STORE_CONFLICT', 'looking at a guard that moved');
    await demandValue(store, 'a', bytes(1), 'nothing was written');
  }),
  storeCheck('makes all changes of a commit or none', async (store) => {
    await store.commit([put('a', 1), put('b', 1)]);
    const expect = [{ key: 'b', version: undefined }];
    const mixed = [put('a', 2), remove('b'), put('c', 2)];
    await demandRefused(
      store.commit(mixed, { expect }),
      'STORE_CONFLICT',
      'a commit with one wrong expectation',
    );
    await demandValue(store, 'a', bytes(1), 'a is as before');
    await demandValue(store, 'b', bytes(1), 'b is as before');
    await demandNothing(store, 'c', 'c was not made');
    await store.commit(mixed);
    await demandValue(store, 'a', bytes(2), 'a is changed');
    await demandNothing(store, 'b', 'b is gone');
    await demandValue(store, 'c', bytes(2), 'c is there');
  }),
  storeCheck('never gives a version twice, not to equal bytes and not after deletion', async (store) => {
    const versions: (StoreVersion | undefined)[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      versions.push(await store.commit([put('a', 1)]), await store.commit([put('a', 1)]));
      await store.commit([remove('a')]);
    }
    versions.push(await store.commit([put('a', 1)]));
    demand(new Set(versions).size === versions.length, 'all versions differ');
    for (const version of versions.slice(0, -1)) {
      const expect = [{ key: 'a', version }];
      await demandRefused(store.commit([put('a', 2)], { expect }), 'STORE_CONFLICT', 'what once stood there');
    }
    await demandValue(store, 'a', bytes(1), 'it is untouched');
  }),
  storeCheck('lets exactly one of many create an entry', async (store) => {
    const expect = [{ key: 'a', version: undefined }];
    const outcomes = await Promise.allSettled(
      Array.from({ length: WRITERS }, (_, at) => store.commit([put('a', at)], { expect })),
    );
    const winners = outcomes.flatMap(({ status }, at) => (status === 'fulfilled' ? [at] : []));
    demand(winners.length === 1, `one creates it, not ${winners.length}`);
    await demandValue(store, 'a', bytes(winners[0] as number), 'the one that was told so');
  }),
  storeCheck('loses no increment of many at the same time', async (store) => {
    await Promise.all(
      Array.from({ length: WRITERS }, async () => {
        for (let round = 0; round < ROUNDS; round++) await increment(store, 'count');
      }),
    );
    await demandValue(store, 'count', Uint8Array.of(WRITERS * ROUNDS), 'every increment counts');
  }),
  storeCheck('lets one of two pass that each rely on what the other changes', async (store) => {
    const version = await store.commit([put('a', 1), put('b', 1)]);
    const outcomes = await Promise.allSettled([
      store.commit([put('a', 2)], { expect: [{ key: 'b', version }] }),
      store.commit([put('b', 2)], { expect: [{ key: 'a', version }] }),
    ]);
    const passed = outcomes.filter(({ status }) => status === 'fulfilled').length;
    demand(passed === 1, `one of them passes, not ${passed}`);
  }),
  storeCheck('keeps the order in which one caller commits', async (store) => {
    const commits = Array.from({ length: WRITERS }, (_, at) => store.commit([put('a', at)]));
    const versions = await Promise.all(commits);
    const { version } = await demandValue(store, 'a', bytes(WRITERS - 1), 'the last one stays');
    demand(version === versions.at(-1), 'with its version');
  }),
];
