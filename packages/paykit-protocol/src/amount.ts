import { AMOUNT_MAX_CHARS, AMOUNT_MAX_MANTISSA, AMOUNT_MAX_SCALE } from './constants.ts';

/** A positive decimal, exact: `mantissa` / 10^`scale`. `100.50` is 10050 with scale 2, and stays `100.50` as text. */
export interface Amount {
  /** 1 to 2^96 − 1. */
  readonly mantissa: bigint;
  /** Digits after the point, 0 to 28. */
  readonly scale: number;
}

/** Digits, and maybe a point with digits after it: no sign, no exponent, no separators, no needless zero in front. */
const DECIMAL = /^(0|[1-9][0-9]*)(?:\.([0-9]+))?$/;

/**
 * Reads an amount strictly: greater than zero and within the reference's decimal, 96 bits with at most 28 digits after
 * the point. `undefined` for anything else.
 *
 * @see P8 §5.1, §13.3
 * @example
 * ```ts
 * import { parseAmount } from '@pubky-paykit/paykit-protocol';
 * parseAmount('100.50'); // { mantissa: 10050n, scale: 2 }
 * parseAmount('-1'); // undefined
 * ```
 */
export function parseAmount(text: string): Amount | undefined {
  if (text.length > AMOUNT_MAX_CHARS) return undefined;
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, whole = '', fraction = ''] = match;
  const mantissa = BigInt(whole + fraction);
  if (mantissa === 0n || mantissa > AMOUNT_MAX_MANTISSA || fraction.length > AMOUNT_MAX_SCALE) {
    return undefined;
  }
  return { mantissa, scale: fraction.length };
}

/** The text of an amount, with all the digits of its scale: the inverse of {@link parseAmount}. */
export function formatAmount({ mantissa, scale }: Amount): string {
  const digits = mantissa.toString().padStart(scale + 1, '0');
  const point = digits.length - scale;
  return scale === 0 ? digits : `${digits.slice(0, point)}.${digits.slice(point)}`;
}

/** Negative, zero or positive as `left` is less than, equal to or greater than `right`; the scale does not count. */
export function compareAmounts(left: Amount, right: Amount): number {
  const scale = Math.max(left.scale, right.scale);
  const [a, b] = [left, right].map((amount) => amount.mantissa * 10n ** BigInt(scale - amount.scale)) as [
    bigint,
    bigint,
  ];
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
