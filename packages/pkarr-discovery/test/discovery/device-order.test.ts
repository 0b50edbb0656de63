import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookUpOrder } from '../../src/discovery/device-order.ts';
import { formerDevice } from '../../src/index.ts';
import { filled } from '../bytes.ts';

const FORMER = formerDevice('default', filled(3));

describe('lookUpOrder', () => {
  it('takes `default`, what several name, one of each in turn, and former keys last', () => {
    const lists = [['b', 'a', 'c', 'x', FORMER], ['z', 'x', 'default'], []];
    expect(lookUpOrder(lists)).toEqual(['default', 'x', 'a', 'z', 'b', 'c', FORMER]);
    expect(lookUpOrder([])).toEqual([]);
  });

  it('names every device once, and gives each source its share in whatever it names', () => {
    const names = fc.constantFrom('default', 'phone', 'tablet', FORMER, ...'abcdefghijkl');
    const lists = fc.array(fc.uniqueArray(names), { maxLength: 3 });
    fc.assert(
      fc.property(lists, (given) => {
        const order = lookUpOrder(given);
        expect(new Set(order)).toEqual(new Set(given.flat()));
        expect(order).toHaveLength(new Set(given.flat()).size);
        // The nth device of a source alone stands behind n of each other one at most.
        const shared = new Set(
          given.flat().filter((one) => given.filter((list) => list.includes(one)).length > 1),
        );
        const isAlone = (one: string) => !shared.has(one) && one !== 'default' && one !== FORMER;
        for (const list of given) {
          const own = order.filter((one) => list.includes(one) && isAlone(one));
          own.forEach((one, nth) => {
            const before = order.slice(0, order.indexOf(one)).filter(isAlone);
            expect(before.length).toBeLessThanOrEqual((nth + 1) * given.length);
          });
        }
      }),
    );
  });
});
