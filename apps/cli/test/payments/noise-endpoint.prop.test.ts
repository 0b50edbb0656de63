import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { formatNoiseEndpoint, parseNoiseEndpoint } from '../../src/payments/noise-endpoint.ts';

const host = fc.oneof(
  fc.ipV4(),
  fc.ipV6().filter((address) => isIPv6(address) && !address.includes('%')),
  fc.domain().filter((name) => name.length <= 253),
);
const endpoint = fc.record({
  host,
  port: fc.integer({ min: 1, max: 65_535 }),
  noiseKey: fc.uint8Array({ minLength: 32, maxLength: 32 }),
});

/** What the parsers of the reference do with a text. @see P8 §1.7, §6.4 */
function asReferenceReads(text: string): { dial: string; key: string } | undefined {
  if (!text.startsWith('noise://')) return undefined;
  const [dial = '', ...keys] = text.slice('noise://'.length).split('@');
  const port = Number(dial.slice(dial.lastIndexOf(':') + 1));
  if (keys.length !== 1 || !/^[0-9a-f]{64}$/i.test(keys[0] ?? '') || !(port > 0)) return undefined;
  return { dial, key: (keys[0] ?? '').toLowerCase() };
}

describe('parseNoiseEndpoint', () => {
  it('reads back what was written', () => {
    fc.assert(
      fc.property(endpoint, (given) => {
        expect(parseNoiseEndpoint(formatNoiseEndpoint(given))).toEqual(given);
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('reads a text with anything changed alike as the reference, or not at all', () => {
    const change = fc.record({
      at: fc.nat(120),
      remove: fc.nat(2),
      insert: fc.oneof(
        fc.string({ maxLength: 2, unit: 'binary' }),
        fc.constantFrom('@', ':', '[', ']', '/', '0', '\n', ' '),
      ),
    });
    fc.assert(
      fc.property(endpoint, fc.array(change, { minLength: 1, maxLength: 3 }), (given, changes) => {
        let text = formatNoiseEndpoint(given);
        for (const { at, remove, insert } of changes) {
          text = text.slice(0, at) + insert + text.slice(at + remove);
        }
        const found = parseNoiseEndpoint(text);
        if (found === undefined) return;
        const again = formatNoiseEndpoint(found);
        expect(asReferenceReads(again)).toEqual(asReferenceReads(text));
        expect(parseNoiseEndpoint(again)).toEqual(found);
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('takes any text without throwing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 500 }), (text) => {
        expect(parseNoiseEndpoint(`noise://${text}`) ?? text).toBeDefined();
      }),
      { numRuns: effort(1_000) },
    );
  });
});
