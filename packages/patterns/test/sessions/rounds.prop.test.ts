import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { Rounds } from '../../src/sessions/rounds.ts';

const commands = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('add' as const), value: fc.nat(9) }),
    fc.record({ do: fc.constant('delete' as const), value: fc.nat(9) }),
    fc.record({ do: fc.constant('next' as const), value: fc.nat(7) }),
  ),
  // Without a size, fast-check would stop at ten or so.
  { maxLength: 60, size: 'max' },
);

describe('Rounds', () => {
  it('holds what was added and not deleted, and shows none of it twice at a time', () => {
    fc.assert(
      fc.property(commands, (sequence) => {
        const [rounds, model] = [new Rounds<number>(), new Set<number>()];
        for (const { do: what, value } of sequence) {
          if (what === 'add') {
            rounds.add(value);
            model.add(value);
          } else if (what === 'delete') {
            rounds.delete(value);
            model.delete(value);
          } else {
            const part = rounds.next(value);
            expect(new Set(part).size).toBe(part.length);
            expect(part.length).toBe(Math.min(value, model.size));
            for (const seen of part) expect(model).toContain(seen);
          }
          expect(rounds.size).toBe(model.size);
        }
        expect(new Set(rounds.next(model.size))).toEqual(model);
      }),
      { numRuns: effort(500) },
    );
  });

  it('comes by everything that stays, however small the parts', () => {
    fc.assert(
      fc.property(commands, fc.integer({ min: 1, max: 4 }), (sequence, count) => {
        const rounds = new Rounds<number>();
        const stays = new Set<number>();
        for (const { do: what, value } of sequence) {
          if (what === 'add') rounds.add(value);
          if (what === 'add') stays.add(value);
          if (what === 'delete') rounds.delete(value);
          if (what === 'delete') stays.delete(value);
          if (what === 'next') rounds.next(value);
        }
        const seen = new Set<number>();
        for (let looked = 0; looked < stays.size; looked += count) {
          for (const value of rounds.next(count)) seen.add(value);
        }
        expect(seen).toEqual(stays);
      }),
      { numRuns: effort(500) },
    );
  });
});
