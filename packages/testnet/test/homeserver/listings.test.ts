import { describe, expect, it } from 'vitest';
import { readPageQuery } from '../../src/homeserver/page-query.ts';
import { account, identity } from '../identities.ts';
import { networks } from '../networks.ts';

const { start } = networks();
const alice = identity(1);

async function filled(paths: readonly string[]) {
  const testnet = await start();
  const { send } = await account(testnet, alice);
  for (const path of paths) await send('PUT', path, { body: 'x' });
  const list = async (query: string) => {
    const response = await send('GET', query);
    const text = await response.text();
    const lines = text === '' ? [] : text.split('\n').map((line) => line.replace(`pubky://${alice.key}`, ''));
    return { status: response.status, type: response.headers.get('content-type'), lines };
  };
  return { send, list };
}

const NAMES = ['/pub/a/1', '/pub/a/2', '/pub/a/b/3', '/pub/c', '/pub/Grüße'];
/** In the order of their bytes: capitals first. */
const SORTED = ['/pub/Grüße', '/pub/a/1', '/pub/a/2', '/pub/a/b/3', '/pub/c'];

describe('listings', () => {
  it('are addresses, one a line, not percent-encoded, in the order of bytes', async () => {
    const { send } = await filled(NAMES);
    const response = await send('GET', '/pub/');
    expect(response.headers.get('content-type')).toBe('text/plain');
    expect(await response.text()).toBe(SORTED.map((path) => `pubky://${alice.key}${path}`).join('\n'));
  });

  it.each([
    ['', SORTED],
    ['?limit=2', SORTED.slice(0, 2)],
    ['?limit=0', []],
    ['?limit=', SORTED],
    ['?limit=-1', SORTED],
    ['?limit=many', SORTED],
    ['?limit=70000', SORTED],
    ['?reverse=true', SORTED.toReversed()],
    ['?reverse', SORTED.toReversed()],
    ['?reverse=no', SORTED],
    ['?shallow=1', ['/pub/Grüße', '/pub/a/', '/pub/c']],
    ['?shallow=YES&reverse=1&limit=2', ['/pub/c', '/pub/a/']],
    [`?cursor=pubky://${alice.key}/pub/a/1`, SORTED.slice(2)],
    [`?cursor=${alice.key}/pub/a/1`, SORTED.slice(2)],
    [`?cursor=${encodeURIComponent(`pubky://${alice.key}/pub/Grüße`)}`, SORTED.slice(1)],
    ['?cursor=', SORTED],
  ])('with %s are %j', async (query, lines) => {
    const { list } = await filled(NAMES);
    expect(await list(`/pub/${query}`)).toEqual({ status: 200, type: 'text/plain', lines });
  });

  it.each([
    ['/pub/?reverse=maybe', 400],
    ['/pub/?shallow=2', 400],
    ['/pub/?cursor=x', 400],
    ['/pub/?cursor=pubky://nobody/pub/a', 400],
    ['/pub/none/', 404],
    ['/pub/c/', 404],
    ['/pub/a_/', 404],
    ['/pub/%25/', 404],
  ])('of %s are answered with %s', async (query, status) => {
    const { list } = await filled(NAMES);
    expect((await list(query)).status).toBe(status);
  });

  it('are of one user alone', async () => {
    const testnet = await start();
    const [own, other] = [await account(testnet, alice), await account(testnet, identity(2))];
    await own.send('PUT', '/pub/mine', { body: 'x' });
    await other.send('PUT', '/pub/theirs', { body: 'x' });
    expect(await (await own.send('GET', '/pub/')).text()).toBe(`pubky://${alice.key}/pub/mine`);
  });
});

describe('readPageQuery', () => {
  it.each([
    ['', 100],
    ['limit=', 100],
    ['limit=1', 1],
    ['limit=999', 999],
    ['limit=1001', 1_000],
    ['limit=65535', 1_000],
    ['limit=65536', 100],
    ['limit=1e2', 100],
    ['limit=%2B7', 7],
  ])('takes "%s" for %s entries: a hundred unless told, a thousand at most', (query, limit) => {
    expect(readPageQuery(query).limit).toBe(limit);
  });
});
