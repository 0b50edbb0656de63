import { MAX_MESSAGE_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';

/** True for byte arrays of any realm: `instanceof` alone fails for those of frames and test environments. */
function isBytes(value: unknown): value is Uint8Array {
  return (
    value instanceof Uint8Array || (ArrayBuffer.isView(value) && value.constructor.name === 'Uint8Array')
  );
}

/** @throws TypeError unless `value` is a Uint8Array: the types forbid anything else. */
export function assertBytes(value: unknown, what: string): asserts value is Uint8Array {
  if (!isBytes(value)) throw new TypeError(`${what} is not a Uint8Array`);
}

/** @throws NOISE_KEY_LENGTH unless `key` has exactly `expected` bytes. */
export function assertKeyLength(key: Uint8Array, expected: number, name: string): void {
  assertBytes(key, `the key ${name}`);
  if (key.length !== expected) {
    throw new NoiseError('NOISE_KEY_LENGTH', { key: name, expected, actual: key.length });
  }
}

/** @throws NOISE_MESSAGE_TOO_SHORT, NOISE_MESSAGE_TOO_LONG unless a message may have `actual` bytes. */
export function assertMessageLength(actual: number, minimum: number): void {
  if (actual < minimum) throw new NoiseError('NOISE_MESSAGE_TOO_SHORT', { minimum, actual });
  if (actual > MAX_MESSAGE_BYTES) {
    throw new NoiseError('NOISE_MESSAGE_TOO_LONG', { maximum: MAX_MESSAGE_BYTES, actual });
  }
}
