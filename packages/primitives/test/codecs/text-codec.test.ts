import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { strictCodec } from '../../src/codecs/text-codec.ts';
import { base64, hex, PrimitivesError, type TextCodec, zBase32 } from '../../src/index.ts';
import { codeOf, thrownBy } from '../thrown.ts';

const BAD = 'PRIMITIVES_BAD_ENCODING';
const WRONG = 'PRIMITIVES_WRONG_LENGTH';

/** Lenient on purpose: white space is skipped, so that only the check of `strictCodec` refuses it. */
function lenient(decoded: Uint8Array[]) {
  return {
    encode: (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''),
    decode(text: string) {
      if (text.includes('!')) throw new Error(`a message that quotes ${text}`);
      const bytes = Uint8Array.from(text.replaceAll(' ', ''), (character) => character.charCodeAt(0));
      decoded.push(bytes);
      return bytes;
    },
  };
}

describe('strictCodec', () => {
  it('refuses what decodes but is not what encoding gives, and wipes what was decoded', () => {
    const decoded: Uint8Array[] = [];
    const codec = strictCodec('letters', lenient(decoded), (text) => text.length);
    expect(codec.decode('abc')).toEqual(Uint8Array.of(97, 98, 99));
    expect(codeOf(() => codec.decode('a bc'))).toBe(BAD);
    expect(decoded).toEqual([Uint8Array.of(97, 98, 99), new Uint8Array(3)]);
  });

  it('checks the length before anything is decoded', () => {
    const decoded: Uint8Array[] = [];
    const codec = strictCodec('letters', lenient(decoded), (text) => text.length);
    expect(codeOf(() => codec.decode('abcd', 3))).toBe(WRONG);
    expect(codeOf(() => codec.decode('ab', 3))).toBe(WRONG);
    expect(decoded).toEqual([]);
  });

  it('refuses a text of a length that no bytes have, before anything is decoded', () => {
    const decoded: Uint8Array[] = [];
    const codec = strictCodec('pairs', lenient(decoded), (text) => text.length / 2);
    expect(codeOf(() => codec.decode('abc'))).toBe(BAD);
    expect(codeOf(() => codec.decode('abc', 1))).toBe(BAD);
    expect(decoded).toEqual([]);
  });

  it('drops the cause, whose message quotes the text', () => {
    const codec = strictCodec('letters', lenient([]), (text) => text.length);
    const error = thrownBy(() => codec.decode('hunter2!'));
    expect(error).toMatchObject({ code: BAD, context: { codec: 'letters' } });
    expect(inspect(error, { showHidden: true, depth: 9 })).not.toContain('hunter2');
    expect('cause' in (error as object)).toBe(false);
  });
});

describe.each<[string, TextCodec]>([
  ['hex', hex],
  ['base64', base64],
  ['z-base-32', zBase32],
])('%s', (name, codec) => {
  const secret = Uint8Array.from({ length: 32 }, (_, index) => 0xa7 ^ (index * 7));
  const good = codec.encode(secret);

  it('is called by its name in errors', () => {
    expect(codec.name).toBe(name);
    expect(thrownBy(() => codec.decode('\u0000\u0000\u0000\u0000'))).toMatchObject({
      context: { codec: name },
    });
  });

  it('encodes no bytes as no text', () => {
    expect(codec.encode(new Uint8Array(0))).toBe('');
    expect(codec.decode('')).toEqual(new Uint8Array(0));
    expect(codec.decode('', 0)).toEqual(new Uint8Array(0));
    expect(thrownBy(() => codec.decode('', 32))).toMatchObject({
      code: WRONG,
      context: { expected: 32, actual: 0 },
    });
  });

  it('gives a fresh buffer, and leaves the input alone', () => {
    const first = codec.decode(good, 32);
    const second = codec.decode(good, 32);
    expect(first.buffer.byteLength).toBe(32);
    first.fill(0);
    expect(second).toEqual(secret);
    expect(codec.encode(secret)).toBe(good);
    expect(Object.getPrototypeOf(second)).toBe(Uint8Array.prototype);
  });

  it('encodes a view by its own bytes only', () => {
    const pool = new Uint8Array(96).fill(1);
    pool.set(secret, 32);
    expect(codec.encode(pool.subarray(32, 64))).toBe(good);
    expect(codec.encode(Buffer.from(secret))).toBe(good);
  });

  it.each([' ', '\n', '\t', '\u00a0', '\ufeff', '\u0000'])('refuses %j anywhere in the text', (space) => {
    for (const text of [space + good, good + space, good.slice(0, 5) + space + good.slice(5)]) {
      expect([BAD, WRONG]).toContain(codeOf(() => codec.decode(text, 32)));
      expect(codeOf(() => codec.decode(text))).toBe(BAD);
    }
    expect(codeOf(() => codec.decode(good.slice(0, 5) + space + good.slice(6)))).toBe(BAD);
    expect(codeOf(() => codec.decode(good.slice(0, 5) + space + good.slice(6), 32))).toBe(BAD);
  });

  it.each(['é', '😀', 'ａ', '\ud800', '?', '_', '-'])('refuses the letter %j', (letter) => {
    const text = good.slice(0, 4) + letter + good.slice(4 + letter.length);
    expect(text).toHaveLength(good.length);
    expect(codeOf(() => codec.decode(text, 32))).toBe(BAD);
  });

  it('tells expected and actual length, and never the text', () => {
    const error = thrownBy(() => codec.decode(codec.encode(secret.subarray(0, 30)), 32));
    expect(error).toBeInstanceOf(PrimitivesError);
    expect(error).toMatchObject({ code: WRONG, context: { codec: name, expected: 32, actual: 30 } });
  });

  it('[S1.1] never quotes the text in an error', () => {
    for (const text of [good.slice(1), `${good.slice(0, -2)}!!`, `${good} `, `${good}!!!!`]) {
      for (const expected of [undefined, 32]) {
        const error = thrownBy(() => codec.decode(text, expected));
        const shown = `${JSON.stringify(error)} ${inspect(error, { showHidden: true, depth: 9 })}`;
        for (let at = 0; at + 6 <= good.length; at++) expect(shown).not.toContain(good.slice(at, at + 6));
      }
    }
  });

  it('refuses a huge text at once if a length is expected', () => {
    const huge = good.slice(0, 4).repeat(2 ** 24);
    // Decoding 64 Mi letters takes seconds and hundreds of megabytes; looking at the length takes neither.
    for (let i = 0; i < 1_000; i++) expect(codeOf(() => codec.decode(huge, 32))).toBe(WRONG);
  });
});
