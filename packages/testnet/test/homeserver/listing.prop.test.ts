import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { type ListingQuery, listDirectory } from '../../src/homeserver/listing.ts';
import { comparePaths, insertPath, removePath } from '../../src/storage/path-order.ts';

/** Few letters, so that names meet; some on either side of the slash, and some beyond the first plane of Unicode. */
const name = fc
  .array(fc.constantFrom('a', 'b', '.', '0', '-', '\uffff', '😀'), { minLength: 1, maxLength: 2 })
  .map((letters) => letters.join(''));
const path = fc.array(name, { minLength: 1, maxLength: 4 }).map((names) => `/pub/${names.join('/')}`);
const directory = fc
  .array(name, { maxLength: 2 })
  .map((names) => ['/pub/', ...names.map((each) => `${each}/`)].join(''));

const byBytes = (left: string, right: string) => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** The same by brute force: everything, filtered and sorted. */
function model(paths: readonly string[], query: ListingQuery): readonly string[] | undefined {
  const below = paths.filter((each) => each.startsWith(query.directory));
  if (below.length === 0) return undefined;
  const names = below.map((each) => {
    const [first, ...rest] = each.slice(query.directory.length).split('/');
    return query.shallow && rest.length > 0 ? `${query.directory}${first}/` : each;
  });
  const sorted = [...new Set(names)].sort(byBytes);
  const ordered = query.reverse ? sorted.reverse() : sorted;
  const behind = ordered.filter((each) => {
    if (query.cursor === undefined) return true;
    return query.reverse ? byBytes(each, query.cursor) < 0 : byBytes(each, query.cursor) > 0;
  });
  return behind.slice(0, query.limit);
}

const query = fc.record({
  directory,
  limit: fc.nat(6),
  cursor: fc.option(fc.oneof(path, directory), { nil: undefined }),
  reverse: fc.boolean(),
  shallow: fc.boolean(),
});

describe('listDirectory', () => {
  it('gives what brute force gives, for every directory, cursor, order and depth', () => {
    fc.assert(
      fc.property(fc.uniqueArray(path, { maxLength: 25 }), query, (paths, asked) => {
        const sorted = [...paths].sort(comparePaths);
        expect(listDirectory(sorted, asked)).toEqual(model(paths, asked));
      }),
      { numRuns: effort(5_000) },
    );
  });

  it('pages through everything exactly once', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(path, { minLength: 1, maxLength: 25 }),
        fc.record({ limit: fc.integer({ min: 1, max: 4 }), reverse: fc.boolean(), shallow: fc.boolean() }),
        (paths, asked) => {
          const sorted = [...paths].sort(comparePaths);
          const seen: string[] = [];
          for (let cursor: string | undefined; ; cursor = seen.at(-1)) {
            const page = listDirectory(sorted, { ...asked, directory: '/pub/', cursor }) ?? [];
            if (page.length === 0) break;
            seen.push(...page);
          }
          expect(seen).toEqual(model(paths, { ...asked, directory: '/pub/', limit: 1_000 }));
        },
      ),
      { numRuns: effort(1_000) },
    );
  });
});

describe('comparePaths', () => {
  it('orders texts as their bytes are ordered', () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), path);
    fc.assert(
      fc.property(text, text, (left, right) => {
        expect(Math.sign(comparePaths(left, right))).toBe(byBytes(left, right));
      }),
      { numRuns: effort(1_000) },
    );
  });
});

describe('insertPath and removePath', () => {
  it('keep a list sorted', () => {
    fc.assert(
      fc.property(fc.array(path, { maxLength: 40 }), (steps) => {
        const sorted: string[] = [];
        const held = new Set<string>();
        for (const step of steps) {
          if (held.has(step)) removePath(sorted, step);
          else insertPath(sorted, step);
          if (!held.delete(step)) held.add(step);
          expect(sorted).toEqual([...held].sort(byBytes));
        }
      }),
      { numRuns: effort(500) },
    );
  });
});
