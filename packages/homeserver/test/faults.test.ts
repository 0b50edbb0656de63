import { describe, expect, it } from 'vitest';
import type { ContractWorld } from '../src/testing.ts';
import { networkOf, startTestnet } from './networks.ts';
import { newSeed, newSigner } from './people.ts';
import { rejectedCodeOf } from './thrown.ts';
import { fetchWorld, sdkWorld } from './worlds.ts';

const testnet = await startTestnet({ homeserver: { quotaBytes: 1000, fileBytes: 500 } });
const network = networkOf(testnet);

/** Both adapters, each with somebody who is signed up. */
async function signedUp(adapter: 'fetch' | 'sdk') {
  if (adapter === 'fetch') {
    const world = fetchWorld(network);
    const identity = newSigner();
    const session = await world.homeserver.signUp(identity, await world.signUpOptions());
    return { session, publicKey: identity.publicKey };
  }
  const world = sdkWorld(network);
  const { identity, publicKey } = newSeed();
  return { session: await world.homeserver.signUp(identity, await world.signUpOptions()), publicKey };
}

describe.each(['fetch', 'sdk'] as const)('the adapter over %s', (adapter) => {
  it.each([
    ['resets connections', { refuse: true }, 'HOMESERVER_OFFLINE'],
    ['resets connections in the middle of an answer', { truncate: true }, 'HOMESERVER_OFFLINE'],
    ['resets connections instead of an answer', { drop: true }, 'HOMESERVER_OFFLINE'],
    ['hangs', { hang: true }, 'HOMESERVER_TIMED_OUT'],
    ['fails', { status: 500 }, 'HOMESERVER_SERVER_ERROR'],
    ['is busy', { status: 429 }, 'HOMESERVER_RATE_LIMITED'],
    ['sends elsewhere', { status: 302 }, 'HOMESERVER_BAD_ANSWER'],
  ])('has a code for a homeserver that %s [O5]', async (_, fault, code) => {
    const { session, publicKey } = await signedUp(adapter);
    await session.storage.put('/pub/a', Uint8Array.of(1, 2, 3));
    const lift = testnet.faults.homeserver.set(fault);
    try {
      expect(await rejectedCodeOf(session.storage.get(publicKey, '/pub/a', { timeoutMs: 200 }))).toBe(code);
    } finally {
      lift();
    }
    expect((await session.storage.get(publicKey, '/pub/a'))?.bytes).toEqual(Uint8Array.of(1, 2, 3));
  });

  it('tells apart a file that is too large and space that is used up', async () => {
    const { session } = await signedUp(adapter);
    expect(await rejectedCodeOf(session.storage.put('/pub/large', new Uint8Array(501)))).toBe(
      'HOMESERVER_BODY_TOO_LARGE',
    );
    await session.storage.put('/pub/one', new Uint8Array(400));
    expect(await rejectedCodeOf(session.storage.put('/pub/two', new Uint8Array(400)))).toBe(
      'HOMESERVER_QUOTA_EXCEEDED',
    );
  });

  it('says that a new account could not be announced, and signs in to it by naming the homeserver', async () => {
    const lift = testnet.faults.relay.set({ status: 500 }, { only: { method: 'PUT' } });
    const run = async <Identity>(world: ContractWorld<Identity>): Promise<void> => {
      const { identity } = world.newPerson();
      const options = await world.signUpOptions();
      try {
        const code = await rejectedCodeOf(world.homeserver.signUp(identity, options));
        expect(code).toMatch(/^(DISCOVERY_.*|HOMESERVER_DIRECTORY_FAILED)$/);
      } finally {
        lift();
      }
      expect(await rejectedCodeOf(world.homeserver.signUp(identity, options))).toBe(
        'HOMESERVER_ALREADY_SIGNED_UP',
      );
      const session = await world.homeserver.signIn(identity, { homeserver: options.homeserver });
      await session.storage.put('/pub/a', Uint8Array.of(1));
    };
    await (adapter === 'fetch' ? run(fetchWorld(network)) : run(sdkWorld(network)));
  });
});
