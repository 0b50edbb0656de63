import { createRequire } from 'node:module';
import type * as Pubky from '@synonymdev/pubky';

type Sdk = typeof Pubky;

const require = createRequire(import.meta.url);
const NAME = '@synonymdev/pubky';

/** The unmodified SDK, to compare with. It replaces the global `fetch`, which is put back at once. */
export function requireSdk(): Sdk {
  const before = globalThis.fetch;
  try {
    return require(NAME) as Sdk;
  } finally {
    globalThis.fetch = before;
  }
}

/** Lets a test use a fresh copy of the unmodified SDK, whose `fetch` is global until the test is done. */
export async function withUnmodifiedSdk<Result>(work: (sdk: Sdk) => Promise<Result>): Promise<Result> {
  const before = globalThis.fetch;
  const file = require.resolve(NAME);
  const { [file]: cached } = require.cache;
  delete require.cache[file];
  try {
    return await work(require(NAME) as Sdk);
  } finally {
    globalThis.fetch = before;
    if (cached === undefined) delete require.cache[file];
    else require.cache[file] = cached;
  }
}

/** The cookie jar that the SDK wraps `fetch` in, with this cookie in it for every path of a host. */
export async function jarAround(fetch: typeof globalThis.fetch, url: string, cookie: string) {
  const { default: wrap } = createRequire(require.resolve(NAME))('fetch-cookie');
  const jarred = wrap(fetch);
  await jarred.cookieJar.setCookie(cookie, url);
  return jarred as typeof globalThis.fetch;
}
