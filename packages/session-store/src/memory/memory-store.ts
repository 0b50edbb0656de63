import type { CancelSignal } from '@pubky-paykit/primitives';
import { MAX_PAGE_BYTES, MEMORY_STORE_BYTES } from '../constants.ts';
import { cancelled } from '../deadline.ts';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore, StoreEntry, StoreOperation } from '../store/durable-store.ts';
import { keyRange, requireKey } from '../store/key.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import { iteratePages, requirePageSize } from '../store/pages.ts';
import { prepareCommit, requireExpected } from '../store/prepared-commit.ts';

/** What a memory store may hold. */
export interface MemoryStoreOptions {
  /** Bytes of all keys and values together; 64 MiB unless given. */
  readonly maximumBytes?: number | undefined;
}

function refuseIfAborted(what: string, signal: CancelSignal | undefined): void {
  if (signal?.aborted) throw cancelled(what);
}

function copyOf({ key, value, version }: StoreEntry): StoreEntry {
  return { key, value: value.slice(), version };
}

function sizeOf(entry: StoreEntry | undefined): number {
  return entry === undefined ? 0 : entry.key.length + entry.value.length;
}

/**
 * A store that lives and dies with this process: for tests, and where nothing has to survive. Its calls never wait, so a
 * time-out never comes.
 *
 * @throws RangeError if `maximumBytes` is negative or no number.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from '@pubky-paykit/session-store';
 * const store = createMemoryStore();
 * await store.commit([{ type: 'put', key: 'peers/alice', value: Uint8Array.of(1, 2, 3) }]);
 * for await (const { key, value } of store.list('peers')) console.log(key, value.length); // peers/alice 3
 * ```
 */
export function createMemoryStore({
  maximumBytes = MEMORY_STORE_BYTES,
}: MemoryStoreOptions = {}): DurableStore {
  if (!(maximumBytes >= 0)) throw new RangeError(`a store cannot hold ${maximumBytes} bytes`);
  const lifecycle = new Lifecycle();
  const entries = new Map<string, StoreEntry>();
  /** The keys of `entries`, in order. */
  const keys: string[] = [];
  let bytes = 0;
  let revision = 0;

  /** Index of the first key behind `after`. */
  const firstBehind = (after: string): number => {
    let [low, high] = [0, keys.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((keys[middle] as string) > after) high = middle;
      else low = middle + 1;
    }
    return low;
  };

  const apply = (operation: StoreOperation, version: string): void => {
    const { key } = operation;
    const before = entries.get(key);
    if (operation.type === 'put') {
      if (before === undefined) keys.splice(firstBehind(key), 0, key);
      entries.set(key, { key, value: operation.value, version });
    } else if (entries.delete(key)) {
      keys.splice(firstBehind(key) - 1, 1);
    }
    bytes += sizeOf(entries.get(key)) - sizeOf(before);
  };

  return {
    get: (key, { signal } = {}) =>
      lifecycle.run(async () => {
        requireKey(key);
        refuseIfAborted('reading', signal);
        const entry = entries.get(key);
        return entry && copyOf(entry);
      }),

    list: (prefix, { after: cursor, pageSize, signal } = {}) =>
      iteratePages(
        (behind) =>
          lifecycle.run(async () => {
            const { after, before } = keyRange(prefix, behind);
            const size = requirePageSize(pageSize);
            refuseIfAborted('listing', signal);
            const page: StoreEntry[] = [];
            let read = 0;
            for (let at = firstBehind(after); at < keys.length; at++) {
              const key = keys[at] as string;
              if (key >= before) break;
              if (page.length === size || read >= MAX_PAGE_BYTES) return { entries: page, more: true };
              const entry = entries.get(key) as StoreEntry;
              page.push(copyOf(entry));
              read += sizeOf(entry);
            }
            return { entries: page, more: false };
          }),
        cursor,
      ),

    commit: (operations, { expect, signal } = {}) =>
      lifecycle.run(async () => {
        const commit = prepareCommit(operations, expect);
        refuseIfAborted('a commit', signal);
        requireExpected(commit.expect, (key) => entries.get(key)?.version);
        const freed = commit.operations.reduce((sum, { key }) => sum + sizeOf(entries.get(key)), 0);
        const written = commit.operations.reduce(
          (sum, operation) =>
            operation.type === 'put' ? sum + operation.key.length + operation.value.length : sum,
          0,
        );
        if (written > freed && bytes + written - freed > maximumBytes) {
          throw new SessionStoreError('STORE_FULL', { what: `more than ${maximumBytes} bytes` });
        }
        revision += 1;
        const version = `${revision}`;
        for (const operation of commit.operations) apply(operation, version);
        return version;
      }),

    close: () =>
      lifecycle.close(async () => {
        entries.clear();
        keys.length = 0;
      }),
  };
}
