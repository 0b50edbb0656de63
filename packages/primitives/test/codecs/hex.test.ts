import { describe, expect, it } from 'vitest';
import { hex } from '../../src/index.ts';
import { codeOf } from '../thrown.ts';

describe('hex', () => {
  it('writes and reads every byte in lower case', () => {
    for (let byte = 0; byte < 256; byte++) {
      const text = byte.toString(16).padStart(2, '0');
      expect(hex.encode(Uint8Array.of(byte))).toBe(text);
      expect(hex.decode(text, 1)).toEqual(Uint8Array.of(byte));
    }
  });

  it.each(['CAFE', 'cafE', 'Cafe', 'caFe', '0xca', 'ca:f', 'cag0', 'ca f'])('refuses %j', (text) => {
    expect(codeOf(() => hex.decode(text))).toBe('PRIMITIVES_BAD_ENCODING');
    expect(codeOf(() => hex.decode(text, 2))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each(['c', 'caf', 'cafe0'])('refuses the odd length of %j as no hex at all', (text) => {
    expect(codeOf(() => hex.decode(text))).toBe('PRIMITIVES_BAD_ENCODING');
    expect(codeOf(() => hex.decode(text, 2))).toBe('PRIMITIVES_BAD_ENCODING');
  });

  it.each(['', 'ca', 'cafe00'])('refuses %j where two bytes are needed', (text) => {
    expect(codeOf(() => hex.decode(text, 2))).toBe('PRIMITIVES_WRONG_LENGTH');
  });
});
