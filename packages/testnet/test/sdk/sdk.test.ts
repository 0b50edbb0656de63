import { contentEtag } from '@pubky-paykit/homeserver/wire';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestnet, type Testnet } from '../../src/index.ts';
import { type Scenarios, startScenarios } from '../scenarios.ts';

const refused = (statusCode: number) => ({ name: 'RequestError', statusCode });

let testnet: Testnet;
let sdk: Scenarios;

beforeAll(async () => {
  testnet = await createTestnet();
  const { relay, authRelay, homeserver } = testnet;
  sdk = await startScenarios(new URL('./sdk-worker.mjs', import.meta.url), {
    relay: relay.url,
    authRelay: authRelay.url,
    homeserver: homeserver.publicKey,
  });
});

afterAll(async () => {
  await sdk.close();
  await testnet.close();
});

describe('the unmodified @synonymdev/pubky 0.6.0', () => {
  it('signs up, and its homeserver is found [T2]', async () => {
    expect(await sdk.run('signUp')).toEqual({
      sameKey: true,
      capabilities: ['/:rw'],
      found: testnet.homeserver.publicKey,
    });
  });

  it('cannot sign up twice', async () => {
    expect(await sdk.run('signUpTwice')).toEqual(refused(409));
  });

  it('signs in, unless it has never signed up', async () => {
    expect(await sdk.run('signIn')).toMatchObject({ same: true, stranger: { name: expect.any(String) } });
  });

  it('writes and reads text, JSON and bytes, its own and those of others', async () => {
    expect(await sdk.run('files')).toEqual({
      text: 'Grüße',
      json: { one: 1 },
      bytes: [200_000, true],
      byUrl: 'Grüße',
      byFetch: 'Grüße',
      missing: refused(404),
    });
  });

  it('overwrites and deletes', async () => {
    expect(await sdk.run('overwriteAndDelete')).toEqual({
      second: 'second',
      after: false,
      twice: refused(404),
    });
  });

  it('sees length, type, date and etag', async () => {
    expect(await sdk.run('stats')).toEqual({
      stats: {
        contentLength: 7,
        contentType: 'text/plain',
        // It takes the quotes off.
        etag: contentEtag(new TextEncoder().encode('content')),
        recent: true,
      },
      exists: true,
      missing: false,
      noStats: undefined,
    });
  });

  it('lists page by page, backwards and shallowly', async () => {
    const all = ['a', 'b/1', 'b/2', 'c', 'd'];
    expect(await sdk.run('lists')).toEqual({
      pages: [all.slice(0, 2), all.slice(2, 4), all.slice(4)],
      all,
      reverse: all.toReversed(),
      shallow: ['a', 'b/', 'c', 'd'],
      shallowReverse: ['d', 'c'],
      publicly: ['a'],
      missing: refused(404),
    });
  });

  it('percent-encodes paths twice, so that they are stored with what it sends once decoded', async () => {
    const { key, ...seen } = (await sdk.run('names', { path: '/pub/app/ü' })) as { key: string };
    expect(seen).toEqual({ text: 'content', listed: '/pub/app/%25C3%25BC' });
    const listed = await fetch(`${testnet.homeserver.url}/pub/app/?pubky-host=${key}`);
    expect(await listed.text()).toBe(`pubky://${key}/pub/app/%C3%BC`);
  });

  it('keeps two users apart in one process', async () => {
    expect(await sdk.run('twoUsers')).toEqual({ alice: 'alice', bob: 'bob' });
  });

  it('signs out', async () => {
    expect(await sdk.run('signOut')).toEqual({ refused: refused(401), stays: 'stays' });
  });

  it('exports a session and restores it', async () => {
    expect(await sdk.run('exportAndRestore')).toEqual({ same: true, text: 'yes' });
  });

  it('signs in by a link that somebody else approves', async () => {
    expect(await sdk.run('authFlow')).toEqual({
      same: true,
      capabilities: ['/pub/app/:rw'],
      outside: refused(403),
    });
  });

  it('reads and writes fifty files at once', async () => {
    expect(await sdk.run('manyAtOnce')).toBe(true);
  });
});
