import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { noteRequest, type PaykitReceipt } from '../src/index.ts';
import { NOW_SECONDS, noteOptions, PAYER, receipt, STRANGER } from './fixtures.ts';

/** Few ids, terms and payers, so that copies and conflicts are common; some fail a check. */
const requests = fc
  .record({
    receiptId: fc.constantFrom('a', 'b'),
    payer: fc.constantFrom(PAYER, STRANGER),
    amount: fc.constantFrom('1', '2', '-1'),
    createdAt: fc.constantFrom(NOW_SECONDS, NOW_SECONDS - 90_000),
    metadata: fc.constantFrom({}, { note: 'tea' }),
  })
  .map(receipt);

const keyOf = ({ receiptId, payer }: PaykitReceipt) => `${receiptId} ${payer[0]}`;
const isGood = ({ amount, createdAt }: PaykitReceipt) => amount !== '-1' && createdAt === NOW_SECONDS;

describe('noteRequest', () => {
  it('[S3.3] reports each good request as new once, however its copies arrive (P8 W-58)', async () => {
    const rounds = fc.array(fc.array(requests, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(rounds, async (batches) => {
        const options = noteOptions();
        const first = new Map<string, PaykitReceipt>();
        for (const batch of batches) {
          // All of a batch at once, as over several sessions.
          const notes = await Promise.all(
            batch.map((provisionalReceipt) =>
              noteRequest({ type: 'RequestReceipt', provisionalReceipt }, options),
            ),
          );
          for (const [index, request] of batch.entries()) {
            const note = notes[index];
            const key = keyOf(request);
            const known = first.get(key);
            if (!isGood(request)) {
              expect(note).toMatchObject({ outcome: 'refused' });
            } else if (known === undefined) {
              // In one store and one process, they are noted in the order in which they came.
              expect(note).toEqual({
                outcome: 'noted',
                receipt: request,
                payerVerified: false,
              });
              first.set(key, request);
            } else if (JSON.stringify(known) === JSON.stringify(request)) {
              expect(note).toMatchObject({ outcome: 'repeated', payerVerified: false });
            } else {
              expect(note).toEqual({ outcome: 'refused', reason: 'DUPLICATE_ID' });
            }
          }
          expect(options.requests.all()).toEqual([...first.values()]);
        }
      }),
      { numRuns: effort(400) },
    );
  });
});
