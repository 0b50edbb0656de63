/**
 * Joins byte strings into one fresh buffer. Inputs are borrowed.
 *
 * @example
 * ```ts
 * import { concatBytes } from '@pubky-paykit/primitives';
 * concatBytes(Uint8Array.of(1), Uint8Array.of(2, 3)); // 01 02 03
 * ```
 */
export function concatBytes(...parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let offset = 0;
  for (const part of parts) {
    joined.set(part, offset);
    offset += part.length;
  }
  return joined;
}

/**
 * Compares two byte strings without an early exit. Lengths are public: different lengths answer at once.
 *
 * JavaScript gives no guarantee about the time of single operations; this removes only the data-dependent exit.
 */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  let difference = 0;
  for (let i = 0; i < left.length; i++) difference |= (left[i] as number) ^ (right[i] as number);
  return difference === 0;
}

/** True if every byte is zero, found without an early exit. An empty string counts as all zero. */
export function isAllZero(bytes: Uint8Array): boolean {
  let seen = 0;
  for (let i = 0; i < bytes.length; i++) seen |= bytes[i] as number;
  return seen === 0;
}

/**
 * Overwrites buffers with zeros, in place. Wipe only what you own.
 *
 * The engine may have copied the bytes before (garbage collection, spilled registers): wiping shortens the life of a
 * secret, it does not erase every trace.
 */
export function wipe(...buffers: readonly (Uint8Array | undefined)[]): void {
  for (const buffer of buffers) buffer?.fill(0);
}
