import { describe, expect, it } from 'vitest';
import { listDirectory } from '../../src/homeserver/listing.ts';

const COUNT = 100_000;
/** Ten directories of ten thousand files each, in order. */
const PATHS = Array.from({ length: COUNT }, (_, index) => {
  const [directory, file] = [Math.floor(index / 10_000), String(index % 10_000).padStart(4, '0')];
  return `/pub/${directory}/${file}`;
});

/** How many paths are looked at while a page is made. */
function looks(query: Partial<Parameters<typeof listDirectory>[1]>): number {
  let count = 0;
  const counted = new Proxy(PATHS, {
    get(target, name, receiver) {
      if (typeof name === 'string' && /^\d+$/.test(name)) count += 1;
      return Reflect.get(target, name, receiver);
    },
  });
  listDirectory(counted, { directory: '/pub/', limit: 100, reverse: false, shallow: false, ...query });
  return count;
}

describe('listDirectory', () => {
  it.each([
    ['the first page', {}],
    ['a page in the middle', { cursor: '/pub/5/4321' }],
    ['the last page', { cursor: '/pub/9/9998' }],
    ['a page behind everything', { cursor: '/pub/zzz' }],
    ['a page backwards', { reverse: true, cursor: '/pub/5/4321' }],
    ['directories', { shallow: true }],
    ['directories backwards', { shallow: true, reverse: true, cursor: '/pub/5/4321' }],
    ['one directory', { directory: '/pub/7/' }],
  ])('looks at little more than the page it gives: %s of 100 000 files', (_, query) => {
    expect(looks(query)).toBeLessThan(400);
  });
});
