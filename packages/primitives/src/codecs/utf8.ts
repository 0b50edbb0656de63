import { PrimitivesError } from '../errors.ts';

/** The two classes of the Encoding standard, in every runtime we support; the core compiles without the DOM types. */
interface EncodingGlobals {
  readonly TextEncoder: new () => { encode(text: string): Uint8Array };
  readonly TextDecoder: new (
    label: string,
    options: { fatal: boolean; ignoreBOM: boolean },
  ) => { decode(bytes: Uint8Array): string };
}
const globals = globalThis as unknown as EncodingGlobals;

/** UTF-8 bytes of a text, fresh. A lone surrogate becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return new globals.TextEncoder().encode(text);
}

/**
 * The text of well-formed UTF-8; a byte-order mark is kept as U+FEFF.
 *
 * @throws PRIMITIVES_BAD_UTF8 on anything else.
 */
export function decodeUtf8(bytes: Uint8Array): string {
  try {
    return new globals.TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new PrimitivesError('PRIMITIVES_BAD_UTF8');
  }
}
