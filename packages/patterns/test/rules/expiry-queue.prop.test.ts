import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { ExpiryQueue } from '../../src/rules/expiry-queue.ts';

describe('ExpiryQueue', () => {
  it('gives items by age, those of the same time in the order they came, whatever was added and taken between', () => {
    const steps = fc.array(fc.oneof(fc.nat(9), fc.constant('take' as const)), { maxLength: 60 });
    fc.assert(
      fc.property(steps, (sequence) => {
        const queue = new ExpiryQueue<number>();
        const model: { item: number; atMs: number }[] = [];
        for (const [item, step] of sequence.entries()) {
          if (step === 'take') {
            expect(queue.takeOldest()).toBe(model.shift()?.item);
          } else {
            queue.add(item, step);
            // Array.prototype.sort is stable.
            model.push({ item, atMs: step });
            model.sort((left, right) => left.atMs - right.atMs);
          }
          expect(queue.size).toBe(model.length);
          expect(queue.oldest?.item).toBe(model[0]?.item);
          expect(queue.oldest?.atMs).toBe(model[0]?.atMs);
        }
      }),
      { numRuns: effort(1_000) },
    );
  });
});
