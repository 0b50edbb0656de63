import { describe, expect, it } from 'vitest';
import { createSnapshot, versionOf } from '../../src/watch/snapshot.ts';
import { OWNER } from '../fetch-homeserver.ts';
import { codeOf } from '../thrown.ts';

const put = (path: string, contentHash?: string) =>
  ({ type: 'PUT', owner: OWNER, path, cursor: '1', contentHash }) as const;
const gone = (path: string) => ({ type: 'DEL', owner: OWNER, path, cursor: '1' }) as const;

describe('createSnapshot', () => {
  it('compares what was seen with what there is', () => {
    const snapshot = createSnapshot(
      new Map([
        ['a', '1'],
        ['b', '1'],
      ]),
      10,
    );
    expect(
      snapshot.compare(
        new Map([
          ['b', '2'],
          ['c', '1'],
        ]),
      ),
    ).toEqual([
      { type: 'delete', path: 'a', etag: undefined },
      { type: 'put', path: 'b', etag: '2' },
      { type: 'put', path: 'c', etag: '1' },
    ]);
    expect(
      snapshot.compare(
        new Map([
          ['b', '2'],
          ['c', '1'],
        ]),
      ),
    ).toEqual([]);
  });

  it('takes events that a poll has seen already for nothing new', () => {
    const snapshot = createSnapshot(new Map([['a', '1']]), 10);
    expect(snapshot.apply(put('a', '1'))).toEqual([]);
    expect(snapshot.apply(gone('b'))).toEqual([]);
    expect(snapshot.apply(put('a', '2'))).toEqual([{ type: 'put', path: 'a', etag: '2' }]);
    expect(snapshot.compare(new Map([['a', '2']]))).toEqual([]);
  });

  it('rather tells twice than not at all, where an event has no hash', () => {
    const snapshot = createSnapshot(new Map([['a', '1']]), 10);
    expect(snapshot.apply(put('a'))).toHaveLength(1);
    expect(snapshot.apply(put('a'))).toHaveLength(1);
    expect(snapshot.compare(new Map([['a', '2']]))).toHaveLength(1);
  });

  it('grows to its limit and no further', () => {
    const snapshot = createSnapshot(new Map([['a', '1']]), 2);
    snapshot.apply(put('b', '1'));
    expect(codeOf(() => snapshot.apply(put('c', '1')))).toBe('HOMESERVER_TOO_MANY_FILES');
    expect(snapshot.apply(put('a', '2'))).toHaveLength(1);
  });
});

describe('versionOf', () => {
  const stat = { bytes: 3, etag: undefined, lastModifiedMs: 5, contentType: undefined };

  it('is the etag, or time and length where there is none, which is not shown as one', () => {
    expect(versionOf({ ...stat, etag: 'abc' })).toBe('abc');
    const snapshot = createSnapshot(new Map(), 10);
    expect(snapshot.compare(new Map([['a', versionOf(stat)]]))).toEqual([
      { type: 'put', path: 'a', etag: undefined },
    ]);
    expect(snapshot.compare(new Map([['a', versionOf({ ...stat, bytes: 4 })]]))).toHaveLength(1);
  });
});
