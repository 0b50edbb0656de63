import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AMOUNT_MAX_MANTISSA, compareAmounts, formatAmount, parseAmount } from '../src/index.ts';

const amounts = fc.record({
  mantissa: fc.bigInt({ min: 1n, max: AMOUNT_MAX_MANTISSA }),
  scale: fc.integer({ min: 0, max: 28 }),
});

describe('formatAmount', () => {
  it('is inverted by parseAmount, with the scale', () => {
    fc.assert(
      fc.property(amounts, (amount) => {
        const text = formatAmount(amount);
        expect(parseAmount(text)).toEqual(amount);
        expect(formatAmount(parseAmount(text)!)).toBe(text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('compareAmounts', () => {
  it('orders by value, whatever the scale', () => {
    fc.assert(
      fc.property(amounts, amounts, fc.integer({ min: 0, max: 9 }), (left, right, zeros) => {
        const a = left.mantissa * 10n ** BigInt(28 - left.scale);
        const b = right.mantissa * 10n ** BigInt(28 - right.scale);
        expect(Math.sign(compareAmounts(left, right))).toBe(a < b ? -1 : a > b ? 1 : 0);
        const widened = { mantissa: left.mantissa * 10n ** BigInt(zeros), scale: left.scale + zeros };
        expect(compareAmounts(left, widened)).toBe(0);
      }),
    );
  });
});
