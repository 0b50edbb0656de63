import { describe, expect, it } from 'vitest';
import { decodeSegment, encodeSegment, keyRange, requireKey } from '../../src/store/key.ts';
import { codeThrown } from '../outcome.ts';

describe('requireKey', () => {
  it('takes every character of the grammar and the longest key', () => {
    for (const key of [
      'ABCXYZ/abcxyz/0189/-/_/~',
      'a'.repeat(255),
      `${'a'.repeat(255)}/${'a'.repeat(254)}/a`,
    ]) {
      expect(codeThrown(() => requireKey(key))).toBeUndefined();
    }
  });

  it('refuses what is no text', () => {
    expect(codeThrown(() => requireKey(7 as unknown as string))).toBe('STORE_BAD_KEY');
    expect(codeThrown(() => requireKey(undefined as unknown as string))).toBe('STORE_BAD_KEY');
  });
});

describe('keyRange', () => {
  it('is what lies below the prefix and behind the cursor', () => {
    expect(keyRange('a', undefined)).toEqual({ after: 'a/', before: 'a0' });
    expect(keyRange('a', 'a/b')).toEqual({ after: 'a/b', before: 'a0' });
    expect(keyRange('a', 'B')).toEqual({ after: 'a/', before: 'a0' });
    expect(keyRange('', 'a')).toEqual({ after: 'a', before: '\u007f' });
  });
});

describe('encodeSegment', () => {
  it.each([
    ["Alice's phone", 'Alice~27s~20phone'],
    ['a.b/c~', 'a~2eb~2fc~7e'],
    ['é\u0000', '~c3~a9~00'],
    ['phone-1_x', 'phone-1_x'],
    ['..', '~2e~2e'],
    ['😀', '~f0~9f~98~80'],
  ])('makes of %j the segment %s', (text, segment) => {
    expect(encodeSegment(text)).toBe(segment);
    expect(decodeSegment(segment)).toBe(text);
  });

  it('refuses what it cannot make a segment of', () => {
    for (const text of ['', '\ud800', 'a'.repeat(256), '.'.repeat(86), 'a'.repeat(10_000_000)]) {
      expect(codeThrown(() => encodeSegment(text))).toBe('STORE_BAD_KEY');
    }
    expect(encodeSegment('.'.repeat(85))).toHaveLength(255);
  });
});

describe('decodeSegment', () => {
  it('refuses what encodeSegment does not make', () => {
    for (const segment of ['~', 'a~2', '~2E', '~zz', '~61', '~ff', '~ed~a0~80', '~c3', '', 'a/b', 'a.b']) {
      expect(
        codeThrown(() => decodeSegment(segment)),
        segment,
      ).toBe('STORE_BAD_KEY');
    }
  });
});
