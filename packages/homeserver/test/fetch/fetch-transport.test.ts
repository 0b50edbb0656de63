import { describe, expect, it } from 'vitest';
import { createFetchHomeserver } from '../../src/fetch/index.ts';
import { HomeserverError } from '../../src/index.ts';
import { fixedDirectory, HOMESERVER, ORIGIN, OWNER, scriptedHomeserver } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer, scriptedFetch } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';

const FIVE_MINUTES_MS = 300_000;

describe('createFetchHomeserver', () => {
  it('asks the directory once in five minutes for each identity', async () => {
    const { homeserver, asked, clock } = scriptedHomeserver(() => answer(404));
    const get = () => homeserver.storage.get(OWNER, '/pub/a');
    await get();
    clock.advance(FIVE_MINUTES_MS - 1);
    await get();
    expect(asked).toEqual(['find']);
    clock.advance(1);
    await get();
    await homeserver.storage.get(HOMESERVER, '/pub/a');
    expect(asked).toEqual(['find', 'find', 'find']);
  });

  it('asks again after a connection has failed: the server may have moved', async () => {
    let fail = false;
    const { homeserver, asked } = scriptedHomeserver(() => {
      if (fail) throw new TypeError('fetch failed');
      return answer(404);
    });
    await homeserver.storage.get(OWNER, '/pub/a');
    fail = true;
    expect(await rejectedCodeOf(homeserver.storage.get(OWNER, '/pub/a'))).toBe('HOMESERVER_OFFLINE');
    fail = false;
    await homeserver.storage.get(OWNER, '/pub/a');
    expect(asked).toEqual(['find', 'find']);
  });

  it('remembers no more than a thousand identities', async () => {
    const { homeserver, asked } = scriptedHomeserver(() => answer(404));
    const identity = (index: number) => new Uint8Array(32).fill(index & 0xff).fill(index >> 8, 16);
    for (let index = 0; index <= 1000; index++) await homeserver.storage.get(identity(index), '/pub/a');
    asked.length = 0;
    await homeserver.storage.get(identity(1000), '/pub/a');
    expect(asked).toEqual([]);
    await homeserver.storage.get(identity(0), '/pub/a');
    expect(asked).toEqual(['find']);
  });

  it.each([
    ['nothing', async () => undefined, 'HOMESERVER_NO_HOMESERVER'],
    [
      'an address with a path',
      async () => ({ homeserver: HOMESERVER, url: `${ORIGIN}/x` }),
      'HOMESERVER_INSECURE_URL',
    ],
    [
      'an address with credentials',
      async () => ({ homeserver: HOMESERVER, url: 'https://a:b@c' }),
      'HOMESERVER_INSECURE_URL',
    ],
    [
      'no address',
      async () => ({ homeserver: HOMESERVER, url: 'javascript:alert(1)' }),
      'HOMESERVER_INSECURE_URL',
    ],
    ['an error of its own', () => Promise.reject(new Error('DNS')), 'HOMESERVER_DIRECTORY_FAILED'],
    [
      'a coded error',
      () => Promise.reject(new HomeserverError('HOMESERVER_QUOTA_EXCEEDED')),
      'HOMESERVER_QUOTA_EXCEEDED',
    ],
  ])('where the directory finds %s, sends nothing and says %3$s', async (_, find, code) => {
    const { fetch, seen } = scriptedFetch(() => answer(200));
    const { directory } = fixedDirectory();
    const homeserver = createFetchHomeserver({ fetch, directory: { ...directory, find }, cookies: 'header' });
    expect(await rejectedCodeOf(homeserver.storage.get(OWNER, '/pub/a'))).toBe(code);
    expect(seen).toEqual([]);
  });

  it('knows no homeserver that the directory cannot locate', async () => {
    const { directory } = fixedDirectory();
    const homeserver = createFetchHomeserver({
      fetch: scriptedFetch(() => answer(200)).fetch,
      directory: { ...directory, locate: async () => undefined },
    });
    const error = await rejectionOf(homeserver.signUp(fixedSigner(1), { homeserver: HOMESERVER }));
    expect([error.code, error.retryable]).toEqual(['HOMESERVER_UNLOCATED', true]);
  });

  it('follows no redirect: neither what a browser hides nor what Node shows [Q4]', async () => {
    for (const status of [0, 301, 307, 308]) {
      const response = {
        ...answer(200),
        status,
        headers: new Headers({ location: 'https://evil.example' }),
        arrayBuffer: async () => new ArrayBuffer(0),
      };
      const { homeserver, seen } = scriptedHomeserver(() => response);
      const error = await rejectionOf(homeserver.storage.get(OWNER, '/pub/a'));
      expect([error.code, error.context]).toEqual([
        'HOMESERVER_BAD_ANSWER',
        { what: 'file', fault: 'redirect' },
      ]);
      expect(seen.map(({ redirect }) => redirect)).toEqual(['manual']);
    }
  });
});
