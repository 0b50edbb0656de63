import { NoiseError } from './errors.ts';

/**
 * The tag is that of every Uint8Array, Buffers and those of other realms included, where `instanceof` fails.
 *
 * @throws TypeError unless `value` is a Uint8Array: the types forbid anything else.
 */
export function assertBytes(value: unknown, what: string): asserts value is Uint8Array {
  if ((value as Partial<Uint8Array> | undefined)?.[Symbol.toStringTag] !== 'Uint8Array')
    throw new TypeError(`${what} is not a Uint8Array`);
}

/** @throws NOISE_KEY_LENGTH unless `key` has exactly `expected` bytes. */
export function assertKeyLength(key: Uint8Array, expected: number, name: string): void {
  assertBytes(key, name);
  if (key.length !== expected) {
    throw new NoiseError('NOISE_KEY_LENGTH', { key: name, expected, actual: key.length });
  }
}

/** @throws NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG unless there are `minimum` to `maximum` bytes, inclusive. */
export function assertLength(bytes: Uint8Array, minimum: number, maximum: number, what: string): void {
  assertBytes(bytes, what);
  const actual = bytes.length;
  if (actual < minimum) throw new NoiseError('NOISE_MESSAGE_TOO_SHORT', { minimum, actual });
  if (actual > maximum) throw new NoiseError('NOISE_MESSAGE_TOO_LONG', { maximum, actual });
}
