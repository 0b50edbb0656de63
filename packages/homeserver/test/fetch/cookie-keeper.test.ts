import { afterEach, describe, expect, it } from 'vitest';
import { detectCookieKeeper } from '../../src/fetch/cookie-keeper.ts';
import { createFetchHomeserver } from '../../src/fetch/index.ts';
import { encodeSessionRecord, ROOT_CAPABILITIES } from '../../src/wire/index.ts';
import { fixedDirectory } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer, scriptedFetch } from '../scripted-fetch.ts';

const platform = globalThis as { Request: unknown };
const { Request: before } = platform;

afterEach(() => {
  platform.Request = before;
});

/** A request of a browser, which drops what a page may not send. */
class BrowserRequest {
  readonly headers = new Headers();
}

describe('detectCookieKeeper', () => {
  it('finds that Node lets us send cookies', () => {
    expect(detectCookieKeeper()).toBe('header');
  });

  it('finds that a browser does not', () => {
    platform.Request = BrowserRequest;
    expect(detectCookieKeeper()).toBe('platform');
  });

  it('takes a platform without requests, or that refuses this one, for what it can be', () => {
    platform.Request = undefined;
    expect(detectCookieKeeper()).toBe('header');
    platform.Request = function refuse() {
      throw new TypeError('forbidden header');
    };
    expect(detectCookieKeeper()).toBe('platform');
  });
});

describe('createFetchHomeserver in a browser', () => {
  it('leaves the cookie to the page: it reads none, sends none, and exports none', async () => {
    platform.Request = BrowserRequest;
    const signer = fixedSigner(4);
    const record = encodeSessionRecord({
      publicKey: signer.publicKey,
      createdAt: 1n,
      capabilities: ROOT_CAPABILITIES,
    });
    const { fetch, seen } = scriptedFetch(() => answer(200, record));
    const homeserver = createFetchHomeserver({ fetch, directory: fixedDirectory().directory });
    const session = await homeserver.signIn(signer);
    await session.storage.put('/pub/a', Uint8Array.of(1));
    await session.storage.get(signer.publicKey, '/pub/a');
    expect(seen.map(({ credentials }) => credentials)).toEqual(['include', 'include', 'omit']);
    expect(seen.some(({ headers }) => headers?.['cookie'] !== undefined)).toBe(false);
    expect(session.export().length).toBe(53);
  });
});
