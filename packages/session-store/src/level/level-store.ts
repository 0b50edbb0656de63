import type { Clock } from '@pubky-paykit/primitives';
import { MAX_PAGE_BYTES } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore, StoreCallOptions, StoreEntry } from '../store/durable-store.ts';
import { requireKey } from '../store/key.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import { iteratePages, type Page, requirePageSize } from '../store/pages.ts';
import { prepareCommit } from '../store/prepared-commit.ts';
import { CommitQueue, type QueuedCommit } from './commit-queue.ts';
import { dataKey, dataRange, entryKey } from './layout.ts';
import type { LevelDatabase } from './level-database.ts';
import { storeError } from './level-errors.ts';
import { decodeStoredValue } from './stored-value.ts';

/** What a store over an open database is made with. */
export interface LevelStoreOptions {
  /** Taken: closed with the store. */
  readonly database: LevelDatabase;
  /** Called when the database is closed. */
  readonly onClosed: () => void;
  /** Number of the last commit. */
  readonly revision: bigint;
  /** The folder, for errors. */
  readonly location: string;
  readonly clock: Clock;
  /** Milliseconds for one call, unless it says otherwise. */
  readonly timeoutMs: number;
}

/** The contract of {@link DurableStore} over a database that is open and of the right format. */
export function createLevelStore({
  database,
  onClosed,
  revision,
  location,
  clock,
  timeoutMs: usualMs,
}: LevelStoreOptions): DurableStore {
  const lifecycle = new Lifecycle();
  const toStoreError = (error: unknown, what: string) => storeError(error, what, location);
  const queue = new CommitQueue({
    database,
    revision,
    toStoreError,
    onFailure: (because) => lifecycle.refuse(because),
  });

  /** A call that changes nothing, so that it may simply be given up. */
  const bounded = <Result>(
    what: string,
    { signal, timeoutMs = usualMs }: StoreCallOptions,
    work: () => Promise<Result>,
  ): Promise<Result> =>
    withDeadline({ what, clock, timeoutMs, signal }, ({ race }) =>
      race(async () => {
        try {
          return await work();
        } catch (error) {
          throw toStoreError(error, what);
        }
      }),
    );

  const readPage = async (range: { gt: string; lt: string }, size: number): Promise<Page> => {
    const iterator = database.iterator({ ...range, limit: size, highWaterMarkBytes: MAX_PAGE_BYTES });
    const entries: StoreEntry[] = [];
    let bytes = 0;
    try {
      while (entries.length < size && bytes < MAX_PAGE_BYTES) {
        const found = await iterator.nextv(size - entries.length);
        if (found.length === 0) return { entries, more: false };
        for (const [stored, value] of found) {
          entries.push(decodeStoredValue(entryKey(stored), value));
          bytes += stored.length + value.length;
        }
      }
      return { entries, more: true };
    } finally {
      await iterator.close();
    }
  };

  return {
    get: (key, options = {}) =>
      lifecycle.run(async () => {
        requireKey(key);
        return bounded('reading', options, async () => {
          const bytes = await database.get(dataKey(key));
          return bytes && decodeStoredValue(key, bytes);
        });
      }),

    list: (prefix, { after: cursor, pageSize, ...options } = {}) =>
      iteratePages(
        (behind) =>
          lifecycle.run(async () => {
            const range = dataRange(prefix, behind);
            const size = requirePageSize(pageSize);
            return bounded('listing', options, () => readPage(range, size));
          }),
        cursor,
      ),

    commit: (operations, { expect, signal, timeoutMs = usualMs } = {}) =>
      lifecycle.run(async () => {
        const commit = prepareCommit(operations, expect);
        let queued: QueuedCommit | undefined;
        // Still in the queue, it is taken out, and nothing has happened; under way, it may be written whatever we say.
        const ended = (because: string): Error | undefined =>
          queued === undefined || queued.withdraw()
            ? undefined
            : new SessionStoreError('STORE_OUTCOME_UNKNOWN', { because });
        return withDeadline({ what: 'a commit', clock, timeoutMs, signal, ended }, ({ race }) =>
          race(() => {
            queued = queue.add(commit);
            return queued.settled;
          }),
        );
      }),

    close: ({ signal, timeoutMs = usualMs } = {}) => {
      const closing = lifecycle.close(async () => {
        await queue.drained();
        await database.close();
        onClosed();
      });
      return bounded('closing', { signal, timeoutMs }, () => closing);
    },
  };
}
