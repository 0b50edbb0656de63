import { wipe } from 'pubky-paykit';

/** How a seed is written: 64 digits of hex, or 52 characters of z-base-32. */
export type SeedFormat = 'hex' | 'z32';

const SEED_BYTES = 32;

interface Alphabet {
  /** ASCII. */
  readonly characters: Uint8Array;
  readonly bits: number;
  /** Characters of a seed. */
  readonly length: number;
}

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);

const ALPHABETS: Readonly<Record<SeedFormat, Alphabet>> = {
  hex: { characters: ascii('0123456789abcdef'), bits: 4, length: 64 },
  z32: { characters: ascii('ybndrfg8ejkmcpqxot1uwisza345h769'), bits: 5, length: 52 },
};

const NEWLINE = 0x0a;
const BLANKS: readonly number[] = [0x20, 0x09, NEWLINE, 0x0d];
const UPPER_A = 0x41;
const UPPER_Z = 0x5a;
const TO_LOWER = 0x20;

/**
 * Writes a seed as a line of text, as bytes: a string could not be wiped.
 *
 * @param seed 32 bytes; borrowed. @returns A fresh buffer, which the caller wipes.
 */
export function encodeSeedText(seed: Uint8Array, format: SeedFormat): Uint8Array {
  const { characters, bits, length } = ALPHABETS[format];
  const text = new Uint8Array(length + 1);
  for (let at = 0; at < length; at++) {
    let digit = 0;
    for (let bit = at * bits; bit < (at + 1) * bits; bit++) {
      // What a last character has room for beyond the seed is zero.
      digit = (digit << 1) | (((seed[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1);
    }
    text[at] = characters[digit] as number;
  }
  text[length] = NEWLINE;
  return text;
}

function trimmed(text: Uint8Array): Uint8Array {
  let [start, end] = [0, text.length];
  while (start < end && BLANKS.includes(text[start] as number)) start += 1;
  while (end > start && BLANKS.includes(text[end - 1] as number)) end -= 1;
  return text.subarray(start, end);
}

const lower = (character: number): number =>
  character >= UPPER_A && character <= UPPER_Z ? character + TO_LOWER : character;

/**
 * Reads a seed, in either form, with or without blanks around it.
 *
 * @param text Borrowed. @returns 32 bytes in a fresh buffer; nothing if it is no seed.
 */
export function decodeSeedText(text: Uint8Array): Uint8Array | undefined {
  const line = trimmed(text);
  const alphabet = Object.values(ALPHABETS).find(({ length }) => length === line.length);
  if (alphabet === undefined) return undefined;
  const { characters, bits } = alphabet;
  const seed = new Uint8Array(SEED_BYTES);
  let excess = 0;
  for (const [at, character] of line.entries()) {
    const digit = characters.indexOf(lower(character));
    if (digit < 0) {
      wipe(seed);
      return undefined;
    }
    for (let bit = 0; bit < bits; bit++) {
      const value = (digit >> (bits - 1 - bit)) & 1;
      const place = at * bits + bit;
      if (place < SEED_BYTES * 8)
        seed[place >> 3] = (seed[place >> 3] as number) | (value << (7 - (place & 7)));
      else excess |= value;
    }
  }
  if (excess === 0) return seed;
  wipe(seed);
  return undefined;
}
