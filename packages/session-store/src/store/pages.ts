import { DEFAULT_PAGE_ENTRIES, MAX_PAGE_ENTRIES } from '../constants.ts';
import type { StoreEntry } from './durable-store.ts';
import { PassedOver, type UnreadableEntry } from './unreadable-entries.ts';

/** Some entries in the order of their keys, and whether there may be more behind the last. */
export interface Page {
  readonly entries: readonly StoreEntry[];
  /** What stands among or behind them and cannot be read, in the same order. */
  readonly unreadable?: readonly UnreadableEntry[] | undefined;
  readonly more: boolean;
}

/** @throws RangeError unless it is an integer from 1 to 1 000. */
export function requirePageSize(pageSize: number = DEFAULT_PAGE_ENTRIES): number {
  if (Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= MAX_PAGE_ENTRIES) return pageSize;
  throw new RangeError(`a page has 1 to ${MAX_PAGE_ENTRIES} entries, not ${pageSize}`);
}

/** Where the next page begins: behind all that was found, readable or not. */
function lastKey({ entries, unreadable = [] }: Page): string | undefined {
  const [given, passed] = [entries.at(-1)?.key, unreadable.at(-1)?.key];
  return given === undefined || (passed !== undefined && passed > given) ? passed : given;
}

/**
 * One entry after the other out of pages that are read when they are needed. A plain object, since React Native cannot
 * compile async generators. Calls of `next` at the same time get one entry each, in order. What cannot be read is told of at
 * the end.
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
  const passedOver = new PassedOver();

  const step = async (): Promise<IteratorResult<StoreEntry, undefined>> => {
    // More than one page if there is nothing on it that can be read.
    while (at === entries.length && !over) {
      over = true;
      const page = await readPage(after).catch((error: unknown) => {
        passedOver.clear();
        throw error;
      });
      for (const each of page.unreadable ?? []) passedOver.add(each);
      ({ entries } = page);
      at = 0;
      after = lastKey(page);
      over = !page.more || after === undefined;
    }
    const value = entries[at++];
    if (value !== undefined) return { done: false, value };
    passedOver.tell();
    return { done: true, value: undefined };
  };
  const end = async (): Promise<IteratorReturnResult<undefined>> => {
    entries = [];
    at = 0;
    over = true;
    passedOver.clear();
    return { done: true, value: undefined };
  };

  const queued = oneAfterTheOther();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => queued(step),
    return: () => queued(end),
  };
}

/** What is given to it begins at once, or when all that was given before has settled, well or not. */
export function oneAfterTheOther(): <Result>(work: () => Promise<Result>) => Promise<Result> {
  let turn: Promise<unknown> | undefined;
  return (work) => {
    const mine = turn === undefined ? work() : turn.then(work, work);
    const leave = (): void => {
      if (turn === mine) turn = undefined;
    };
    turn = mine;
    mine.then(leave, leave);
    return mine;
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
