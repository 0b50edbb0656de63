import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import {
  answerRequest,
  type PaykitReceipt,
  type ReceiptKey,
  receiptEquals,
  type VerifyPayer,
} from '../src/index.ts';
import { answerOptions, PAYEE, PAYER, receipt, STRANGER } from './fixtures.ts';

/** Few ids, amounts and parties, so that repeats and conflicts are common. */
const requests = fc.record({
  receiptId: fc.constantFrom('a', 'b'),
  amount: fc.constantFrom('1', '1', '1', '2', '0'),
  payer: fc.constantFrom(PAYER, PAYER, PAYER, STRANGER),
  payee: fc.constantFrom(PAYEE, PAYEE, PAYEE, PAYEE, STRANGER),
});

const verdicts = fc.oneof(
  { weight: 4, arbitrary: fc.constant('verified') },
  { weight: 1, arbitrary: fc.constantFrom('mismatch', 'unverified') },
  { weight: 1, arbitrary: fc.constant(new TypeError('offline')) },
  { weight: 2, arbitrary: fc.anything().filter((verdict) => verdict !== 'verified') },
);

/** A store that counts every touch, and copies nothing: checking the keys of a copy is what takes the time. */
function countingStore() {
  const receipts = new Map<string, PaykitReceipt>();
  const keyOf = ({ receiptId, payer }: ReceiptKey) => `${receiptId} ${payer[0]}`;
  const store = {
    receipts,
    touched: 0,
    async get(key: ReceiptKey) {
      store.touched++;
      return receipts.get(keyOf(key));
    },
    async keep(receipt: PaykitReceipt) {
      store.touched++;
      const kept = receipts.get(keyOf(receipt)) ?? receipt;
      receipts.set(keyOf(receipt), kept);
      return kept;
    },
  };
  return store;
}

describe('VerifyPayer', () => {
  it('[S3.3] decides alone: without its word nothing is confirmed, generated or stored (P8 W-05, W-16)', async () => {
    const seen = { fresh: 0, repeated: 0, refused: 0 };
    const exchange = fc.array(fc.tuple(requests, verdicts), { minLength: 4, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(exchange, async (steps) => {
        const store = countingStore();
        for (const [changes, verdict] of steps) {
          const { size } = store.receipts;
          store.touched = 0;
          let generated = 0;
          const request = receipt(changes);
          const answer = await answerRequest(
            { type: 'RequestReceipt', provisionalReceipt: request },
            {
              ...answerOptions(),
              store,
              peer: (async () => {
                if (verdict instanceof TypeError) throw verdict;
                return verdict;
              }) as VerifyPayer,
              generateReceipt: (made) => {
                generated++;
                return made;
              },
            },
          );
          if (verdict !== 'verified') {
            expect([answer.outcome, store.touched, generated]).toEqual(['refused', 0, 0]);
          }
          const fresh = answer.outcome === 'confirmed' && !answer.repeated;
          expect(store.receipts.size).toBe(size + (fresh ? 1 : 0));
          if (answer.outcome === 'confirmed') expect(receiptEquals(answer.receipt, request)).toBe(true);
          seen[answer.outcome === 'refused' ? 'refused' : fresh ? 'fresh' : 'repeated']++;
        }
      }),
      { numRuns: effort(400) },
    );
    // Of the rarest, the repeats, there are some tens.
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(0);
  });
});
