import { isCodedError, Secret } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { LoadedPubky, PubkySigner } from '../../src/sdk/pubky-module.ts';
import { createSdkHomeserverWith } from '../../src/sdk/sdk-homeserver.ts';
import { HOMESERVER, OWNER } from '../fetch-homeserver.ts';
import { answer, scriptedFetch } from '../scripted-fetch.ts';
import { rejectionOf } from '../thrown.ts';

/** Errors as the SDK throws them. */
const failure = (name: string, data?: object): Error =>
  Object.assign(new Error('secret details'), { name, data });
const panic = (): Error => Object.assign(new Error('unreachable'), { name: 'RuntimeError' });
const seed = Secret.copyOf(new Uint8Array(32).fill(1));

/** An SDK that does what a test says, and counts what it has made and freed. */
function scriptedSdk(act: () => never) {
  const live = new Set<object>();
  let loads = 0;
  const handle = <Part extends object>(part: Part): Part & { free(): void } => {
    const made = Object.assign(Object.create(part), {
      free() {
        if (!live.delete(made)) throw new Error('null pointer passed to rust');
      },
    });
    live.add(made);
    return made;
  };
  const acting = async (): Promise<never> => act();
  const key = () => handle({ toUint8Array: () => OWNER.slice() });
  const signer = (): PubkySigner =>
    handle({
      get pkdns() {
        return handle({ publishHomeserverForce: acting });
      },
      signup: acting,
      signin: acting,
      approveAuthRequest: acting,
    });
  const load = async (): Promise<LoadedPubky> => {
    loads += 1;
    class Client {
      fetch = acting;
      free(): void {}
      static testnet = () => new Client();
    }
    const facade = { signer, getHomeserverOf: async () => undefined, free() {} };
    return {
      module: {
        Client,
        Pubky: { withClient: () => facade },
        Keypair: {
          fromSecret: () =>
            handle({
              get publicKey() {
                return key();
              },
            }),
        },
        PublicKey: { from: key },
      },
    };
  };
  const { fetch, seen } = scriptedFetch(() => answer(404));
  const homeserver = createSdkHomeserverWith(load, 'platform', { relays: ['https://relay.example'], fetch });
  return { homeserver, live, seen, loads: () => loads };
}

/** Everything that goes through the SDK. */
type Call = (homeserver: ReturnType<typeof scriptedSdk>['homeserver']) => Promise<unknown>;
const link = `pubkyauth://signin?caps=/pub/app/:rw&relay=https://relay.example/link&secret=${'A'.repeat(43)}`;
const CALLS: readonly (readonly [string, Call])[] = [
  ['a request', ({ storage }) => storage.get(OWNER, '/pub/a')],
  ['signing up', (homeserver) => homeserver.signUp(seed, { homeserver: HOMESERVER })],
  ['signing in', (homeserver) => homeserver.signIn(seed)],
  ['announcing', (homeserver) => homeserver.signIn(seed, { homeserver: HOMESERVER })],
  ['approving', (homeserver) => homeserver.approveAuthRequest(seed, link)],
];

describe.each(CALLS)('what the SDK throws from %s', (name, call) => {
  it.each<[string, () => unknown, string]>([
    ['a connection that failed', () => failure('RequestError'), 'HOMESERVER_OFFLINE'],
    ['status 500', () => failure('RequestError', { statusCode: 500 }), 'HOMESERVER_SERVER_ERROR'],
    ['status 403', () => failure('RequestError', { statusCode: 403 }), 'HOMESERVER_FORBIDDEN'],
    ['a panic', panic, 'HOMESERVER_SDK_BROKEN'],
    ['a text', () => 'Expected secret to be 32 bytes, got 3', 'HOMESERVER_SDK_FAILED'],
    ['nothing', () => undefined, 'HOMESERVER_SDK_FAILED'],
    ['a failed login', () => failure('AuthenticationError'), 'HOMESERVER_SDK_FAILED'],
    ['bad input', () => failure('InvalidInput'), 'HOMESERVER_SDK_FAILED'],
  ])('comes out coded: %s', async (what, thrown, code) => {
    const { homeserver, live } = scriptedSdk(() => {
      throw thrown();
    });
    const error = await rejectionOf(call(homeserver));
    // Announcing through a relay that answers: it is the announcement that failed.
    const announced = name === 'announcing' && what === 'a connection that failed';
    expect(error.code).toBe(announced ? 'HOMESERVER_DIRECTORY_FAILED' : code);
    expect(`${error.message} ${JSON.stringify(error)}`).not.toContain('secret details');
    expect(live.size).toBe(0);
  });
});

describe('createSdkHomeserverWith', () => {
  it('looks at the relays itself when the SDK finds no endpoint', async () => {
    const { homeserver, seen } = scriptedSdk(() => {
      throw failure('PkarrError');
    });
    const error = await rejectionOf(homeserver.storage.get(OWNER, '/pub/a'));
    expect(error.code).toBe('HOMESERVER_NO_HOMESERVER');
    expect(seen.map(({ url }) => url)).toEqual([
      expect.stringMatching(/^https:\/\/relay\.example\/[a-z0-9]{52}$/),
    ]);
  });

  it('loads the SDK when it is needed, once, and anew after a panic', async () => {
    let broken = false;
    const { homeserver, loads } = scriptedSdk(() => {
      throw broken ? panic() : failure('RequestError');
    });
    expect(loads()).toBe(0);
    const get = () => rejectionOf(homeserver.storage.get(OWNER, '/pub/a'));
    await Promise.all([get(), get()]);
    expect(loads()).toBe(1);
    broken = true;
    await get();
    await get();
    expect(loads()).toBe(2);
  });

  it('says so where the SDK is missing, and looks again the next time', async () => {
    let tries = 0;
    const load = async (): Promise<never> => {
      tries += 1;
      throw new Error('Cannot find module');
    };
    const homeserver = createSdkHomeserverWith(load, 'platform', {});
    for (let attempt = 0; attempt < 2; attempt++) {
      const error = await homeserver.storage.get(OWNER, '/pub/a').catch((reason) => reason);
      expect(isCodedError(error) && error.code).toBe('HOMESERVER_SDK_MISSING');
    }
    expect(tries).toBe(2);
  });
});
