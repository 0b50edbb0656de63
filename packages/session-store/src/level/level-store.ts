import type { Clock } from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import type { DurableStore } from '../store/durable-store.ts';
import { requireKey } from '../store/key.ts';
import type { Lifecycle } from '../store/lifecycle.ts';
import { iteratePages, requirePageSize } from '../store/pages.ts';
import { prepareCommit } from '../store/prepared-commit.ts';
import { dataRange } from './layout.ts';
import type { LevelCalls } from './level-calls.ts';

/** What a store over a database is made with. */
export interface LevelStoreOptions {
  /** Taken: closed with the store. */
  readonly calls: LevelCalls;
  /** Refused by whoever finds out that a write has failed. */
  readonly lifecycle: Lifecycle;
  readonly clock: Clock;
  /** Milliseconds for closing, unless the call says otherwise. */
  readonly timeoutMs: number;
}

/** The contract of {@link DurableStore} over the calls of a database. */
export function createLevelStore({
  calls,
  lifecycle,
  clock,
  timeoutMs: usualMs,
}: LevelStoreOptions): DurableStore {
  return {
    get: (key, options = {}) =>
      lifecycle.run(async () => {
        requireKey(key);
        return calls.get(key, options);
      }),

    list: (prefix, { after: cursor, pageSize, ...options } = {}) =>
      iteratePages(
        (behind) =>
          lifecycle.run(async () => {
            const range = dataRange(prefix, behind);
            return calls.readPage(range, requirePageSize(pageSize), options);
          }),
        cursor,
      ),

    // Copied at once, whenever the database comes to it.
    commit: (operations, { expect, ...options } = {}) =>
      lifecycle.run(async () => calls.commit(prepareCommit(operations, expect), options)),

    close: ({ signal, timeoutMs = usualMs } = {}) => {
      const closing = lifecycle.close(() => calls.close());
      return withDeadline({ what: 'closing', clock, timeoutMs, signal }, ({ race }) => race(() => closing));
    },
  };
}
