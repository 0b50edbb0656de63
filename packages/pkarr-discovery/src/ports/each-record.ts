import { isCodedError } from '@pubky-paykit/primitives';
import type { RecordStore, StoredRecord } from './record-store.ts';

/** How many entries a list has passed over as they cannot be read; undefined if that is not what it failed with. */
function passedOver(error: unknown): number | undefined {
  if (!isCodedError(error) || error.code !== 'STORE_LIST_INCOMPLETE') return undefined;
  const { count } = error.context as { readonly count?: unknown };
  return typeof count === 'number' ? count : 1;
}

/** Lets a store know that nobody goes on: it may hold a place open. Never rejects, as the reason for it is told. */
async function closed(listed: AsyncIterator<unknown>): Promise<void> {
  try {
    await listed.return?.();
  } catch {
    // A list that cannot be closed has nothing to add.
  }
}

/**
 * Goes through all that a list gives, for work that is to be done on what can be read though something cannot. A list that
 * is not gone through to its end, as a visit has failed, is closed.
 *
 * @returns How many entries the store cannot read.
 * @throws What the list fails with otherwise, and what `visit` throws.
 */
export async function eachRecord<Value>(
  listed: ReturnType<RecordStore<Value>['list']>,
  visit: (record: StoredRecord<Value>) => void | Promise<void>,
): Promise<number> {
  for (;;) {
    let result: IteratorResult<StoredRecord<Value>, unknown>;
    try {
      result = await listed.next();
    } catch (error) {
      const count = passedOver(error);
      if (count === undefined) throw error;
      return count;
    }
    if (result.done) return 0;
    try {
      await visit(result.value);
    } catch (error) {
      await closed(listed);
      throw error;
    }
  }
}
