import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decodeDnsMessage, encodeDnsMessage } from '../../src/index.ts';
import { applyChange, sameRecords } from '../../src/publishing/packet-change.ts';
import { text } from '../packets.ts';
import { records } from '../records.ts';

describe('applyChange', () => {
  const change = { replaces: ({ name }: { name: string }) => name === 'own', records: [text('own', 'new')] };

  it('[I3] replaces what is one’s own and keeps the rest, in its order', () => {
    const before = [text('a', '1'), text('own', 'old'), text('b', '2'), text('own', 'older')];
    expect(applyChange(before, change)).toEqual([text('a', '1'), text('b', '2'), text('own', 'new')]);
  });

  it('takes out without putting in', () => {
    const gone = { ...change, records: [] };
    expect(applyChange([text('own', 'old'), text('a', '1')], gone)).toEqual([text('a', '1')]);
  });

  it('refuses a change that would not find its own records again', () => {
    expect(() => applyChange([], { ...change, records: [text('other', 'x')] })).toThrow(TypeError);
  });
});

describe('sameRecords', () => {
  it('does not mind the order, but every difference and how often there is what', () => {
    const [a, b] = [text('a', '1'), text('b', '2')];
    expect(sameRecords([a, b], [b, a])).toBe(true);
    expect(sameRecords([], [])).toBe(true);
    expect(sameRecords([a, a, b], [a, b, b])).toBe(false);
    expect(sameRecords([a], [a, a])).toBe(false);
    expect(sameRecords([a], [{ ...a, ttl: 301 }])).toBe(false);
    expect(sameRecords([a], [{ ...a, class: 3 }])).toBe(false);
    expect(sameRecords([a], [{ ...a, class: 1 }])).toBe(true);
    expect(sameRecords([a], [{ ...a, name: 'A' }])).toBe(false);
    expect(sameRecords([a], [{ ...a, name: '\\097' }])).toBe(true);
  });

  it('finds what went over the wire the same, in any order', () => {
    fc.assert(
      fc.property(
        fc.array(records, { maxLength: 2 }).chain((list) =>
          fc.record({
            list: fc.constant(list),
            again: fc.shuffledSubarray(list, { minLength: list.length }),
          }),
        ),
        ({ list, again }) => {
          expect(sameRecords(decodeDnsMessage(encodeDnsMessage(list)), again)).toBe(true);
        },
      ),
      { numRuns: effort(300) },
    );
  });
});
