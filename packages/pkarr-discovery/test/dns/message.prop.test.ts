import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { DiscoveryError, type DnsRecord, decodeDnsMessage, encodeDnsMessage } from '../../src/index.ts';
import { records } from '../records.ts';

/** The message of some records, if one packet holds them. */
function encoded(list: readonly DnsRecord[]): Uint8Array | undefined {
  try {
    return encodeDnsMessage(list);
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_PACKET_TOO_LARGE') return undefined;
    throw error;
  }
}

const messages = fc
  .array(records, { maxLength: 6 })
  .map(encoded)
  .filter((message) => message !== undefined);

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

/** A message with some of its octets changed, cut out or put in. */
const mutated = fc
  .tuple(
    messages,
    fc.array(fc.record({ at: fc.nat(999), cut: fc.nat(3), put: fc.uint8Array({ maxLength: 3 }) }), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([message, changes]) =>
    changes.reduce((bytes, { at, cut, put }) => {
      const start = at % (bytes.length + 1);
      return Uint8Array.from([...bytes.subarray(0, start), ...put, ...bytes.subarray(start + cut)]);
    }, message),
  );

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

  it('[F3] makes records or the one code of any bytes', () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(fc.oneof(mutated, crafted, fc.uint8Array({ maxLength: 1_010 })), (bytes) => {
        const result = outcome(bytes);
        seen.set(result, (seen.get(result) ?? 0) + 1);
      }),
      { numRuns: effort(10_000) },
    );
    expect([...seen.keys()]).toEqual(
      expect.arrayContaining([
        'records',
        'truncated',
        'trailing bytes',
        'pointer not backwards',
        'reserved label type',
        'reserved header bit',
      ]),
    );
  });
});
