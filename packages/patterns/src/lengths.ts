import { PatternsError } from './errors.ts';

/** @throws PATTERNS_KEY_LENGTH unless `value` is a byte string of exactly `expected` bytes (W-19: never padded or cut). */
export function requireLength(what: string, value: Uint8Array, expected: number): void {
  if (!(value instanceof Uint8Array)) throw new TypeError(`the ${what} is not a Uint8Array`);
  if (value.length !== expected) {
    throw new PatternsError('PATTERNS_KEY_LENGTH', { what, expected, actual: value.length });
  }
}
