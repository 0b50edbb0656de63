import { DEFAULT_PAGE_ENTRIES, MAX_PAGE_ENTRIES } from '../constants.ts';
import type { StoreEntry } from './durable-store.ts';

/** Some entries in the order of their keys, and whether there may be more behind the last. */
export interface Page {
  readonly entries: readonly StoreEntry[];
  readonly more: boolean;
}

/** @throws RangeError unless it is an integer from 1 to 1 000. */
export function requirePageSize(pageSize: number = DEFAULT_PAGE_ENTRIES): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= MAX_PAGE_ENTRIES) return pageSize;
  throw new RangeError(`a page has 1 to ${MAX_PAGE_ENTRIES} entries, not ${pageSize}`);
}

/**
 * One entry after the other out of pages that are read when they are needed. A plain object, since React Native cannot
 * compile async generators. Calls of `next` at the same time get one entry each, in order.
 *
 * @param readPage Reads what comes behind a key; its error ends the iteration.
 * @param cursor Where the first page begins.
 */
export function iteratePages(
  readPage: (after: string | undefined) => Promise<Page>,
  cursor: string | undefined,
): AsyncIterableIterator<StoreEntry> {
  let entries: readonly StoreEntry[] = [];
  let at = 0;
  let after = cursor;
  let over = false;

  const step = async (): Promise<IteratorResult<StoreEntry, undefined>> => {
    if (at === entries.length && !over) {
      over = true;
      const page = await readPage(after);
      ({ entries } = page);
      at = 0;
      after = entries.at(-1)?.key;
      over = !page.more;
    }
    const value = entries[at++];
    return value === undefined ? end() : { done: false, value };
  };
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    entries = [];
    at = 0;
    over = true;
    return { done: true, value: undefined };
  };

  let turn: Promise<unknown> | undefined;
  /** @param work Begins at once, or when the work of all earlier calls has settled, well or not. */
  const queued = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const mine = turn === undefined ? work() : turn.then(work, work);
    const leave = (): void => {
      if (turn === mine) turn = undefined;
    };
    turn = mine;
    mine.then(leave, leave);
    return mine;
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => queued(step),
    return: () => queued(end),
  };
}

/**
 * An iteration with every value changed on its way. An error of `open` or `change` comes from `next` and ends it.
 *
 * @param open Called when the first value is asked for.
 */
export function mapIterator<From, To>(
  open: () => AsyncIterableIterator<From>,
  change: (value: From) => To,
): AsyncIterableIterator<To> {
  let iterator: AsyncIterableIterator<From> | undefined;
  let over = false;
  const finish = async (): Promise<IteratorReturnResult<undefined>> => {
    over = true;
    await iterator?.return?.();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        iterator ??= open();
        const result = await iterator.next();
        return result.done ? finish() : { done: false, value: change(result.value) };
      } catch (error) {
        await finish();
        throw error;
      }
    },
    return: finish,
  };
}
