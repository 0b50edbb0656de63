import type { CancelSignal } from '@pubky-paykit/primitives';
import type { DurableStore } from '../store/durable-store.ts';
import { type ConformanceCheck, demand, demandRefused } from './conformance-check.ts';
import { bytes, demandNothing, demandValue, keysOf, put, remove, storeCheck } from './store-probe.ts';

const COMMITS = 20;

const ABORTED: CancelSignal = { aborted: true, addEventListener() {}, removeEventListener() {} };

/** What a store owes for the ends of calls and its own. */
export const lifecycleConformance: readonly ConformanceCheck<DurableStore>[] = [
  storeCheck('does nothing for a signal that is aborted', async (store) => {
    await store.commit([put('a', 1)]);
    const signal = ABORTED;
    await demandRefused(store.get('a', { signal }), 'STORE_CANCELLED', 'reading');
    await demandRefused(store.list('', { signal }).next(), 'STORE_CANCELLED', 'listing');
    await demandRefused(store.commit([put('a', 2), put('b', 2)], { signal }), 'STORE_CANCELLED', 'a commit');
    await demandValue(store, 'a', bytes(1), 'nothing was changed');
    await demandNothing(store, 'b', 'nothing was made');
  }),
  storeCheck('refuses everything once it is closed, and can be closed again', async (store) => {
    await store.commit([put('a', 1), put('b', 1)]);
    const iterator = store.list('', { pageSize: 1 });
    await iterator.next();
    await store.close();
    await demandRefused(store.get('a'), 'STORE_CLOSED', 'reading');
    await demandRefused(store.list('').next(), 'STORE_CLOSED', 'listing');
    await demandRefused(iterator.next(), 'STORE_CLOSED', 'listing on');
    await demandRefused(store.commit([put('a', 2)]), 'STORE_CLOSED', 'a commit');
    await store.close();
  }),
  storeCheck('finishes what is under way before it is closed', async (store) => {
    const outcomes: string[] = [];
    const calls = [
      ...Array.from({ length: COMMITS }, (_, at) => store.commit([put(`k/${at}`, at)])),
      store.get('k/0'),
      store.list('').next(),
    ].map((call) =>
      call.then(
        () => outcomes.push('done'),
        (error: { code?: unknown }) => outcomes.push(`${error.code}`),
      ),
    );
    const closing = Promise.all([store.close(), store.close()]);
    await demandRefused(store.get('k/0'), 'STORE_CLOSED', 'reading while it closes');
    await closing;
    const settled = outcomes.length;
    await Promise.all(calls);
    demand(settled === calls.length, `all ${calls.length} calls are over when it is closed, not ${settled}`);
    demand(
      outcomes.every((outcome) => outcome === 'done'),
      `all are done: ${outcomes.join(' ')}`,
    );
  }),
];

/** A place where a store lives longer than the process that opens it. */
export interface StorePlace {
  /** Opens the store of this place; the one before is closed then. */
  open(): Promise<DurableStore>;
}

function placeCheck(name: string, work: (place: StorePlace) => Promise<void>): ConformanceCheck<StorePlace> {
  return { name, run: async (create) => work(await create()) };
}

/**
 * What a store owes that outlives its process; run it on every adapter but memory, beside `storeConformance`.
 *
 * @example
 * ```ts
 * import { mkdtemp } from 'node:fs/promises';
 * import { openLevelStore } from '@pubky-paykit/session-store/level';
 * import { storeReopenConformance } from '@pubky-paykit/session-store/testing';
 * for (const { run } of storeReopenConformance) {
 *   const location = await mkdtemp('store-');
 *   await run(() => ({ open: () => openLevelStore({ location }) }));
 * }
 * ```
 */
export const storeReopenConformance: readonly ConformanceCheck<StorePlace>[] = [
  placeCheck('has everything after it was closed and opened, with its versions', async (place) => {
    let store = await place.open();
    const version = await store.commit([put('a', 1), put('b', 2, 100_000), put('c', 3)]);
    await store.commit([remove('c')]);
    for (let turn = 0; turn < 2; turn++) {
      await store.close();
      store = await place.open();
      for (const [key, value] of [
        ['a', bytes(1)],
        ['b', bytes(2, 100_000)],
      ] as const) {
        const entry = await demandValue(store, key, value, `${key} is still there`);
        demand(entry.version === version, `${key} has its version`);
      }
      await demandNothing(store, 'c', 'what was deleted stays so');
    }
    await store.commit([put('a', 4)], { expect: [{ key: 'a', version }] });
    await store.close();
  }),
  placeCheck('never gives a version twice, after it was opened again neither', async (place) => {
    const versions: string[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const store = await place.open();
      versions.push(await store.commit([put('a', 1)]), await store.commit([]));
      versions.push(await store.commit([remove('a')]));
      await store.close();
    }
    demand(new Set(versions).size === versions.length, 'all versions differ');
  }),
  placeCheck('has every commit that was under way when it was closed', async (place) => {
    let store = await place.open();
    const keys = Array.from({ length: COMMITS }, (_, at) => `k/${at}`);
    const commits = Promise.all(keys.map((key, at) => store.commit([put(key, at)])));
    await store.close();
    await commits;
    store = await place.open();
    demand((await keysOf(store)).length === COMMITS, 'all of them are there');
    await store.close();
  }),
];
