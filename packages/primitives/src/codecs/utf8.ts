import { utf8 } from '@scure/base';
import { PrimitivesError } from '../errors.ts';

/** In every runtime we support; the core compiles without the DOM types. */
interface EncodingGlobal {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
}

/** UTF-8 bytes of a text, fresh. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return new (globalThis as unknown as EncodingGlobal).TextEncoder().encode(text);
}

/**
 * The text of well-formed UTF-8; a byte-order mark is kept as U+FEFF, so that encoding gives the same bytes again.
 *
 * @throws PRIMITIVES_BAD_UTF8 on anything else.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    // Not TextDecoder itself: React Native may have none, and this brings its own for there.
    return utf8.encode(bytes);
  } catch {
    // The cause is dropped on purpose: it may describe the bytes.
    throw new PrimitivesError('PRIMITIVES_BAD_UTF8');
  }
}
