import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { base64, hex, isCodedError, type TextCodec, zBase32 } from '../../src/index.ts';

const ALPHABETS = {
  hex: '0123456789abcdefABCDEF',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=',
  'z-base-32': 'ybndrfg8ejkmcpqxot1uwisza345h769YB=',
} as const;

/** Another implementation of each encoding, written from its definition. */
const REFERENCES = {
  hex: (bytes: Uint8Array) => Buffer.from(bytes).toString('hex'),
  base64: (bytes: Uint8Array) => Buffer.from(bytes).toString('base64'),
  'z-base-32': (bytes: Uint8Array) => {
    const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, '0')).join('');
    const groups = bits.match(/.{1,5}/g) ?? [];
    return groups.map((group) => ALPHABETS['z-base-32'][Number.parseInt(group.padEnd(5, '0'), 2)]).join('');
  },
} as const;

describe.each<[keyof typeof ALPHABETS, TextCodec]>([
  ['hex', hex],
  ['base64', base64],
  ['z-base-32', zBase32],
])('%s', (name, codec) => {
  const letters = fc.constantFrom(...ALPHABETS[name]);
  const text = fc.oneof(
    fc.string({ unit: letters, maxLength: 24 }),
    fc.string({ unit: letters, maxLength: 3 }),
    fc.string({ unit: 'binary', maxLength: 16 }),
    // A good text with one letter changed, added or left out: the tails that only a strict decoder refuses.
    fc
      .tuple(
        fc.uint8Array({ maxLength: 34 }),
        fc.nat(),
        fc.nat({ max: 1 }),
        fc.string({ unit: letters, maxLength: 1 }),
      )
      .map(([bytes, at, cut, letter]) => {
        const good = REFERENCES[name](bytes);
        const index = at % (good.length + 1);
        return good.slice(0, index) + letter + good.slice(index + cut);
      }),
    fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 34 }), letters).map(([bytes, letter]) => {
      const unpadded = REFERENCES[name](bytes).replace(/=+$/, '');
      return unpadded.slice(0, -1) + letter + '='.repeat(REFERENCES[name](bytes).length - unpadded.length);
    }),
  );

  it('encodes as its reference does, and decodes back to the same bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const encoded = codec.encode(bytes);
        expect(encoded).toBe(REFERENCES[name](bytes));
        expect(codec.decode(encoded)).toEqual(bytes);
        expect(codec.decode(encoded, bytes.length)).toEqual(bytes);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('gives bytes that encode to the very text, or a code, for any text', () => {
    const outcomes = new Map<string, number>();
    const note = (outcome: string) => outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    fc.assert(
      fc.property(text, fc.option(fc.nat({ max: 34 }), { nil: undefined }), (candidate, expectedBytes) => {
        try {
          const bytes = codec.decode(candidate, expectedBytes);
          note('decoded');
          expect(REFERENCES[name](bytes)).toBe(candidate);
          if (expectedBytes !== undefined) expect(bytes).toHaveLength(expectedBytes);
        } catch (error) {
          if (!isCodedError(error)) throw error;
          note(error.code);
          expect(error.code === 'PRIMITIVES_WRONG_LENGTH' && expectedBytes === undefined).toBe(false);
        }
      }),
      { numRuns: effort(4_000) },
    );
    expect([...outcomes.keys()].sort()).toEqual([
      'PRIMITIVES_BAD_ENCODING',
      'PRIMITIVES_WRONG_LENGTH',
      'decoded',
    ]);
  });
});
