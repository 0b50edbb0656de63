import { encodeUtf8 } from '@pubky-paykit/primitives';
import { PROLOGUE_MAXIMUM_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { isWellFormed } from '../identity/well-formed.ts';

/** A fresh buffer of its own. */
function encoded(prologue: Uint8Array | string): Uint8Array {
  if (typeof prologue !== 'string') {
    // `Uint8Array.from` makes an empty prologue of a number, and room for any length of an object.
    if (!(prologue instanceof Uint8Array))
      throw new TypeError('the prologue is neither text nor a Uint8Array');
    return Uint8Array.from(prologue);
  }
  // UTF-8 would replace them, so that different texts agree.
  if (!isWellFormed(prologue))
    throw new PatternsError('PATTERNS_PROLOGUE_INVALID', { fault: 'lone-surrogate' });
  return encodeUtf8(prologue);
}

/**
 * The bytes of a prologue, fresh. Text is taken as UTF-8.
 *
 * @param prologue At most 1 024 bytes; may be empty; copied.
 * @throws PATTERNS_PROLOGUE_INVALID if it is longer, or text with lone surrogates.
 * @throws TypeError for anything else.
 * @see N8 W-15
 */
export function prologueBytes(prologue: Uint8Array | string): Uint8Array {
  const bytes = encoded(prologue);
  if (bytes.length > PROLOGUE_MAXIMUM_BYTES) {
    throw new PatternsError('PATTERNS_PROLOGUE_INVALID', { fault: 'too-long' });
  }
  return bytes;
}
