import { base32nopad } from '@scure/base';
import { strictCodec, type TextCodec } from './text-codec.ts';

const STANDARD_ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const Z_ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const BITS_PER_CHARACTER = 5;

/** Spells `text` in another alphabet of the same size; characters outside `from` become `?`, which no codec accepts. */
function translate(text: string, from: string, to: string): string {
  return Array.from(text, (character) => to[from.indexOf(character)] ?? '?').join('');
}

/**
 * z-base-32, the form Pubky identities are written in: 52 characters for a key of 32 bytes, most significant bit
 * first, unused bits of the last character zero. Other tails are refused.
 *
 * @see P8 §0.1
 */
export const zBase32: TextCodec = /* @__PURE__ */ strictCodec(
  'z-base-32',
  // The bits are laid out as in RFC 4648 base 32 without padding; only the letters differ.
  {
    encode: (bytes) => translate(base32nopad.encode(bytes), STANDARD_ALPHABET, Z_ALPHABET),
    decode: (text) => base32nopad.decode(translate(text, Z_ALPHABET, STANDARD_ALPHABET)),
  },
  (text) => {
    const bytes = Math.floor((text.length * BITS_PER_CHARACTER) / 8);
    // Some lengths are one character longer than those bytes need: nothing encodes to them.
    return Math.ceil((bytes * 8) / BITS_PER_CHARACTER) === text.length ? bytes : Number.NaN;
  },
);
