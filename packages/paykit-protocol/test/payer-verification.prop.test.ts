import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { answerRequest, createMemoryReceiptStore, receiptEquals, type VerifyPayer } from '../src/index.ts';
import { answerOptions, PAYEE, PAYER, receipt, STRANGER } from './fixtures.ts';

/** Few ids, amounts and parties, so that repeats and conflicts are common. */
const requests = fc.record({
  receiptId: fc.constantFrom('a', 'b'),
  amount: fc.constantFrom('1', '2', '0'),
  payer: fc.constantFrom(PAYER, STRANGER),
  payee: fc.constantFrom(PAYEE, PAYEE, PAYEE, STRANGER),
});

const verdicts = fc.oneof(
  fc.constant('verified'),
  fc.constantFrom('mismatch', 'unverified'),
  fc.constant(new TypeError('offline')),
  fc.anything().filter((verdict) => verdict !== 'verified'),
);

describe('VerifyPayer', () => {
  it('[S3.3] decides alone: without its word nothing is confirmed, generated or stored (P8 W-05, W-16)', async () => {
    const confirmations = { fresh: 0, repeated: 0, refused: 0 };
    const exchange = fc.array(fc.tuple(requests, verdicts), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(exchange, async (steps) => {
        const store = createMemoryReceiptStore();
        let touched = 0;
        const counted = {
          get: (key: Parameters<typeof store.get>[0]) => {
            touched++;
            return store.get(key);
          },
          keep: (kept: Parameters<typeof store.keep>[0]) => {
            touched++;
            return store.keep(kept);
          },
        };
        for (const [changes, verdict] of steps) {
          const before = store.all();
          touched = 0;
          const peer = (async () => {
            if (verdict instanceof TypeError) throw verdict;
            return verdict;
          }) as VerifyPayer;
          const request = receipt(changes);
          const answer = await answerRequest(
            { type: 'RequestReceipt', provisionalReceipt: request },
            {
              ...answerOptions(),
              peer,
              store: counted,
              generateReceipt: (generated) => {
                touched++;
                return generated;
              },
            },
          );
          if (verdict !== 'verified') {
            expect([answer.outcome, touched, store.all()]).toEqual(['refused', 0, before]);
          }
          if (answer.outcome === 'confirmed') {
            expect(receiptEquals(answer.receipt, request)).toBe(true);
            expect(store.all()).toHaveLength(before.length + (answer.repeated ? 0 : 1));
            confirmations[answer.repeated ? 'repeated' : 'fresh']++;
          } else {
            expect(store.all()).toEqual(before);
            confirmations.refused++;
          }
        }
      }),
      { numRuns: 6000 },
    );
    // The property has seen every kind of answer.
    expect(Math.min(...Object.values(confirmations))).toBeGreaterThan(0);
  });
});
