import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { DiscoveryError, decodeDnsMessage } from '../../src/index.ts';
import { encoded, messages, mutated } from '../messages.ts';
import { records } from '../records.ts';

/** Decodes; a refusal must have the one code of malformed messages. */
function outcome(bytes: Uint8Array): string {
  try {
    const read = decodeDnsMessage(bytes);
    // Whatever was read can be written, and says the same again.
    const again = encoded(read);
    if (again !== undefined) expect(decodeDnsMessage(again)).toEqual(read);
    return 'records';
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_BAD_MESSAGE') {
      return error.context.problem;
    }
    throw error;
  }
}

/** Octets that mean much to a decoder, after a header that says there are some records. */
const crafted = fc
  .tuple(
    fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 4, maxLength: 4 }),
    fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 12, 13, 16, 63, 64, 65, 0xc0, 0xff), fc.nat(255)), {
      maxLength: 120,
    }),
  )
  .map(([counts, rest]) =>
    Uint8Array.from([0, 0, 0x80, 0, ...counts.flatMap((count) => [0, count]), ...rest]),
  );

describe('decodeDnsMessage', () => {
  it('inverts encodeDnsMessage', () => {
    let written = 0;
    fc.assert(
      fc.property(fc.array(records, { maxLength: 6 }), (list) => {
        const message = encoded(list);
        if (message === undefined) return;
        written += 1;
        expect(decodeDnsMessage(message)).toEqual(list);
      }),
      { numRuns: effort(2_000) },
    );
    expect(written).toBeGreaterThan(effort(1_000));
  });

  it('[F3] makes records or the one code of 10 000 mutated messages', () => {
    expect(outcomesOf(mutated(messages))).toEqual(
      expect.arrayContaining(['records', 'truncated', 'trailing bytes', 'reserved header bit']),
    );
  });

  it('[F3] makes records or the one code of 10 000 crafted ones, or of any bytes', () => {
    expect(outcomesOf(fc.oneof(crafted, fc.uint8Array({ maxLength: 1_010 })))).toEqual(
      expect.arrayContaining([
        'truncated',
        'pointer not backwards',
        'pointer into the header',
        'reserved label type',
        'reserved header bit',
      ]),
    );
  });
});

/** What all of many bytes come to. */
function outcomesOf(bytes: fc.Arbitrary<Uint8Array>): string[] {
  const seen = new Set<string>();
  fc.assert(
    fc.property(bytes, (some) => {
      seen.add(outcome(some));
    }),
    { numRuns: effort(10_000) },
  );
  return [...seen];
}
