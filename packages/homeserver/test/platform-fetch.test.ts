import { Secret, zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { platformFetchSince } from '../src/platform-fetch.ts';
import type { ContractWorld } from '../src/testing.ts';
import { networkOf, startTestnet } from './networks.ts';
import { jarAround, requireSdk, withUnmodifiedSdk } from './sdk.ts';
import { fetchWorld, sdkWorld } from './worlds.ts';

const network = networkOf(await startTestnet());

/** One life of two people, of whom one signs in twice, while others use the same server. */
async function live<Identity>(world: ContractWorld<Identity>): Promise<void> {
  const person = world.newPerson();
  const session = await world.homeserver.signUp(person.identity, await world.signUpOptions());
  const second = await world.homeserver.signIn(person.identity);
  await Promise.all([session, second].map(({ storage }) => storage.put('/pub/a', Uint8Array.of(1))));
  await session.signOut();
  await second.storage.put('/pub/a', Uint8Array.of(2));
  expect((await world.homeserver.storage.get(person.publicKey, '/pub/a'))?.bytes).toEqual(Uint8Array.of(2));
}

describe('platformFetchSince', () => {
  it('is the fetch of the moment', async () => {
    const before = globalThis.fetch;
    const fetch = platformFetchSince(before);
    globalThis.fetch = async () => new Response('later', { status: 418 });
    try {
      expect((await fetch('http://localhost/')).status).toBe(418);
    } finally {
      globalThis.fetch = before;
    }
  });

  it('sends no cookie out of a jar, for an address and for a request', async () => {
    const sent: (string | null)[] = [];
    const plain: typeof fetch = async (input, init) => {
      sent.push(new Request(input, init).headers.get('cookie'));
      return new Response();
    };
    const url = 'http://localhost/pub/a';
    const before = globalThis.fetch;
    globalThis.fetch = await jarAround(plain, url, 'jar=theirs');
    try {
      await fetch(url);
      expect(sent).toEqual(['jar=theirs']);
      const request = (cookie?: string) =>
        new Request(url, { headers: cookie === undefined ? {} : { cookie } }) as unknown as string;
      for (const send of [platformFetchSince(globalThis.fetch), platformFetchSince(plain)]) {
        sent.length = 0;
        await send(url, { headers: { cookie: 'ours=1' } });
        await send(url);
        await send(request('ours=1'));
        await send(request());
        expect(sent).toEqual(['ours=1', null, 'ours=1', null]);
      }
    } finally {
      globalThis.fetch = before;
    }
  });

  it('lets an app use the unmodified SDK beside both adapters, whichever was loaded first [I3]', async () => {
    await withUnmodifiedSdk(async ({ Client, Keypair, Pubky, PublicKey }) => {
      const jarred = globalThis.fetch;
      const pubky = Pubky.withClient(new Client({ pkarr: { relays: [network.relay] } }));
      const signer = pubky.signer(Keypair.random());
      const bare = await signer.signup(PublicKey.from(network.homeserver), null);
      await live(fetchWorld(network));
      await live(sdkWorld(network));
      const sdkFirst = platformFetchSince(jarred);
      await live(fetchWorld(network, { fetch: sdkFirst }));
      await live(sdkWorld(network, { fetch: sdkFirst }));
      await bare.storage.putText('/pub/still', 'its own session');
      expect(globalThis.fetch).toBe(jarred);
    });
  });

  it('keeps sessions of one person apart, one of the SDK and one of ours', async () => {
    const seed = crypto.getRandomValues(new Uint8Array(32));
    await withUnmodifiedSdk(async ({ Client, Keypair, Pubky, PublicKey }) => {
      const pubky = Pubky.withClient(new Client({ pkarr: { relays: [network.relay] } }));
      const bare = await pubky
        .signer(Keypair.fromSecret(seed))
        .signup(PublicKey.from(network.homeserver), null);
      const ours = await sdkWorld(network).homeserver.signIn(Secret.copyOf(seed));
      await ours.storage.put('/pub/ours', Uint8Array.of(1));
      await ours.signOut();
      await bare.storage.putText('/pub/theirs', 'still signed in');
      expect(zBase32.encode(ours.publicKey)).toBe(bare.info.publicKey.z32());
    });
  });

  it('leaves the SDK of other tests alone', () => {
    const before = globalThis.fetch;
    expect(typeof requireSdk().Client).toBe('function');
    expect(globalThis.fetch).toBe(before);
  });
});
