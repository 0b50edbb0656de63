import type { CodedErrorFields } from '@pubky-paykit/primitives';
import type { StoreEntry } from '../store/durable-store.ts';
import { oneAfterTheOther } from '../store/pages.ts';
import { PassedOver } from '../store/unreadable-entries.ts';

/**
 * Entries with their values decoded. Those that cannot be are told of at the end, together with what the list says then.
 *
 * @param entries Taken.
 * @param decode Throws coded errors only.
 */
export function decodeReadable<Decoded>(
  entries: AsyncIterableIterator<StoreEntry>,
  decode: (entry: StoreEntry) => Decoded,
): AsyncIterableIterator<Decoded> {
  const passedOver = new PassedOver();
  const queued = oneAfterTheOther();
  let over = false;

  const nextEntry = async (): Promise<StoreEntry | undefined> => {
    try {
      const result = await entries.next();
      return result.done ? undefined : result.value;
    } catch (error) {
      over = true;
      if (passedOver.addListed(error)) return undefined;
      passedOver.clear();
      throw error;
    }
  };
  const step = async (): Promise<IteratorResult<Decoded, undefined>> => {
    while (!over) {
      const entry = await nextEntry();
      if (entry === undefined) break;
      try {
        return { done: false, value: decode(entry) };
      } catch (error) {
        passedOver.add({ key: entry.key, error: error as CodedErrorFields });
      }
    }
    over = true;
    passedOver.tell();
    return { done: true, value: undefined };
  };
  const leave = async (): Promise<IteratorReturnResult<undefined>> => {
    over = true;
    passedOver.clear();
    await entries.return?.();
    return { done: true, value: undefined };
  };
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    next: () => queued(step),
    return: () => queued(leave),
  };
}
