import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { JsonDecimal, parseJson } from '../../src/index.ts';
import { thrown } from '../fixtures.ts';

const parse = (text: string) => parseJson(encodeUtf8(text));
const problem = (text: string) => thrown(() => parse(text)).context['problem'];

describe('parseJson', () => {
  it.each([
    ['', 'syntax'],
    [' ', 'syntax'],
    ['{"a":1,"a":2}', 'duplicate-member'],
    ['{"a":1,"\\u0061":2}', 'duplicate-member'],
    ['{"__proto__":1,"__proto__":2}', 'duplicate-member'],
    ['[{"x":{"b":1,"c":0,"b":1}}]', 'duplicate-member'],
    ['"\\ud800"', 'lone-surrogate'],
    ['"\\udc00\\ud800"', 'lone-surrogate'],
    ['{"\\ud83d":1}', 'lone-surrogate'],
    ['{} {}', 'trailing-text'],
    ['1 2', 'trailing-text'],
    ['null,', 'trailing-text'],
    ['01', 'trailing-text'],
    ['-01', 'trailing-text'],
    ['+1', 'syntax'],
    ['.5', 'syntax'],
    ['1.', 'trailing-text'],
    ['1e', 'trailing-text'],
    ['0x10', 'trailing-text'],
    ['NaN', 'syntax'],
    ['-Infinity', 'syntax'],
    ['Infinity', 'syntax'],
    ['1e999', 'number-out-of-range'],
    [`1${'0'.repeat(64)}`, 'number-too-long'],
    ['tru', 'syntax'],
    ['True', 'syntax'],
    ['constructor', 'syntax'],
    ["'a'", 'syntax'],
    ['"a', 'syntax'],
    ['"\t"', 'syntax'],
    ['"\\x41"', 'syntax'],
    ['"\\u12"', 'syntax'],
    ['"\\', 'syntax'],
    ['[1,]', 'syntax'],
    ['[,1]', 'syntax'],
    ['[1', 'syntax'],
    ['{"a":1,}', 'syntax'],
    ['{a:1}', 'syntax'],
    ['{"a" 1}', 'syntax'],
    ['{"a":}', 'syntax'],
    ['{1:2}', 'syntax'],
    ['\ufeff{}', 'syntax'],
    ['\u00a01', 'syntax'],
    ['/* */1', 'syntax'],
    [`{"${'n'.repeat(1025)}":1}`, 'name-too-long'],
    ['['.repeat(10_000), 'too-deep'],
  ])('[P2] refuses %j: %s', (text, expected) => {
    expect(problem(text)).toBe(expected);
  });

  it('refuses bytes that are not UTF-8, overlong forms and encoded surrogates included', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0x80, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
    ]) {
      expect(thrown(() => parseJson(Uint8Array.from(bytes))).context['problem']).toBe('not-utf-8');
    }
  });

  it('takes 64 levels and not 65', () => {
    expect(() => parse(`${'['.repeat(65)}${']'.repeat(65)}`)).not.toThrow();
    expect(problem(`${'['.repeat(66)}${']'.repeat(66)}`)).toBe('too-deep');
  });

  it('tells integers from other spellings of the same number', () => {
    expect(parse('1')).toBe(1);
    expect(parse('1.5')).toBe(1.5);
    for (const text of ['1.0', '1e3', '1E3', '1.50', '-0', '1e-400', '0.1000000000000000055']) {
      expect(parse(text)).toEqual(new JsonDecimal(text));
    }
  });

  it('keeps every digit of integers beyond 2^53', () => {
    expect(parse('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
    expect(parse('9007199254740992')).toBe(9_007_199_254_740_992n);
    expect(parse('18446744073709551615')).toBe(2n ** 64n - 1n);
    expect(parse('-9007199254740993')).toBe(-9_007_199_254_740_993n);
  });

  it('makes __proto__ a member like any other and changes no prototype', () => {
    const value = parse('{"__proto__":{"polluted":true},"constructor":1}') as Record<string, unknown>;
    expect(Object.keys(value)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in value).toBe(false);
    expect('polluted' in {}).toBe(false);
  });

  it('reads escapes, pairs of surrogates and white space', () => {
    expect(parse(' \t\r\n["\\u00e9\\ud83d\\ude00\\/\\"\\\\\\b\\f\\n\\r\\t\\u0000"] ')).toEqual([
      'é😀/"\\\b\f\n\r\t\u0000',
    ]);
  });

  it('gives the place of the trouble and none of the text', () => {
    expect(thrown(() => parse('{"secret":"abc" x'))).toEqual({
      code: 'PAYKIT_BAD_JSON',
      context: { problem: 'syntax', offset: 16 },
    });
  });
});
