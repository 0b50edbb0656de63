import { encodeUtf8 } from '@pubky-paykit/primitives';
import { PROLOGUE_MAXIMUM_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';

/**
 * The bytes of a prologue, fresh. Text is taken as UTF-8.
 *
 * @param prologue At most 1 024 bytes; may be empty; copied.
 * @throws PATTERNS_PROLOGUE_INVALID if it is longer.
 * @see N8 W-15
 */
export function prologueBytes(prologue: Uint8Array | string): Uint8Array {
  const bytes = typeof prologue === 'string' ? encodeUtf8(prologue) : Uint8Array.from(prologue);
  if (bytes.length > PROLOGUE_MAXIMUM_BYTES) {
    throw new PatternsError('PATTERNS_PROLOGUE_INVALID', {
      maximum: PROLOGUE_MAXIMUM_BYTES,
      actual: bytes.length,
    });
  }
  return bytes;
}
