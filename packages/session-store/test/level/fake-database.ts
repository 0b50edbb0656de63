import type { LevelDatabase, LevelOperation } from '../../src/level/level-database.ts';

/** A database in memory whose answers a test can hold back or replace. */
export interface FakeDatabase extends LevelDatabase {
  readonly entries: Map<string, Uint8Array>;
  /** What was given to `batch`, one entry each. */
  readonly batches: { readonly operations: readonly LevelOperation[]; readonly options: object }[];
  /** Whether it was closed. */
  readonly isClosed: boolean;
  /** Calls of this kind wait from now on, until they are let go. */
  hold(method: Held): void;
  /** Lets go who waits, with an error if one is given. */
  release(method: Held, error?: unknown): void;
}

type Held = 'get' | 'getMany' | 'batch' | 'close';

export function fakeDatabase(): FakeDatabase {
  const entries = new Map<string, Uint8Array>();
  const batches: { operations: readonly LevelOperation[]; options: object }[] = [];
  const gates = new Map<Held, { promise: Promise<void>; open(error?: unknown): void }>();
  let isClosed = false;
  const passed = async (method: Held): Promise<void> => gates.get(method)?.promise;
  return {
    entries,
    batches,
    get isClosed() {
      return isClosed;
    },
    hold(method) {
      let open = (_error?: unknown): void => {};
      const promise = new Promise<void>((resolve, reject) => {
        open = (error) => (error === undefined ? resolve() : reject(error));
      });
      promise.catch(() => {});
      gates.set(method, { promise, open });
    },
    release(method, error) {
      gates.get(method)?.open(error);
      gates.delete(method);
    },
    async get(key) {
      await passed('get');
      return entries.get(key);
    },
    async getMany(keys) {
      await passed('getMany');
      return keys.map((key) => entries.get(key));
    },
    iterator({ gt, lt }) {
      const keys = [...entries.keys()].filter((key) => key > gt && key < lt).sort();
      return {
        nextv: async (size) =>
          keys.splice(0, size).map((key): [string, Uint8Array] => [key, entries.get(key) as Uint8Array]),
        async close() {},
      };
    },
    async batch(operations, options) {
      batches.push({ operations, options });
      await passed('batch');
      for (const operation of operations) {
        if (operation.type === 'put') entries.set(operation.key, operation.value);
        else entries.delete(operation.key);
      }
    },
    async close() {
      await passed('close');
      isClosed = true;
    },
  };
}
