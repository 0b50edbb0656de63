import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { formatListing, parseListing, parseResource } from '../../src/wire/index.ts';
import { faultOf } from '../thrown.ts';

const owner = new Uint8Array(32).fill(1);
const other = new Uint8Array(32).fill(2);
const prefix = `pubky://${zBase32.encode(owner)}`;

describe('parseListing', () => {
  it('skips names that this package does not use, and still goes on behind them', () => {
    const body = formatListing(owner, ['/pub/a/1', '/pub/a/2%2f3', '/pub/a/4..']);
    expect(parseListing(body, owner, '/pub/a/', 10)).toEqual({
      paths: ['/pub/a/1'],
      last: '/pub/a/4..',
      skipped: 2,
    });
  });

  it('finds nothing in an empty body', () => {
    expect(parseListing('', owner, '/pub/', 1)).toEqual({ paths: [], last: undefined, skipped: 0 });
  });

  it.each([
    ['a line of somebody else', formatListing(other, ['/pub/a/1']), 'not of this owner'],
    ['a line of somebody whose key begins the same', `${prefix}y/pub/a/1`, 'outside the directory'],
    ['a line outside the directory', `${prefix}/pub/b/1`, 'outside the directory'],
    ['the directory itself', `${prefix}/pub/a/`, 'outside the directory'],
    ['a line that is none', '<html>', 'not of this owner'],
    [
      'more lines than asked for',
      formatListing(owner, ['/pub/a/1', '/pub/a/2', '/pub/a/3']),
      'too many lines',
    ],
  ])('refuses %s', (_, body, fault) => {
    expect(faultOf(() => parseListing(body, owner, '/pub/a/', 2))).toBe(`HOMESERVER_BAD_ANSWER ${fault}`);
  });
});

describe('parseResource', () => {
  it('knows what is no resource', () => {
    expect(parseResource(`${prefix}/pub/x`)?.path).toBe('/pub/x');
    for (const line of [
      '',
      'pubky://',
      'https://x/pub/x',
      `${prefix}`,
      `${prefix}pub`,
      `pubky://${'l'.repeat(52)}/pub/x`,
    ]) {
      expect(parseResource(line)).toBeUndefined();
    }
  });
});
