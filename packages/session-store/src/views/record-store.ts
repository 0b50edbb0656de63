import {
  type CancelSignal,
  type Clock,
  type Deadline,
  equalBytes,
  isCodedError,
  type RandomSource,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import { UPDATE_ATTEMPTS, UPDATE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { hasCode, SessionStoreError } from '../errors.ts';
import type {
  CommitOptions,
  DurableStore,
  ListOptions,
  StoreCallOptions,
  StoreEntry,
  StoreOperation,
  StoreVersion,
} from '../store/durable-store.ts';
import { pauseAfterConflict } from './conflict-pause.ts';
import { decodeReadable } from './decode-readable.ts';
import { KeyedTurns } from './keyed-turns.ts';

/** How values become bytes and back. */
export interface RecordCodec<Value> {
  /** One value gives the same bytes every time: `update` compares them. The result is copied. */
  encode(value: Value): Uint8Array;
  /** The bytes are the codec's to keep. Throws if they are not what it writes; they may be older, or damaged. */
  decode(bytes: Uint8Array): Value;
}

/** A value under a key. */
export interface StoredRecord<Value> {
  readonly key: string;
  /** Fresh: the caller's own. */
  readonly value: Value;
  readonly version: StoreVersion;
}

/** What `update` may take. */
export interface UpdateOptions {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all attempts together, `Infinity` for no limit; 30 000 unless given. */
  readonly timeoutMs?: number | undefined;
}

/** Values of one type in a store. */
export interface RecordStore<Value> {
  /** @throws STORE_BAD_RECORD if the codec refuses the bytes, and what {@link DurableStore.get} throws. */
  get(key: string, options?: StoreCallOptions): Promise<StoredRecord<Value> | undefined>;
  /**
   * As {@link DurableStore.list}. Entries that the codec refuses are passed over as those are that the store cannot read.
   *
   * @throws STORE_LIST_INCOMPLETE at the end, with the first such key, the number of all of them, and as its cause what `get`
   *   throws for it (or the STORE_LIST_INCOMPLETE of the store, if it begins with that key).
   * @throws what {@link DurableStore.list} throws.
   */
  list(prefix: string, options?: ListOptions): AsyncIterableIterator<StoredRecord<Value>>;
  /** @throws what {@link DurableStore.commit} and the codec throw. */
  put(key: string, value: Value, options?: CommitOptions): Promise<StoreVersion>;
  /** @throws what {@link DurableStore.commit} throws. */
  delete(key: string, options?: CommitOptions): Promise<void>;
  /** The operation of `put`, to commit it together with others. */
  putOperation(key: string, value: Value): StoreOperation;
  /**
   * Reads, changes and writes, and begins anew if somebody else wrote meanwhile. Updates of one key through one record
   * store wait for each other, so they never conflict; `change` must not update the same key.
   *
   * @param change Gets what is there and returns what shall be there, `undefined` for nothing in both. Nothing is written if
   *   it comes to the same bytes. Called once for each attempt: it must have no other effect. If it throws, nothing is written.
   * @returns What is there now.
   * @throws STORE_CONTENDED after ten attempts. STORE_OUTCOME_UNKNOWN is not tried again: the change may have been made.
   * @throws STORE_BAD_RECORD, STORE_CANCELLED, STORE_TIMED_OUT, and what the store, the codec and `change` throw.
   */
  update(
    key: string,
    change: (current: Value | undefined) => Value | undefined | Promise<Value | undefined>,
    options?: UpdateOptions,
  ): Promise<StoredRecord<Value> | undefined>;
}

/** Where time and randomness come from. */
export interface RecordStoreOptions {
  readonly clock?: Clock | undefined;
  /** For the pauses between attempts. */
  readonly random?: RandomSource | undefined;
}

/**
 * Values of one type in a store, written and read by a codec.
 *
 * @param store Borrowed.
 *
 * @example
 * ```ts
 * import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
 * import { createMemoryStore, recordStore } from '@pubky-paykit/session-store';
 * const counters = recordStore<number>(createMemoryStore(), {
 *   encode: (count) => encodeUtf8(`${count}`),
 *   decode: (bytes) => Number(decodeUtf8(bytes)),
 * });
 * await counters.update('visits', (count = 0) => count + 1);
 * ```
 */
export function recordStore<Value>(
  store: DurableStore,
  codec: RecordCodec<Value>,
  { clock = systemClock, random = systemRandom }: RecordStoreOptions = {},
): RecordStore<Value> {
  const turns = new KeyedTurns();

  const decoded = ({ key, value, version }: StoreEntry): StoredRecord<Value> => {
    try {
      return { key, value: codec.decode(value), version };
    } catch (error) {
      // Only errors that are known to hold no bytes may be its cause.
      throw new SessionStoreError('STORE_BAD_RECORD', { key }, isCodedError(error) ? { cause: error } : {});
    }
  };
  const putOperation = (key: string, value: Value): StoreOperation => ({
    type: 'put',
    key,
    value: codec.encode(value),
  });

  /** One attempt; `undefined` if somebody else was faster. */
  const attempt = async (
    key: string,
    change: Parameters<RecordStore<Value>['update']>[1],
    { race, signal }: Deadline,
  ): Promise<{ readonly record: StoredRecord<Value> | undefined } | undefined> => {
    // Not raced: the store minds the signal, and only it knows whether a commit was under way.
    const seen = await store.get(key, { signal });
    const current = seen && decoded({ ...seen, value: seen.value.slice() });
    const changed = await race(() => change(current?.value));
    const operation: StoreOperation =
      changed === undefined ? { type: 'delete', key } : putOperation(key, changed);
    if (operation.type === 'put' ? isSame(operation.value, seen?.value) : seen === undefined) {
      return { record: seen && decoded(seen) };
    }
    // Read back before it is written: what the codec cannot read must not get into the store.
    const written = operation.type === 'put' ? decoded({ ...operation, version: '' }) : undefined;
    try {
      const version = await store.commit([operation], { expect: [{ key, version: seen?.version }], signal });
      return { record: written && { ...written, version } };
    } catch (error) {
      if (hasCode(error, 'STORE_CONFLICT')) return undefined;
      throw error;
    }
  };

  return {
    putOperation,
    async get(key, options) {
      const entry = await store.get(key, options);
      return entry && decoded(entry);
    },
    list: (prefix, options) => decodeReadable(store.list(prefix, options), decoded),
    put: async (key, value, options) => store.commit([putOperation(key, value)], options),
    async delete(key, options) {
      await store.commit([{ type: 'delete', key }], options);
    },
    update: (key, change, { signal, timeoutMs = UPDATE_TIMEOUT_MS } = {}) =>
      withDeadline({ what: 'an update', clock, timeoutMs, signal }, (deadline) => {
        const { race } = deadline;
        return turns.take(
          key,
          (turn) => race(() => turn),
          async () => {
            for (let attempts = 1; ; attempts++) {
              const outcome = await attempt(key, change, deadline).catch((error: unknown) =>
                // Cancelled by this deadline: then its own error says what ended it.
                hasCode(error, 'STORE_CANCELLED') ? race(() => Promise.reject(error)) : Promise.reject(error),
              );
              if (outcome !== undefined) return outcome.record;
              if (attempts === UPDATE_ATTEMPTS)
                throw new SessionStoreError('STORE_CONTENDED', { key, attempts });
              await pauseAfterConflict(attempts, { clock, random, race });
            }
          },
        );
      }),
  };
}

function isSame(bytes: Uint8Array, seen: Uint8Array | undefined): boolean {
  return seen !== undefined && equalBytes(bytes, seen);
}
