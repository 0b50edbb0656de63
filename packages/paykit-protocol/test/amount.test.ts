import { describe, expect, it } from 'vitest';
import { AMOUNT_MAX_MANTISSA, parseAmount } from '../src/index.ts';

describe('parseAmount', () => {
  it.each([
    '0',
    '0.00',
    '-1',
    '+1',
    '1e3',
    '1E3',
    '.5',
    '1.',
    '01',
    '1_000',
    '1,5',
    ' 1',
    '1 ',
    '',
    'NaN',
    '١',
    '0x1',
    '1.0.0',
  ])('refuses %j', (text) => {
    expect(parseAmount(text)).toBeUndefined();
  });

  it('takes the greatest amount of the reference and not one more', () => {
    expect(parseAmount(`${AMOUNT_MAX_MANTISSA}`)).toEqual({ mantissa: AMOUNT_MAX_MANTISSA, scale: 0 });
    expect(parseAmount(`${AMOUNT_MAX_MANTISSA + 1n}`)).toBeUndefined();
  });

  it('takes 28 digits after the point and not 29', () => {
    expect(parseAmount(`0.${'0'.repeat(27)}1`)).toEqual({ mantissa: 1n, scale: 28 });
    expect(parseAmount(`0.${'0'.repeat(28)}1`)).toBeUndefined();
  });

  it('refuses long texts before it counts with them', () => {
    expect(parseAmount('1'.repeat(1_000_000))).toBeUndefined();
  });
});
