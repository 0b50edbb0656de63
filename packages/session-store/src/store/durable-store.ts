import type { CancelSignal } from '@pubky-paykit/primitives';

/**
 * Which commit wrote an entry last. Opaque text of at most 64 characters, to be compared for equality only. A store never
 * gives one version to two commits, not across deletion, re-creation and re-opening either: who finds an entry at the
 * version it expects knows that nobody has touched it in between. Versions mean nothing to another store, nor to the same
 * one after it was restored from a backup.
 */
export type StoreVersion = string;

/** What stands under a key. */
export interface StoreEntry {
  readonly key: string;
  /** A copy: the caller's own. */
  readonly value: Uint8Array;
  readonly version: StoreVersion;
}

/** One change. The value is copied when `commit` is called; at most `MAX_VALUE_BYTES`. */
export type StoreOperation =
  | { readonly type: 'put'; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'delete'; readonly key: string };

/** What must be so for a commit to happen: the version that was read, or `undefined` if there was no entry. */
export interface StoreExpectation {
  readonly key: string;
  readonly version: StoreVersion | undefined;
}

/** What ends a call early. */
export interface StoreCallOptions {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds, `Infinity` for no limit; what the store was opened with unless given. */
  readonly timeoutMs?: number | undefined;
}

/** Where and how to list. */
export interface ListOptions extends StoreCallOptions {
  /** Begin behind this key, whether or not there is an entry under it. */
  readonly after?: string | undefined;
  /** Entries read at a time, 1 to 1 000; 100 unless given. */
  readonly pageSize?: number | undefined;
}

/** On what condition to commit. */
export interface CommitOptions extends StoreCallOptions {
  /** All must hold, whether or not the commit writes these keys. At most `MAX_COMMIT_OPERATIONS`, each key once. */
  readonly expect?: readonly StoreExpectation[] | undefined;
}

/**
 * Keeps bytes under keys, through crashes. Everything that must survive lives on this port; an adapter is memory, a folder
 * or a database. `storeConformance` of `./testing` says the same in checks.
 *
 * **Keys** are one or more segments with `/` between them; a segment is 1 to 255 of `A–Z a–z 0–9 - _ ~`, a key at most 512
 * characters. So every medium can hold and order them, as text or as bytes, and `encodeSegment` makes a segment of any
 * text. Keys are public: they stand in errors and logs.
 *
 * **Failure.** Every method rejects and none throws. A commit that rejects with anything but `STORE_OUTCOME_UNKNOWN` has
 * written nothing and never will; with that code, nobody knows yet, and it may still be on its way: read again, and write
 * with an expectation. A store whose medium fails while writing closes itself.
 *
 * @example
 * ```ts
 * import { createMemoryStore, type DurableStore } from '@pubky-paykit/session-store';
 * const store: DurableStore = createMemoryStore();
 * const seen = await store.get('peers/alice');
 * await store.commit(
 *   [{ type: 'put', key: 'peers/alice', value: Uint8Array.of(1) }],
 *   { expect: [{ key: 'peers/alice', version: seen?.version }] },
 * );
 * ```
 */
export interface DurableStore {
  /**
   * What stands under the key, after every commit that has resolved.
   *
   * @throws STORE_BAD_KEY, STORE_CORRUPTED, STORE_NEWER_FORMAT, STORE_IO_FAILED, STORE_CLOSED, STORE_CANCELLED,
   *   STORE_TIMED_OUT
   */
  get(key: string, options?: StoreCallOptions): Promise<StoreEntry | undefined>;
  /**
   * The entries below a prefix, in the order of their keys (by character code). A prefix is one or more whole segments:
   * `peers` finds `peers/alice` and neither `peers` nor `peers-of/bob`; the empty prefix finds all. Read page by page:
   * each page is one consistent view; what is written meanwhile is found or not, and everything else exactly once. The
   * time-out is for each page.
   *
   * An entry that cannot be read hides none of the others, and does not go unnoticed: they are given, and then the iterator
   * rejects. So nobody takes what was given for everything, but for who leaves before the end.
   *
   * @throws STORE_LIST_INCOMPLETE at the end, with the first such key, the number of them, and as its cause what `get` throws
   *   for it.
   * @throws what `get` throws, from the iterator, which is over then; RangeError for a wrong `pageSize`.
   */
  list(prefix: string, options?: ListOptions): AsyncIterableIterator<StoreEntry>;
  /**
   * Makes all changes or none, if every expectation holds, and resolves once they would survive a crash and a loss of power.
   * Deleting what is not there is fine. Of commits at the same time, each sees all of the one before or nothing.
   *
   * @param operations At most `MAX_COMMIT_OPERATIONS`, each key once, of at most `MAX_COMMIT_BYTES` together. With
   *   none, the expectations are checked and nothing is changed.
   * @returns The version that every entry written here has now.
   * @throws STORE_CONFLICT, which names the first expectation that does not hold.
   * @throws STORE_OUTCOME_UNKNOWN if it failed, or its signal or time-out came, when it was under way.
   * @throws STORE_BAD_KEY, STORE_DUPLICATE_KEY, STORE_TOO_LARGE, STORE_BUSY, STORE_FULL, STORE_CORRUPTED, STORE_NEWER_FORMAT,
   *   STORE_IO_FAILED, STORE_CLOSED, STORE_CANCELLED, STORE_TIMED_OUT
   */
  commit(operations: readonly StoreOperation[], options?: CommitOptions): Promise<StoreVersion>;
  /**
   * Refuses new calls, waits for those under way, and lets go of the medium. Later calls wait for the same end.
   *
   * @throws STORE_TIMED_OUT, STORE_CANCELLED if waiting ends early; closing goes on.
   * @throws STORE_IO_FAILED
   */
  close(options?: StoreCallOptions): Promise<void>;
}
