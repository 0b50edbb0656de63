import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decodeUtf8, encodeUtf8, isCodedError } from '../../src/index.ts';

describe('encodeUtf8', () => {
  it('agrees with Buffer on any string, lone surrogates included', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 24 }), (units) => {
        const text = String.fromCharCode(...units);
        expect(encodeUtf8(text)).toEqual(new Uint8Array(Buffer.from(text)));
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('is undone by decodeUtf8 for well-formed text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(decodeUtf8(encodeUtf8(text))).toBe(text);
      }),
      { numRuns: effort(500) },
    );
  });
});

describe('decodeUtf8', () => {
  const likely = fc.constantFrom(
    0x41,
    0x80,
    0xbf,
    0xc2,
    0xe0,
    0xa0,
    0xed,
    0xef,
    0xbb,
    0xf0,
    0x90,
    0xf4,
    0xff,
  );

  it('decodes exactly the well-formed inputs, to text that encodes to the same bytes', () => {
    const outcomes = new Set<string>();
    fc.assert(
      fc.property(fc.array(fc.oneof(likely, fc.nat({ max: 255 })), { maxLength: 10 }), (values) => {
        const input = Uint8Array.from(values);
        try {
          const text = decodeUtf8(input);
          outcomes.add('decoded');
          expect(isUtf8(input)).toBe(true);
          expect(encodeUtf8(text)).toEqual(input);
        } catch (error) {
          if (!isCodedError(error)) throw error;
          outcomes.add(error.code);
          expect(isUtf8(input)).toBe(false);
        }
      }),
      { numRuns: effort(5_000) },
    );
    expect([...outcomes].sort()).toEqual(['PRIMITIVES_BAD_UTF8', 'decoded']);
  });
});
