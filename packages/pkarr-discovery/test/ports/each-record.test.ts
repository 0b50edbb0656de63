import { describe, expect, it } from 'vitest';
import { eachRecord } from '../../src/ports/each-record.ts';
import type { StoredRecord } from '../../src/ports/record-store.ts';

/** An error as that of a record store. */
function failure(code: string, context: object = {}): Error {
  return Object.assign(new Error(code), { code, context, retryable: false, nextStep: 'none' });
}

/** A list of a few records that fails at its end, and counts how often it is closed. */
function list(keys: readonly string[], ending?: Error) {
  const left = [...keys];
  let closed = 0;
  const listed = {
    async next(): Promise<IteratorResult<StoredRecord<string>>> {
      const key = left.shift();
      if (key !== undefined) return { done: false, value: { key, value: key } as StoredRecord<string> };
      if (ending !== undefined) throw ending;
      return { done: true, value: undefined };
    },
    async return(): Promise<IteratorResult<StoredRecord<string>>> {
      closed++;
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return listed;
    },
  };
  return { listed, closed: () => closed };
}

describe('eachRecord', () => {
  it('[F3] gives what can be read, and counts what cannot', async () => {
    for (const [ending, count] of [
      [undefined, 0],
      [failure('STORE_LIST_INCOMPLETE', { count: 2 }), 2],
    ] as const) {
      const { listed, closed } = list(['a', 'b'], ending);
      const seen: string[] = [];
      expect(await eachRecord(listed, ({ key }) => void seen.push(key))).toBe(count);
      expect([seen, closed()]).toEqual([['a', 'b'], 0]);
    }
    const gone = failure('STORE_FAILED');
    await expect(eachRecord(list(['a'], gone).listed, () => {})).rejects.toBe(gone);
  });

  it('[F3] closes the list when it goes no further, and throws what was thrown', async () => {
    const ofVisit = failure('STORE_LIST_INCOMPLETE');
    for (const closing of ['well', 'badly']) {
      const { listed, closed } = list(['a', 'b']);
      const { return: close } = listed;
      listed.return = async () => {
        const result = await close();
        if (closing === 'badly') throw new Error('of the list');
        return result;
      };
      const visits: string[] = [];
      const going = eachRecord(listed, async ({ key }) => {
        visits.push(key);
        throw ofVisit;
      });
      await expect(going).rejects.toBe(ofVisit);
      expect([visits, closed()]).toEqual([['a'], 1]);
    }
  });
});
