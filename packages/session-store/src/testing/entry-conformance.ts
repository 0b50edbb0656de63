import { equalBytes } from '@pubky-paykit/primitives';
import { MAX_COMMIT_OPERATIONS, MAX_VALUE_BYTES } from '../constants.ts';
import type { DurableStore, StoreOperation } from '../store/durable-store.ts';
import { type ConformanceCheck, demand, demandRefused, rejectionOf } from './conformance-check.ts';
import {
  bytes,
  demandKeys,
  demandNothing,
  demandValue,
  keysOf,
  listed,
  put,
  remove,
  storeCheck,
} from './store-probe.ts';

/** Keys that a store may mistake for something else: members of objects, one another, its own. */
const AWKWARD_KEYS: readonly string[] = [
  ...['__proto__', 'constructor', 'toString', 'meta', 'meta/format', 'data', 'data/data', '0', '-', '_', '~'],
  ...['peer', 'Peer', 'PEER', 'peer/1', 'peer/10', 'peer-1', 'peer~2f1', 'peer/1/2', 'null', 'undefined'],
  ...['x'.repeat(255), `${'x'.repeat(254)}y`],
];

const BAD_KEYS: readonly string[] = [
  ...['', '/', '/a', 'a/', 'a//b', '.', '..', 'a.b', 'a b', 'a\n', 'a\u0000', 'é', 'a:b', 'a*', 'a%', 'a\\b'],
  ...['x'.repeat(256), `${'x'.repeat(255)}/${'x'.repeat(255)}/x`, '\ud800', 'a'.repeat(100_000)],
];

/** What no error may show. */
const TELLTALE = 'telltale';

/** Every call that takes a key, with its name. */
const CALLS: readonly (readonly [string, (store: DurableStore, key: string) => Promise<unknown>])[] = [
  ['reading', (store, key) => store.get(key)],
  ['listing behind', (store, key) => store.list('', { after: key }).next()],
  ['writing', (store, key) => store.commit([put(key, 1)])],
  ['deleting', (store, key) => store.commit([remove(key)])],
  ['expecting', (store, key) => store.commit([], { expect: [{ key, version: undefined }] })],
];

/** What a store owes for single entries. */
export const entryConformance: readonly ConformanceCheck<DurableStore>[] = [
  storeCheck('is empty at first, and deleting what is not there is fine', async (store) => {
    await demandNothing(store, 'a', 'there is nothing under a key');
    demand((await listed(store)).length === 0, 'there is nothing to list');
    await store.commit([remove('a')]);
    demand((await listed(store)).length === 0, 'there is still nothing');
  }),
  storeCheck('keeps what was put, replaces it and deletes it', async (store) => {
    await store.commit([put('a', 1)]);
    await demandValue(store, 'a', bytes(1), 'the first value is there');
    await store.commit([put('a', 2, 5)]);
    await demandValue(store, 'a', bytes(2, 5), 'the second value replaces it');
    await store.commit([remove('a')]);
    await demandNothing(store, 'a', 'the value is gone');
    demand((await listed(store)).length === 0, 'the list is empty again');
  }),
  storeCheck('keeps values of every length and every byte', async (store) => {
    for (const length of [0, 1, 255, 256, 65_536, MAX_VALUE_BYTES]) {
      const key = `length-${length}`;
      await store.commit([put(key, length, length)]);
      await demandValue(store, key, bytes(length, length), `${length} bytes come back`);
    }
  }),
  storeCheck('keeps keys apart, whatever they are', async (store) => {
    for (const [at, key] of AWKWARD_KEYS.entries()) {
      await demandNothing(store, key, `${key} is new`);
      await store.commit([put(key, at)]);
    }
    for (const [at, key] of AWKWARD_KEYS.entries()) {
      await demandValue(store, key, bytes(at), `${key} has its own value`);
    }
    demand((await keysOf(store)).length === AWKWARD_KEYS.length, 'every key is listed once');
  }),
  storeCheck('keeps the longest key', async (store) => {
    const key = `${'x'.repeat(255)}/${'x'.repeat(254)}/x`;
    const version = await store.commit([put(key, 1)], { expect: [{ key, version: undefined }] });
    await store.commit([put(key, 2)], { expect: [{ key, version }] });
    await demandValue(store, key, bytes(2), 'its value is there');
    demandKeys(await keysOf(store, key.slice(0, -2)), [key], 'below all but its last segment');
  }),
  storeCheck('refuses what is no key, in every call, and does not say what it was', async (store) => {
    for (const key of BAD_KEYS) {
      for (const [what, call] of CALLS) {
        const shown = `${what} ${JSON.stringify(key.slice(0, 20))}`;
        const { message } = await demandRefused(call(store, key), 'STORE_BAD_KEY', shown);
        demand(message.length < 400, `${shown} is not quoted`);
      }
      // The empty prefix stands for everything.
      if (key !== '') await demandRefused(store.list(key).next(), 'STORE_BAD_KEY', 'listing below a bad key');
    }
    demand((await listed(store)).length === 0, 'nothing was written');
  }),
  storeCheck('copies what it is given, and what it gives is the own of the caller', async (store) => {
    const value = bytes(1);
    const operation: StoreOperation = { type: 'put', key: 'a', value };
    const expected = bytes(1);
    const committing = store.commit([operation]);
    value.fill(7);
    await committing;
    const got = await demandValue(store, 'a', expected, 'the value is as it was when commit was called');
    got.value.fill(8);
    const [found] = await listed(store);
    demand(found !== undefined && equalBytes(found.value, expected), 'the list shows it too');
    found?.value.fill(9);
    await demandValue(store, 'a', expected, 'nobody can change it from outside');
    for (const each of [got, found]) {
      demand(each?.value.constructor === Uint8Array, 'a value is a plain array, whose slices are copies');
      demand(
        each?.value.byteLength === each?.value.buffer.byteLength,
        'a value shares its memory with nothing',
      );
    }
  }),
  storeCheck(
    'refuses values, commits and lists that are too large, and writes nothing then',
    async (store) => {
      const most = Array.from({ length: MAX_COMMIT_OPERATIONS }, (_, at) => put(`k/${at}`, at));
      const versionless = most.map(({ key }) => ({ key, version: undefined }));
      await demandRefused(
        store.commit([put('a', 1), put('b', 1, MAX_VALUE_BYTES + 1)]),
        'STORE_TOO_LARGE',
        'a long value',
      );
      await demandRefused(store.commit([...most, put('a', 1)]), 'STORE_TOO_LARGE', 'one operation too many');
      await demandRefused(
        store.commit([put('a', 1)], { expect: [...versionless, { key: 'a', version: undefined }] }),
        'STORE_TOO_LARGE',
        'one expectation too many',
      );
      await demandRefused(
        store.commit(['a', 'b', 'c', 'd'].map((key) => put(key, 1, MAX_VALUE_BYTES))),
        'STORE_TOO_LARGE',
        'four longest values with their keys',
      );
      demand((await listed(store)).length === 0, 'nothing was written');
      await store.commit(most, { expect: versionless });
      demand((await listed(store)).length === most.length, 'the most that is allowed is written');
    },
  ),
  storeCheck('refuses a commit that names a key twice', async (store) => {
    await demandRefused(store.commit([put('a', 1), put('a', 2)]), 'STORE_DUPLICATE_KEY', 'two puts');
    await demandRefused(store.commit([put('a', 1), remove('a')]), 'STORE_DUPLICATE_KEY', 'put and delete');
    const twice = ['a', 'a'].map((key) => ({ key, version: undefined }));
    await demandRefused(store.commit([], { expect: twice }), 'STORE_DUPLICATE_KEY', 'two expectations');
    await demandNothing(store, 'a', 'nothing was written');
  }),
  storeCheck('does not show values in errors', async (store) => {
    const value = Uint8Array.from(TELLTALE, (character) => character.charCodeAt(0));
    await store.commit([{ type: 'put', key: 'a', value }]);
    const long = new Uint8Array(MAX_VALUE_BYTES + 1).fill(0x74);
    const expect = [{ key: 'a', version: undefined }];
    const refusals = [
      await rejectionOf(store.commit([{ type: 'put', key: 'a', value }], { expect })),
      await rejectionOf(store.commit([{ type: 'put', key: 'a', value: long }])),
      await rejectionOf(store.commit([{ type: 'put', key: `${TELLTALE} `, value }])),
    ];
    for (const error of refusals) {
      demand(error instanceof Error, 'a wrong commit is refused');
      const shown = `${(error as Error).stack} ${JSON.stringify(error)}`;
      demand(!shown.includes(TELLTALE) && !shown.includes(`${value}`), 'an error shows no bytes');
    }
  }),
];
