import type { Clock } from '@pubky-paykit/primitives';
import { MAX_PAGE_BYTES } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { SessionStoreError } from '../errors.ts';
import type { StoreCallOptions, StoreEntry, StoreVersion } from '../store/durable-store.ts';
import { isKey } from '../store/key.ts';
import type { Page } from '../store/pages.ts';
import type { PreparedCommit } from '../store/prepared-commit.ts';
import type { UnreadableEntry } from '../store/unreadable-entries.ts';
import { CommitQueue, type QueuedCommit } from './commit-queue.ts';
import { dataKey, entryKey } from './layout.ts';
import type { LevelDatabase } from './level-database.ts';
import { storeError } from './level-errors.ts';
import { decodeStoredValue } from './stored-value.ts';

/** A part of the database; both ends exclusive. */
export interface LevelRange {
  readonly gt: string;
  readonly lt: string;
}

/** What a store asks of its database. Keys are checked and commits copied before; all reject with errors of this package. */
export interface LevelCalls {
  get(key: string, call: StoreCallOptions): Promise<StoreEntry | undefined>;
  /** One consistent view. @param size Most entries; it ends earlier where the bytes come to a page. */
  readPage(range: LevelRange, size: number, call: StoreCallOptions): Promise<Page>;
  commit(commit: PreparedCommit, call: StoreCallOptions): Promise<StoreVersion>;
  /** Waits for commits under way, and closes the database. Called when nothing else is. */
  close(): Promise<void>;
}

/** What calls of a database are made with. */
export interface LevelCallsOptions {
  /** Taken: closed with the calls. */
  readonly database: LevelDatabase;
  /** Called when the database is closed, with the number of the last commit. */
  readonly onClosed: (revision: bigint) => void;
  /** Number of the last commit. */
  readonly revision: bigint;
  /** The folder, for errors. */
  readonly location: string;
  readonly clock: Clock;
  /** Milliseconds for one call, unless it says otherwise. */
  readonly timeoutMs: number;
  /** A write failed, and nobody knows what is there: nothing more may be asked. */
  readonly onFailure: (because: string) => void;
}

/** What comes before a key that has rotted is a page, which the next one begins with that key. */
function rottenKey(entries: readonly StoreEntry[], unreadable: readonly UnreadableEntry[]): Page {
  if (entries.length + unreadable.length > 0) return { entries, unreadable, more: true };
  // The database is asked for what is behind a text, and what the key was before nobody knows.
  throw new SessionStoreError('STORE_CORRUPTED', { what: 'the key of an entry' });
}

/** The calls of a database that is open and of the right format. */
export function createLevelCalls({
  database,
  onClosed,
  revision,
  location,
  clock,
  timeoutMs: usualMs,
  onFailure,
}: LevelCallsOptions): LevelCalls {
  const toStoreError = (error: unknown, what: string) => storeError(error, what, location);
  const queue = new CommitQueue({ database, revision, toStoreError, onFailure });

  const translated = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      throw toStoreError(error, what);
    }
  };

  /** A call that changes nothing, so that it may simply be given up. */
  const bounded = <Result>(
    what: string,
    { signal, timeoutMs = usualMs }: StoreCallOptions,
    work: () => Promise<Result>,
  ): Promise<Result> =>
    withDeadline({ what, clock, timeoutMs, signal }, ({ race }) => race(() => translated(what, work)));

  const readPage = async (range: LevelRange, size: number): Promise<Page> => {
    const iterator = database.iterator({ ...range, limit: size, highWaterMarkBytes: MAX_PAGE_BYTES });
    const entries: StoreEntry[] = [];
    const unreadable: UnreadableEntry[] = [];
    let [count, bytes] = [0, 0];
    try {
      while (count < size && bytes < MAX_PAGE_BYTES) {
        const found = await iterator.nextv(size - count);
        if (found.length === 0) return { entries, unreadable, more: false };
        for (const [stored, value] of found) {
          const key = entryKey(stored);
          if (!isKey(key)) return rottenKey(entries, unreadable);
          try {
            entries.push(decodeStoredValue(key, value));
          } catch (error) {
            unreadable.push({ key, error: toStoreError(error, 'listing') });
          }
          count += 1;
          bytes += stored.length + value.length;
        }
      }
      return { entries, unreadable, more: true };
    } finally {
      await iterator.close();
    }
  };

  return {
    get: (key, call) =>
      bounded('reading', call, async () => {
        const bytes = await database.get(dataKey(key));
        return bytes && decodeStoredValue(key, bytes);
      }),

    readPage: (range, size, call) => bounded('listing', call, () => readPage(range, size)),

    commit: (commit, { signal, timeoutMs = usualMs }) => {
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
    },

    close: () =>
      translated('closing', async () => {
        await queue.drained();
        await database.close();
        onClosed(queue.revision);
      }),
  };
}
