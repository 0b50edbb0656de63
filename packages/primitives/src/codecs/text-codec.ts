import { wipe } from '../bytes.ts';
import { PrimitivesError } from '../errors.ts';

/** A strict, canonical encoding of bytes as text: every byte string has exactly one text. */
export interface TextCodec {
  readonly name: string;
  /** Encodes bytes; the input is borrowed. A text cannot be wiped: do not encode secrets. */
  encode(bytes: Uint8Array): string;
  /**
   * Decodes text to a fresh buffer, owned by the caller.
   *
   * @param expectedBytes If given, the exact length the result must have, checked before anything is decoded.
   * @throws PRIMITIVES_BAD_ENCODING if the text is not the canonical one of any byte string.
   * @throws PRIMITIVES_WRONG_LENGTH if the text has a possible length, but not the one of `expectedBytes`.
   */
  decode(text: string, expectedBytes?: number): Uint8Array;
}

/** The part of a `@scure/base` codec that is used here. */
interface Coder {
  encode(bytes: Uint8Array): string;
  decode(text: string): Uint8Array;
}

/**
 * Makes a strict codec of a lenient one: what decodes is encoded again and must give the same text, which refuses
 * stray bits, missing padding, white space and other spellings of the same bytes.
 *
 * @param bytesOf How many bytes a text of this length (and padding) stands for; not an integer where none does.
 */
export function strictCodec(name: string, coder: Coder, bytesOf: (text: string) => number): TextCodec {
  return {
    name,
    encode: (bytes) => coder.encode(bytes),
    decode(text, expectedBytes) {
      const actual = bytesOf(text);
      if (!Number.isInteger(actual)) throw new PrimitivesError('PRIMITIVES_BAD_ENCODING', { codec: name });
      if (expectedBytes !== undefined && actual !== expectedBytes) {
        throw new PrimitivesError('PRIMITIVES_WRONG_LENGTH', {
          codec: name,
          expected: expectedBytes,
          actual,
        });
      }
      let bytes: Uint8Array | undefined;
      try {
        bytes = coder.decode(text);
      } catch {
        // The cause is dropped on purpose: its message quotes the text, which may be a secret.
      }
      if (bytes === undefined || coder.encode(bytes) !== text) {
        wipe(bytes);
        throw new PrimitivesError('PRIMITIVES_BAD_ENCODING', { codec: name });
      }
      return bytes;
    },
  };
}
