import { equalBytes } from '@pubky-paykit/primitives';
import type { DurableStore, ListOptions, StoreEntry, StoreOperation } from '../store/durable-store.ts';
import { type ConformanceCheck, demand } from './conformance-check.ts';

/** Bytes that differ from those of other numbers, long enough for a database to cut. */
export function bytes(fill: number, length = 3): Uint8Array {
  const made = new Uint8Array(length);
  for (let at = 0; at < length; at++) made[at] = fill + at;
  return made;
}

export function put(key: string, fill: number, length?: number): StoreOperation {
  return { type: 'put', key, value: bytes(fill, length) };
}

export function remove(key: string): StoreOperation {
  return { type: 'delete', key };
}

/** Everything that `list` finds, in its order. */
export async function listed(
  store: DurableStore,
  prefix = '',
  options?: ListOptions,
): Promise<readonly StoreEntry[]> {
  const entries: StoreEntry[] = [];
  const iterator = store.list(prefix, options);
  for (let next = await iterator.next(); !next.done; next = await iterator.next()) entries.push(next.value);
  return entries;
}

export async function keysOf(
  store: DurableStore,
  prefix?: string,
  options?: ListOptions,
): Promise<readonly string[]> {
  return (await listed(store, prefix, options)).map(({ key }) => key);
}

export function demandKeys(found: readonly string[], expected: readonly string[], what: string): void {
  demand(found.join(' ') === expected.join(' '), `${what}: ${expected.join(' ')} and not ${found.join(' ')}`);
}

/** @throws Error unless there is this value under the key. */
export async function demandValue(
  store: DurableStore,
  key: string,
  value: Uint8Array,
  what: string,
): Promise<StoreEntry> {
  const entry = await store.get(key);
  demand(entry !== undefined && entry.key === key && equalBytes(entry.value, value), what);
  return entry as StoreEntry;
}

/** @throws Error if there is anything under the key. */
export async function demandNothing(store: DurableStore, key: string, what: string): Promise<void> {
  demand((await store.get(key)) === undefined, what);
}

/** A check of one store, closed afterwards. */
export function storeCheck(
  name: string,
  work: (store: DurableStore) => Promise<void>,
): ConformanceCheck<DurableStore> {
  return {
    name,
    async run(create) {
      const store = await create();
      try {
        await work(store);
      } finally {
        await store.close();
      }
    },
  };
}
