import { hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  decodeRevision,
  decodeStoredValue,
  encodeRevision,
  encodeStoredValue,
} from '../../src/level/stored-value.ts';
import { codeThrown } from '../outcome.ts';

const revision = fc.bigInt({ min: 1n, max: 2n ** 64n - 1n });
const value = fc.uint8Array({ maxLength: 40 });
const key = fc.constantFrom('a', 'a/b', 'b');

describe('encodeStoredValue', () => {
  it('writes this since the first version', () => {
    const stored = encodeStoredValue('peers/alice', 258n, Uint8Array.of(1, 2, 3));
    expect(hex.encode(stored)).toBe('010000000000000102a5b1151b010203');
    expect(decodeStoredValue('peers/alice', stored)).toEqual({
      key: 'peers/alice',
      value: Uint8Array.of(1, 2, 3),
      version: '258',
    });
  });

  it('is what decodeStoredValue reads', () => {
    fc.assert(
      fc.property(key, revision, value, (each, number, bytes) => {
        const entry = decodeStoredValue(each, encodeStoredValue(each, number, bytes));
        expect(entry).toEqual({ key: each, value: bytes, version: `${number}` });
        expect(entry.value.buffer.byteLength).toBe(bytes.length);
      }),
      { numRuns: effort(1_000) },
    );
  });
});

describe('decodeStoredValue', () => {
  it('notices every changed byte, every cut, and a value under the wrong key', () => {
    const change = fc.integer({ min: 1, max: 255 });
    fc.assert(
      fc.property(key, revision, value, change, fc.nat(), (each, number, bytes, flip, where) => {
        const stored = encodeStoredValue(each, number, bytes);
        const at = where % stored.length;
        const changed = stored.slice();
        changed[at] = (changed[at] as number) ^ flip;
        const expected = at === 0 && (changed[0] as number) > 1 ? 'STORE_NEWER_FORMAT' : 'STORE_CORRUPTED';
        expect(codeThrown(() => decodeStoredValue(each, changed))).toBe(expected);
        expect(codeThrown(() => decodeStoredValue(each, stored.slice(0, at)))).toBe('STORE_CORRUPTED');
        expect(codeThrown(() => decodeStoredValue(`${each}x`, stored))).toBe('STORE_CORRUPTED');
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('gives any bytes a value or a code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(codeThrown(() => decodeStoredValue('a', bytes))).toBeOneOf([
          'STORE_CORRUPTED',
          'STORE_NEWER_FORMAT',
        ]);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('tells the format of a newer one', () => {
    const stored = encodeStoredValue('a', 1n, Uint8Array.of(1));
    stored[0] = 2;
    expect(() => decodeStoredValue('a', stored)).toThrow(
      expect.objectContaining({ context: { what: 'the entry under a', found: 2, supported: 1 } }),
    );
  });
});

describe('decodeRevision', () => {
  it('reads what encodeRevision writes, and nothing of another length', () => {
    for (const number of [0n, 1n, 2n ** 64n - 1n])
      expect(decodeRevision(encodeRevision(number))).toBe(number);
    for (const bytes of [undefined, new Uint8Array(7), new Uint8Array(9)]) {
      expect(codeThrown(() => decodeRevision(bytes))).toBe('STORE_CORRUPTED');
    }
  });
});
