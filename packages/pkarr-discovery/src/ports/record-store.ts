import type { CancelSignal } from '@pubky-paykit/primitives';

/** How values become bytes and back. */
export interface RecordCodec<Value> {
  /** One value gives the same bytes every time. */
  encode(value: Value): Uint8Array;
  /** Throws for bytes that `encode` has not written; they may be older, or damaged. */
  decode(bytes: Uint8Array): Value;
}

/** A value under a key. */
export interface StoredRecord<Value> {
  readonly key: string;
  /** Fresh: the caller's own. */
  readonly value: Value;
}

/** What ends a call that touches a store. */
export interface StoreCall {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all of the call. */
  readonly timeoutMs?: number | undefined;
}

/**
 * Values of one type that survive a crash. `recordStore` of the package `session-store` makes one that fits. Keys are one
 * or more segments with `/` between them; a segment is 1 to 255 of `A–Z a–z 0–9 - _ ~`.
 */
export interface RecordStore<Value> {
  get(key: string, options?: StoreCall): Promise<StoredRecord<Value> | undefined>;
  /**
   * What stands below a prefix of whole segments, in the order of the keys; everything for the empty prefix. An entry that
   * cannot be read hides none of the others: they are given, and then it rejects with the code STORE_LIST_INCOMPLETE, whose
   * context has the `count` of what it has passed over.
   */
  list(prefix: string, options?: StoreCall): AsyncIterableIterator<StoredRecord<Value>>;
  /** Resolves once the value would survive a crash. */
  put(key: string, value: Value, options?: StoreCall): Promise<unknown>;
  delete(key: string, options?: StoreCall): Promise<void>;
  /**
   * Reads, changes and writes in one, and begins anew if somebody else wrote meanwhile.
   *
   * @param change Gets what is there and returns what shall be there, `undefined` for nothing in both. May be called several
   *   times; if it throws, nothing is written.
   * @returns What is there now, once it would survive a crash.
   */
  update(
    key: string,
    change: (current: Value | undefined) => Value | undefined | Promise<Value | undefined>,
    options?: StoreCall,
  ): Promise<StoredRecord<Value> | undefined>;
}

/**
 * Opens a store for values of one type.
 *
 * @param room Which part of the medium the values live in: one segment of a key. No two openers share one.
 */
export type OpenRecords = <Value>(room: string, codec: RecordCodec<Value>) => RecordStore<Value>;
