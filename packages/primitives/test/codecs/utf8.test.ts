import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { decodeUtf8, encodeUtf8 } from '../../src/index.ts';
import { codeOf, thrownBy } from '../thrown.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('encodeUtf8', () => {
  it('gives one to four bytes a character, in a fresh buffer', () => {
    expect(encodeUtf8('')).toEqual(bytes());
    expect(encodeUtf8('A\u00e9\u20ac\u{1f600}')).toEqual(
      bytes(0x41, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf0, 0x9f, 0x98, 0x80),
    );
    const first = encodeUtf8('seed');
    first.fill(0);
    expect(encodeUtf8('seed')).toEqual(bytes(0x73, 0x65, 0x65, 0x64));
    expect(Object.getPrototypeOf(first)).toBe(Uint8Array.prototype);
  });

  it.each(['\ud800', '\udbff', '\udc00', '\udfff'])('replaces the lone surrogate %j', (lone) => {
    expect(encodeUtf8(`a${lone}b`)).toEqual(bytes(0x61, 0xef, 0xbf, 0xbd, 0x62));
    expect(encodeUtf8(`${lone}\u{1f600}${lone}`)).toEqual(
      bytes(0xef, 0xbf, 0xbd, 0xf0, 0x9f, 0x98, 0x80, 0xef, 0xbf, 0xbd),
    );
  });

  it('replaces both halves of a pair in the wrong order', () => {
    expect(encodeUtf8('\udc00\ud800')).toEqual(bytes(0xef, 0xbf, 0xbd, 0xef, 0xbf, 0xbd));
  });
});

describe('decodeUtf8', () => {
  it('reads the first and the last character of every length', () => {
    for (const point of [0, 0x7f, 0x80, 0x7ff, 0x800, 0xd7ff, 0xe000, 0xfffd, 0xffff, 0x10000, 0x10ffff]) {
      const text = String.fromCodePoint(point);
      expect(decodeUtf8(Buffer.from(text))).toBe(text);
    }
  });

  it('keeps a byte-order mark, so that encoding gives the same bytes', () => {
    expect(decodeUtf8(bytes(0xef, 0xbb, 0xbf, 0x61))).toBe('\ufeffa');
    expect(encodeUtf8('\ufeffa')).toEqual(bytes(0xef, 0xbb, 0xbf, 0x61));
  });

  it.each([
    ['a continuation byte alone', [0x80]],
    ['a lead byte alone', [0xc3]],
    ['a lead byte before ASCII', [0xc3, 0x28]],
    ['two bytes of three', [0xe2, 0x82]],
    ['three bytes of four', [0xf0, 0x9f, 0x98]],
    ['an overlong slash', [0xc0, 0xaf]],
    ['an overlong zero of three bytes', [0xe0, 0x80, 0x80]],
    ['an overlong zero of four bytes', [0xf0, 0x80, 0x80, 0x80]],
    ['a high surrogate', [0xed, 0xa0, 0x80]],
    ['a surrogate pair in six bytes', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
    ['a character after U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
    ['a byte that UTF-8 never has', [0xff]],
    ['UTF-16 with its mark', [0xff, 0xfe, 0x61, 0x00]],
  ])('refuses %s, at the start and after good text', (_, wrong) => {
    expect(codeOf(() => decodeUtf8(bytes(...wrong)))).toBe('PRIMITIVES_BAD_UTF8');
    expect(codeOf(() => decodeUtf8(bytes(0x61, ...wrong, 0x62)))).toBe('PRIMITIVES_BAD_UTF8');
    expect(decodeUtf8(bytes(0x61))).toBe('a');
  });

  it('tells nothing about the bytes it refuses', () => {
    const error = thrownBy(() => decodeUtf8(Buffer.from([...Buffer.from('hunter2'), 0xff])));
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toMatch(/hunter2|104/);
    expect('cause' in (error as object)).toBe(false);
  });
});
