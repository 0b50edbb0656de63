import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decodeSegment, encodeSegment, keyRange, requireKey } from '../../src/store/key.ts';
import { codeThrown } from '../outcome.ts';

const SEGMENT_CHARACTERS = [...'ABYZabyz0189-_~'];
const segment = fc.string({ unit: fc.constantFrom(...SEGMENT_CHARACTERS), minLength: 1, maxLength: 4 });
const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));

describe('encodeSegment', () => {
  it('makes a key of any text, and decodeSegment the text of it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }), (text) => {
        fc.pre(new TextEncoder().encode(text).length <= 85);
        const made = encodeSegment(text);
        expect(codeThrown(() => requireKey(made))).toBeUndefined();
        expect(made).not.toContain('/');
        expect(decodeSegment(made)).toBe(text);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('gives different texts different segments, of any characters', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (left, right) => {
        const made = [left, right].map((text) => {
          try {
            return encodeSegment(text);
          } catch {
            return undefined;
          }
        });
        if (made[0] !== undefined && made[0] === made[1]) expect(left).toBe(right);
      }),
      { numRuns: effort(1_000) },
    );
  });
});

describe('decodeSegment', () => {
  it('gives any text a text that encodes to it, or a code', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'~2ef0az.') });
    fc.assert(
      fc.property(fc.oneof(almost, fc.string({ unit: 'binary' })), (text) => {
        let decoded: string | undefined;
        const code = codeThrown(() => {
          decoded = decodeSegment(text);
        });
        if (code === undefined) expect(encodeSegment(decoded as string)).toBe(text);
        else expect(code).toBe('STORE_BAD_KEY');
      }),
      { numRuns: effort(2_000) },
    );
  });
});

describe('keyRange', () => {
  it('holds exactly the keys below the prefix and behind the cursor', () => {
    fc.assert(
      fc.property(
        fc.option(key, { nil: '' }),
        fc.option(key, { nil: undefined }),
        key,
        (prefix, cursor, each) => {
          const { after, before } = keyRange(prefix, cursor);
          const isBelow = prefix === '' || each.startsWith(`${prefix}/`);
          const isBehind = cursor === undefined || each > cursor;
          expect(each > after && each < before).toBe(isBelow && isBehind);
        },
      ),
      { numRuns: effort(4_000) },
    );
  });
});
