import fc from 'fast-check';
import { hex, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decodeSeedText, encodeSeedText } from '../../src/identity/seed-text.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });

describe('encodeSeedText', () => {
  it('writes what the codecs of the library write, as a line', () => {
    fc.assert(
      fc.property(seeds, (seed) => {
        expect(textOf(encodeSeedText(seed, 'hex'))).toBe(`${hex.encode(seed)}\n`);
        expect(textOf(encodeSeedText(seed, 'z32'))).toBe(`${zBase32.encode(seed)}\n`);
      }),
      { numRuns: effort(400) },
    );
  });
});

describe('decodeSeedText', () => {
  it('reads both forms, in any case, with blanks around', () => {
    fc.assert(
      fc.property(seeds, fc.constantFrom('hex', 'z32'), fc.boolean(), (seed, format, isUpper) => {
        const written = textOf(encodeSeedText(seed, format));
        const typed = ` \t${isUpper ? written.toUpperCase() : written}\r\n`;
        expect(decodeSeedText(bytesOf(typed))).toEqual(seed);
      }),
      { numRuns: effort(400) },
    );
  });

  it('gives a seed or nothing for any bytes, and writes again what it has read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const seed = decodeSeedText(bytes);
        expect(seed === undefined || seed.length === 32).toBe(true);
      }),
      { numRuns: effort(400) },
    );
  });

  it.each([
    ['nothing', ''],
    ['a digit too few', 'a'.repeat(63)],
    ['a digit too many', 'a'.repeat(65)],
    ['a foreign character', `${'a'.repeat(63)}g`],
    ['z-base-32 with bits beyond the seed', `${'y'.repeat(51)}b`],
  ])('refuses %s', (_, text) => {
    expect(decodeSeedText(bytesOf(text))).toBeUndefined();
  });
});
