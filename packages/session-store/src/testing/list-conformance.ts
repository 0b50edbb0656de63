import type { DurableStore } from '../store/durable-store.ts';
import { type ConformanceCheck, demand, rejectionOf } from './conformance-check.ts';
import { demandKeys, keysOf, listed, put, remove, storeCheck } from './store-probe.ts';

/** More than fit into two pages of the usual size. */
const MANY = 250;
const TRANSFERS = 40;

const many = Array.from({ length: MANY }, (_, at) => `many/${String(at).padStart(3, '0')}`);

async function fill(store: DurableStore, keys: readonly string[]): Promise<void> {
  await store.commit(keys.map((key, at) => put(key, at)));
}

/** What a store owes for lists. */
export const listConformance: readonly ConformanceCheck<DurableStore>[] = [
  storeCheck('lists what is below a prefix, segment by segment, in the order of keys', async (store) => {
    await fill(store, [
      'b',
      'a/b',
      'a',
      'a-b',
      'a/a',
      'a/B',
      'a~',
      'a/b/c',
      'a0',
      'A/a',
      'aa/a',
      'a/~',
      'a/-',
      'a/0',
    ]);
    const all = [
      'A/a',
      'a',
      'a-b',
      'a/-',
      'a/0',
      'a/B',
      'a/a',
      'a/b',
      'a/b/c',
      'a/~',
      'a0',
      'aa/a',
      'a~',
      'b',
    ];
    demandKeys(await keysOf(store), all, 'everything');
    demandKeys(await keysOf(store, 'a'), all.slice(3, 10), 'below a');
    demandKeys(await keysOf(store, 'a/b'), ['a/b/c'], 'below a/b');
    demandKeys(await keysOf(store, 'c'), [], 'below what is not there');
  }),
  storeCheck('begins behind the key it is told, whether or not that exists', async (store) => {
    await fill(store, ['a', 'b/1', 'b/2', 'b/3', 'c']);
    demandKeys(await keysOf(store, '', { after: 'b/1' }), ['b/2', 'b/3', 'c'], 'behind b/1');
    demandKeys(await keysOf(store, 'b', { after: 'b/11' }), ['b/2', 'b/3'], 'below b and behind b/11');
    demandKeys(await keysOf(store, 'b', { after: 'a' }), ['b/1', 'b/2', 'b/3'], 'below b and behind a');
    demandKeys(await keysOf(store, 'b', { after: 'b/3' }), [], 'below b and behind its last');
    demandKeys(await keysOf(store, 'b', { after: 'c' }), [], 'below b and behind c');
  }),
  storeCheck('lists the same in pages of every size', async (store) => {
    await fill(store, [...many, 'before', 'z/after']);
    for (const pageSize of [undefined, 1, 7, MANY - 1, MANY, MANY + 1, 1_000]) {
      demandKeys(await keysOf(store, 'many', { pageSize }), many, `in pages of ${pageSize}`);
    }
  }),
  storeCheck(
    'gives the next entry to each of several calls, stays at its end, and can be left',
    async (store) => {
      await fill(store, ['a', 'b', 'c']);
      const iterator = store.list('', { pageSize: 2 });
      const together = await Promise.all([1, 2, 3, 4, 5].map(() => iterator.next()));
      demandKeys(
        together.map((result) => (result.done ? 'end' : result.value.key)),
        ['a', 'b', 'c', 'end', 'end'],
        'five calls at once',
      );
      demand((await iterator.next()).done === true, 'the end stays the end');
      const left = store.list('');
      await left.next();
      await left.return?.();
      demand((await left.next()).done === true, 'an iteration that was left is over');
    },
  ),
  storeCheck('shows what stays exactly once while others come and go', async (store) => {
    await fill(store, many);
    const found: string[] = [];
    const iterator = store.list('', { pageSize: 3 });
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) {
      found.push(next.value.key);
      const at = found.length;
      // Beside each entry one comes and goes, before and behind the page that is being read.
      await store.commit([put(`many/${at}x`, at), put(`a/${at}`, at), put(`z/${at}`, at)]);
      await store.commit([remove(`many/${at}x`), remove(`a/${at}`)]);
    }
    const stayed = found.filter((key) => many.includes(key));
    demandKeys(stayed, many, 'what was there all the time');
    demand(new Set(found).size === found.length, 'nothing is shown twice');
  }),
  storeCheck('shows each page as it was at one moment', async (store) => {
    const total = 100;
    const split = (left: number) => [
      { type: 'put', key: 'left', value: Uint8Array.of(left) } as const,
      { type: 'put', key: 'right', value: Uint8Array.of(total - left) } as const,
    ];
    await store.commit(split(total));
    const transfer = async () => {
      for (let turn = 0; turn < TRANSFERS; turn++) await store.commit(split(turn));
    };
    const read = async () => {
      for (let turn = 0; turn < TRANSFERS; turn++) {
        const sum = (await listed(store)).reduce((all, { value }) => all + (value[0] as number), 0);
        demand(sum === total, `left and right make ${total}, not ${sum}`);
      }
    };
    await Promise.all([transfer(), read()]);
  }),
  storeCheck('refuses pages without entries and with too many', async (store) => {
    for (const pageSize of [0, -1, 1.5, 1_001, Number.NaN]) {
      const error = await rejectionOf(store.list('', { pageSize }).next());
      demand(error instanceof RangeError, `pages of ${pageSize} are refused with a RangeError`);
    }
  }),
];
