import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type KeyLedger, keyLedgerCodec } from '../../src/index.ts';
import { flipped, thrownBy } from '../bytes.ts';
import { ledgers } from './ledgers.ts';

const CODES = ['DISCOVERY_DOCUMENT_MALFORMED', 'DISCOVERY_DOCUMENT_NEWER'];

/** The ledger, or the code it is refused with. */
function outcomeOf(bytes: Uint8Array): unknown {
  try {
    return keyLedgerCodec.decode(bytes);
  } catch {
    return thrownBy(() => keyLedgerCodec.decode(bytes)).code;
  }
}

describe('keyLedgerCodec', () => {
  it('[O3] decodes what it encoded, to the same bytes again', () => {
    fc.assert(
      fc.property(ledgers, (ledger) => {
        const bytes = keyLedgerCodec.encode(ledger);
        const decoded = keyLedgerCodec.decode(bytes);
        expect(decoded).toEqual(ledger);
        expect(keyLedgerCodec.encode(decoded)).toEqual(bytes);
      }),
      { numRuns: effort(400) },
    );
  });

  it('[F3] gives a ledger that is written the same way, or a known code, for any bytes', () => {
    const mutated = fc
      .tuple(ledgers, fc.array(fc.nat(), { minLength: 1, maxLength: 3 }))
      .map(([ledger, bits]) =>
        bits.reduce((bytes, bit) => flipped(bytes, bit % (bytes.length * 8)), keyLedgerCodec.encode(ledger)),
      );
    const json = fc.json().map(encodeUtf8);
    fc.assert(
      fc.property(fc.oneof(mutated, json, fc.uint8Array({ maxLength: 100 })), (bytes) => {
        const outcome = outcomeOf(bytes);
        if (typeof outcome === 'string') {
          expect(CODES).toContain(outcome);
        } else {
          const again = keyLedgerCodec.encode(outcome as KeyLedger);
          expect(decodeUtf8(again)).toBe(decodeUtf8(bytes).replaceAll(/[\t\n\r ]/g, ''));
        }
      }),
      { numRuns: effort(4_000) },
    );
  });
});
