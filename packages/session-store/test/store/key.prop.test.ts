import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { decodeSegment, encodeSegment, keyRange, requireKey } from '../../src/store/key.ts';
import { codeThrown } from '../outcome.ts';

const SEGMENT_CHARACTERS = [...'ABYZabyz0189-_~'];
const segment = fc.string({ unit: fc.constantFrom(...SEGMENT_CHARACTERS), minLength: 1, maxLength: 4 });
/** Texts that look alike to a careless encoder: escapes, what is escaped, and halves of characters. */
const tricky = fc.string({
  unit: fc.constantFrom(...'~27e.a/é\ufffd', '\ud800', '\udc00'),
  minLength: 1,
  maxLength: 6,
});
const text = fc.oneof(tricky, fc.string({ unit: 'binary', maxLength: 12 }));

const key = fc.array(segment, { minLength: 1, maxLength: 4 }).map((segments) => segments.join('/'));
/** A prefix and a key: often one that begins with the same text, below it or beside it. */
const prefixAndKey = fc
  .tuple(fc.option(key, { nil: '' }), key, fc.constantFrom('', '/', '-', '0', '~'), fc.boolean())
  .map(
    ([prefix, each, between, isNear]) =>
      [prefix, isNear && prefix !== '' ? prefix + between + each : each] as const,
  );

describe('encodeSegment', () => {
  it('makes a key of any text, of which decodeSegment makes that text: so no two share one', () => {
    fc.assert(
      fc.property(text, (each) => {
        let made = '';
        const code = codeThrown(() => {
          made = encodeSegment(each);
        });
        if (code !== undefined) {
          // Only what has no UTF-8 of its own, or none at all.
          expect(each === '' || decodeUtf8(encodeUtf8(each)) !== each).toBe(true);
          return;
        }
        expect(codeThrown(() => requireKey(made))).toBeUndefined();
        expect(made).not.toContain('/');
        expect(decodeSegment(made)).toBe(each);
      }),
      { numRuns: effort(1_000) },
    );
  });
});

describe('decodeSegment', () => {
  it('gives any text a text that encodes to it, or a code', () => {
    const almost = fc.string({ unit: fc.constantFrom(...'~27ef0az.') });
    fc.assert(
      fc.property(fc.oneof(almost, text), (each) => {
        let decoded: string | undefined;
        const code = codeThrown(() => {
          decoded = decodeSegment(each);
        });
        if (code === undefined) expect(encodeSegment(decoded as string)).toBe(each);
        else expect(code).toBe('STORE_BAD_KEY');
      }),
      { numRuns: effort(2_000) },
    );
  });
});

describe('keyRange', () => {
  it('holds exactly the keys below the prefix and behind the cursor', () => {
    fc.assert(
      fc.property(prefixAndKey, fc.option(key, { nil: undefined }), ([prefix, each], cursor) => {
        const { after, before } = keyRange(prefix, cursor);
        const isBelow = prefix === '' || each.startsWith(`${prefix}/`);
        const isBehind = cursor === undefined || each > cursor;
        expect(each > after && each < before).toBe(isBelow && isBehind);
      }),
      { numRuns: effort(4_000) },
    );
  });
});
