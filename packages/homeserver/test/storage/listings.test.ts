import { describe, expect, it } from 'vitest';
import { formatListing } from '../../src/wire/index.ts';
import { ORIGIN, OWNER, OWNER_NAME, scriptedHomeserver } from '../fetch-homeserver.ts';
import { answer, endlessBody } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';

const listing = (...paths: readonly string[]) => answer(200, formatListing(OWNER, paths));

/** Everything that is listed. */
async function all(iterator: AsyncIterableIterator<string>): Promise<readonly string[]> {
  const paths: string[] = [];
  for await (const path of iterator) paths.push(path);
  return paths;
}

describe('listPage', () => {
  it('says what it wants in the query', async () => {
    const { homeserver, lines } = scriptedHomeserver(() => listing('/pub/a b/9'));
    const options = { limit: 5, cursor: '/pub/a b/1', reverse: false, shallow: true };
    await homeserver.storage.listPage(OWNER, '/pub/a b/', options);
    expect(lines()).toEqual([
      `GET ${ORIGIN}/pub/a%20b/?limit=5&cursor=${OWNER_NAME}%2Fpub%2Fa%20b%2F1&shallow=true`,
    ]);
  });

  it.each([
    ['lines of somebody else', () => answer(200, 'pubky://x/pub/a/1')],
    ['more lines than it asked for', () => listing('/pub/a/1', '/pub/a/2', '/pub/a/3')],
    ['bytes that are not UTF-8', () => answer(200, Uint8Array.of(0xff, 0xfe))],
    ['a web page', () => answer(200, '<!doctype html>')],
  ])('refuses %s', async (_, script) => {
    const { homeserver } = scriptedHomeserver(script);
    const work = homeserver.storage.listPage(OWNER, '/pub/a/', { limit: 2 });
    expect(await rejectedCodeOf(work)).toBe('HOMESERVER_BAD_ANSWER');
  });

  it('stops reading a listing of 20 MB where none of this length can be honest [Q4]', async () => {
    const endless = endlessBody(65_536);
    const { homeserver } = scriptedHomeserver(() => ({
      ...endless,
      status: 200,
      headers: new Headers(),
      arrayBuffer: async () => new ArrayBuffer(0),
    }));
    const work = homeserver.storage.listPage(OWNER, '/pub/a/', { limit: 10 });
    expect(await rejectedCodeOf(work)).toBe('HOMESERVER_ANSWER_TOO_LARGE');
    expect(endless.sentBytes()).toBeLessThanOrEqual(2 * 65_536);
    expect(endless.cancelled()).toBe(true);
  });
});

describe('list', () => {
  it('goes on behind a page that is shorter than asked for', async () => {
    const pages = [listing('/pub/a/1', '/pub/a/2'), listing('/pub/a/3'), answer(404)];
    const { homeserver, seen } = scriptedHomeserver(() => pages.shift() ?? answer(500));
    expect(await all(homeserver.storage.list(OWNER, '/pub/a/'))).toEqual([
      '/pub/a/1',
      '/pub/a/2',
      '/pub/a/3',
    ]);
    expect(seen).toHaveLength(3);
  });

  it('goes on behind a page of names that it does not use', async () => {
    const pages = [listing('/pub/a/%2f'), listing('/pub/a/b'), listing()];
    const { homeserver } = scriptedHomeserver(() => pages.shift() ?? answer(500));
    expect(await all(homeserver.storage.list(OWNER, '/pub/a/'))).toEqual(['/pub/a/b']);
  });

  it('refuses a server that gives the same page for ever', async () => {
    for (const reverse of [false, true]) {
      const { homeserver, seen } = scriptedHomeserver(() => listing('/pub/a/1', '/pub/a/2'));
      const error = await rejectionOf(all(homeserver.storage.list(OWNER, '/pub/a/', { reverse })));
      expect([error.code, error.context]).toEqual([
        'HOMESERVER_BAD_ANSWER',
        { what: 'listing', fault: 'no progress' },
      ]);
      expect(seen).toHaveLength(2);
    }
  });

  it('knows that characters outside the basic plane come last, as bytes do and UTF-16 does not', async () => {
    const pages = [listing('/pub/a/\uffee'), listing('/pub/a/👋'), listing()];
    const { homeserver } = scriptedHomeserver(() => pages.shift() ?? answer(500));
    expect(await all(homeserver.storage.list(OWNER, '/pub/a/'))).toEqual(['/pub/a/\uffee', '/pub/a/👋']);
  });

  it('asks for a page when it is needed, and for none after it is left', async () => {
    let page = 0;
    const { homeserver, seen } = scriptedHomeserver(() => {
      page += 1;
      return listing(`/pub/a/${page}0`, `/pub/a/${page}1`);
    });
    const iterator = homeserver.storage.list(OWNER, '/pub/a/');
    expect(seen).toHaveLength(0);
    await iterator.next();
    await iterator.next();
    expect(seen).toHaveLength(1);
    await iterator.next();
    expect(seen).toHaveLength(2);
    await iterator.return?.();
    expect((await iterator.next()).done).toBe(true);
    expect(seen).toHaveLength(2);
  });

  it('is over after it has failed', async () => {
    const { homeserver } = scriptedHomeserver(() => answer(500));
    const iterator = homeserver.storage.list(OWNER, '/pub/a/');
    expect(await rejectedCodeOf(iterator.next())).toBe('HOMESERVER_SERVER_ERROR');
    expect((await iterator.next()).done).toBe(true);
  });

  it('pages through 10 000 entries with one page in memory', async () => {
    const names = Array.from({ length: 10_000 }, (_, index) => `/pub/a/${`${index}`.padStart(5, '0')}`);
    const { homeserver, seen } = scriptedHomeserver(({ url }) => {
      const cursor = new URL(url).searchParams.get('cursor')?.slice(52);
      const start = cursor === undefined ? 0 : names.indexOf(cursor) + 1;
      return listing(...names.slice(start, start + 1000));
    });
    let count = 0;
    for await (const path of homeserver.storage.list(OWNER, '/pub/a/')) {
      expect(path).toBe(names[count]);
      count += 1;
    }
    expect([count, seen.length]).toEqual([10_000, 11]);
  });
});
