import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, isAllZero } from '../src/index.ts';

/** Pairs that are equal, or differ in a few places, or in length: what independent bytes seldom are. */
const pair = fc.oneof(
  fc.tuple(fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 })),
  fc.uint8Array({ maxLength: 40 }).map((bytes) => [bytes, bytes.slice()] as const),
  fc
    .tuple(fc.uint8Array({ minLength: 1, maxLength: 40 }), fc.nat(), fc.integer({ min: 1, max: 255 }))
    .map(([bytes, at, difference]) => {
      const other = bytes.slice();
      const index = at % bytes.length;
      other[index] = (bytes[index] ?? 0) ^ difference;
      return [bytes, other] as const;
    }),
);

describe('equalBytes', () => {
  it('agrees with Buffer.compare', () => {
    fc.assert(
      fc.property(pair, ([left, right]) => {
        expect(equalBytes(left, right)).toBe(Buffer.compare(left, right) === 0);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('isAllZero', () => {
  it('agrees with looking at each byte', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(0, 0, 0, 0, 0, 1, 128), { maxLength: 12 }), (values) => {
        expect(isAllZero(Uint8Array.from(values))).toBe(values.every((value) => value === 0));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('concatBytes', () => {
  it('agrees with Buffer.concat', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 8 }), (parts) => {
        expect(concatBytes(...parts)).toEqual(new Uint8Array(Buffer.concat(parts)));
      }),
    );
  });
});
