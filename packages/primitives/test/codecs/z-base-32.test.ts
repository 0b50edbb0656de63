import { describe, expect, it } from 'vitest';
import { zBase32 } from '../../src/index.ts';
import { codeOf } from '../thrown.ts';

const ALPHABET = 'ybndrfg8ejkmcpqxot1uwisza345h769';
const IDENTITY = 'tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy';

describe('zBase32', () => {
  it('gives every letter its place, most significant bit first', () => {
    for (let value = 0; value < 32; value++) {
      const text = `${ALPHABET[value]}y`;
      expect(zBase32.encode(Uint8Array.of(value << 3))).toBe(text);
      expect(zBase32.decode(text, 1)).toEqual(Uint8Array.of(value << 3));
    }
    expect(zBase32.encode(Uint8Array.of(0x00, 0x44, 0x32, 0x14, 0xc7))).toBe('ybndrfg8');
  });

  it.each(['0', '2', 'l', 'v'])('refuses the letter %j, which the alphabet leaves out', (letter) => {
    expect(codeOf(() => zBase32.decode(letter + IDENTITY.slice(1), 32))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it('refuses upper case', () => {
    expect(codeOf(() => zBase32.decode(IDENTITY.toUpperCase(), 32))).toBe('PRIMITIVES_BAD_ENCODING');
    expect(codeOf(() => zBase32.decode(`T${IDENTITY.slice(1)}`, 32))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it('refuses the 15 other spellings of a key, whose unused bits are not zero', () => {
    const accepted = Array.from(ALPHABET, (letter) => IDENTITY.slice(0, -1) + letter).filter((text) => {
      try {
        return zBase32.decode(text, 32).length === 32;
      } catch {
        return false;
      }
    });
    // 32 bytes leave one bit in the last letter that counts.
    expect(accepted).toEqual([IDENTITY, `${IDENTITY.slice(0, -1)}o`]);
  });

  it.each([1, 3, 6, 9, 11, 14, 51])('refuses a text of %i letters, which no bytes give', (length) => {
    expect(codeOf(() => zBase32.decode('y'.repeat(length)))).toBe('PRIMITIVES_BAD_ENCODING');
    expect(codeOf(() => zBase32.decode('y'.repeat(length), 4))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each([50, 53, 104])('refuses %i letters where a key has 52', (length) => {
    const text = IDENTITY.repeat(3).slice(0, length);
    expect(codeOf(() => zBase32.decode(text, 32))).toBe('PRIMITIVES_WRONG_LENGTH');
  });

  it.each(['pubky://', 'pk:', 'pubky'])('refuses the prefix %j: it is not part of the encoding', (prefix) => {
    expect(['PRIMITIVES_WRONG_LENGTH', 'PRIMITIVES_BAD_ENCODING']).toContain(
      codeOf(() => zBase32.decode(prefix + IDENTITY, 32)),
    );
  });
});
