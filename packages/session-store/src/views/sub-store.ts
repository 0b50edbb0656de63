import { isCodedError } from '@pubky-paykit/primitives';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore, StoreEntry, StoreExpectation, StoreOperation } from '../store/durable-store.ts';
import { joinKey, relativeKey, requireKey } from '../store/key.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import { mapIterator } from '../store/pages.ts';

/** Codes whose context names the key of an entry, and nothing else that a view would show differently. */
const NAMING_A_KEY = ['STORE_CONFLICT', 'STORE_DUPLICATE_KEY', 'STORE_LIST_INCOMPLETE'] as const;

/** The same error with the key as the user of the view knows it; the original is its cause. */
function translated(error: unknown, prefix: string): unknown {
  if (!isCodedError(error)) return error;
  const code = NAMING_A_KEY.find((each) => each === error.code);
  if (code === undefined) return error;
  const context = error.context as { key: string; expected: string; found: string; count: number };
  return new SessionStoreError(code, { ...context, key: relativeKey(prefix, context.key) }, { cause: error });
}

/**
 * The part of a store below a prefix, as a store: give each concern its own, and none can touch the keys of another. Keys
 * are relative; with the prefix they must still be keys. Closing the view waits for its calls and leaves the store open.
 *
 * @param store Borrowed.
 * @param prefix One or more whole segments.
 * @throws STORE_BAD_KEY
 *
 * @example
 * ```ts
 * import { createMemoryStore, subStore } from '@pubky-paykit/session-store';
 * const store = createMemoryStore();
 * const peers = subStore(store, 'discovery/peers');
 * await peers.commit([{ type: 'put', key: 'alice', value: Uint8Array.of(1) }]);
 * (await store.get('discovery/peers/alice'))?.value; // 01
 * ```
 */
export function subStore(store: DurableStore, prefix: string): DurableStore {
  requireKey(prefix);
  const lifecycle = new Lifecycle();
  const inner = (key: string): string => {
    // By itself too, so that the view refuses what any store refuses.
    requireKey(key);
    return joinKey(prefix, key);
  };
  const outer = ({ key, ...rest }: StoreEntry): StoreEntry => ({ key: relativeKey(prefix, key), ...rest });
  const run = <Result>(work: () => Promise<Result>): Promise<Result> =>
    lifecycle.run(() =>
      work().catch((error: unknown) => {
        throw translated(error, prefix);
      }),
    );

  return {
    get: (key, options) =>
      run(async () => {
        const entry = await store.get(inner(key), options);
        return entry && outer(entry);
      }),
    list(below, { after, ...options } = {}) {
      const open = () =>
        store.list(below === '' ? prefix : inner(below), {
          ...options,
          after: after === undefined ? undefined : inner(after),
        });
      const entries = mapIterator(open, outer);
      return { ...entries, next: () => run(() => entries.next()) };
    },
    commit: (operations, { expect, ...options } = {}) =>
      run(async () =>
        store.commit(
          operations.map((operation): StoreOperation => ({ ...operation, key: inner(operation.key) })),
          {
            ...options,
            expect: expect?.map(({ key, version }): StoreExpectation => ({ key: inner(key), version })),
          },
        ),
      ),
    close: () => lifecycle.close(async () => {}),
  };
}
