import { zBase32 } from '@pubky-paykit/primitives';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import {
  createFetchHomeserver,
  type FetchHomeserverOptions,
  type HomeserverDirectory,
} from '../src/fetch/index.ts';
import { encodeSessionRecord, ROOT_CAPABILITIES } from '../src/wire/index.ts';
import { answer, type Script, type SeenRequest, scriptedFetch } from './scripted-fetch.ts';

export const NOW = Date.UTC(2026, 0, 15, 12);
export const ORIGIN = 'https://homeserver.example';
export const OWNER = new Uint8Array(32).fill(1);
export const OWNER_NAME = zBase32.encode(OWNER);
export const HOMESERVER = new Uint8Array(32).fill(2);

/** A directory that knows one homeserver, and counts what it is asked. */
export function fixedDirectory(url: string = ORIGIN) {
  const asked: string[] = [];
  const directory: HomeserverDirectory = {
    async find() {
      asked.push('find');
      return { homeserver: HOMESERVER, url };
    },
    async locate() {
      asked.push('locate');
      return { homeserver: HOMESERVER, url };
    },
    async announce() {
      asked.push('announce');
    },
  };
  return { directory, asked };
}

/** The adapter against a script, with a clock that stands still. */
export function scriptedHomeserver(script: Script, options: Partial<FetchHomeserverOptions> = {}) {
  const network = scriptedFetch(script);
  const clock = new ManualClock(NOW);
  const { directory, asked } = fixedDirectory();
  const homeserver = createFetchHomeserver({
    directory,
    fetch: network.fetch,
    clock,
    random: predictableRandomForTestingOnly(7),
    cookies: 'header',
    ...options,
  });
  return { homeserver, clock, asked, ...network };
}

/** What a server answers to a sign-in of this key. */
export function signedIn(publicKey: Uint8Array, cookie = 'abc123') {
  const record = encodeSessionRecord({ publicKey, createdAt: 1n, capabilities: ROOT_CAPABILITIES });
  return answer(200, record, { 'set-cookie': `${zBase32.encode(publicKey)}=${cookie}; Path=/; HttpOnly` });
}

/** The path of a request. */
export function pathOf({ url }: SeenRequest): string {
  return new URL(url).pathname;
}
