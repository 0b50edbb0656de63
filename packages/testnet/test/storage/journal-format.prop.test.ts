import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type Change, readChange } from '../../src/storage/change.ts';
import {
  ENTRY_HEAD_BYTES,
  encodeEntry,
  readEntry,
  readEntryLength,
} from '../../src/storage/journal-format.ts';

const text = fc.string({ unit: 'binary', maxLength: 20 });
const count = fc.nat();
const changes = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('user' as const), user: text, createdMs: count }),
    fc.record({ kind: fc.constant('session-end' as const), id: text }),
    fc.record({
      kind: fc.constant('file' as const),
      user: text,
      path: text,
      etag: text,
      bytes: count,
      contentType: text,
      modifiedMs: count,
      body: text,
    }),
    fc.record({
      kind: fc.constant('event' as const),
      id: count,
      type: fc.constantFrom('PUT' as const, 'DEL' as const),
      user: text,
      path: text,
    }),
  ),
  { minLength: 1, maxLength: 4 },
) satisfies fc.Arbitrary<Change[]>;

function read(entry: Uint8Array, offset: number, isLast = true) {
  const head = entry.subarray(0, ENTRY_HEAD_BYTES);
  const length = readEntryLength(head, offset);
  if (typeof length === 'string') return length;
  if (entry.length < ENTRY_HEAD_BYTES + length) return 'torn';
  return readEntry(head, entry.subarray(ENTRY_HEAD_BYTES), isLast);
}

describe('encodeEntry', () => {
  it('is undone by reading, wherever in the file', () => {
    fc.assert(
      fc.property(changes, fc.nat(), (list, offset) => {
        expect(read(encodeEntry(list, offset), offset)).toEqual(list);
      }),
      { numRuns: effort(500) },
    );
  });

  it('leaves no zero byte in the changes, so that pages that were never written can be told', () => {
    fc.assert(
      fc.property(changes, (list) => {
        expect(encodeEntry(list, 0).subarray(ENTRY_HEAD_BYTES).includes(0)).toBe(false);
      }),
      { numRuns: effort(500) },
    );
  });

  it('refuses what would be too long for one entry', () => {
    const path = 'x'.repeat(1_048_576);
    expect(() => encodeEntry([{ kind: 'file-gone', user: '', path }], 0)).toThrow(RangeError);
  });
});

describe('readEntry and readEntryLength', () => {
  it('find every flipped bit', () => {
    fc.assert(
      fc.property(changes, fc.nat(), fc.nat(7), (list, at, bit) => {
        const entry = Buffer.from(encodeEntry(list, 100));
        const place = at % entry.length;
        entry[place] = (entry[place] ?? 0) ^ (1 << bit);
        const outcome = read(entry, 100);
        // A byte that became zero may have been a page that was never written.
        const zero = place >= ENTRY_HEAD_BYTES && entry[place] === 0;
        expect(outcome).toBe(zero ? 'torn' : 'corrupt');
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('take an entry that was cut off for torn, at every byte', () => {
    const entry = encodeEntry([{ kind: 'invite', code: 'code' }], 31);
    for (let length = 0; length < entry.length; length++) {
      expect(read(entry.subarray(0, length), 31)).toBe('torn');
    }
  });

  it('take pages that were never written for torn at the end of the file, and for damage before it', () => {
    const entry = Buffer.from(encodeEntry([{ kind: 'invite', code: 'code' }], 31));
    expect(read(new Uint8Array(200), 31)).toBe('torn');
    entry.fill(0, entry.length - 5);
    expect([read(entry, 31, true), read(entry, 31, false)]).toEqual(['torn', 'corrupt']);
  });

  it('refuse an entry of another place, and one that is no list of changes', () => {
    const entry = encodeEntry([{ kind: 'invite', code: 'code' }], 31);
    expect(read(entry, 32)).toBe('corrupt');
    const odd = encodeEntry([{ kind: 'invite', code: 7 } as unknown as Change], 31);
    expect(read(odd, 31)).toBe('corrupt');
    expect(read(encodeEntry({ kind: 'invite' } as unknown as Change[], 31), 31)).toBe('corrupt');
  });

  it('give a value or a kind of damage for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(), (bytes, offset) => {
        expect(['torn', 'corrupt']).toContain(read(bytes, offset));
      }),
      { numRuns: effort(500) },
    );
  });
});

describe('readChange', () => {
  it.each([
    null,
    7,
    'user',
    [],
    {},
    { kind: 'unknown' },
    { kind: 'toString' },
    { kind: 'user', user: 'x' },
    { kind: 'user', user: 7, createdMs: 1 },
    { kind: 'user', user: 'x', createdMs: -1 },
    { kind: 'user', user: 'x', createdMs: 1.5 },
    { kind: 'event', id: 1, type: 'PUT', user: 'x', path: '/', etag: 7 },
  ])('takes %j for no change', (value) => {
    expect(readChange(value)).toBeUndefined();
  });
});
