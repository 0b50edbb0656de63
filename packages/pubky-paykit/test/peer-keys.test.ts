import { ManualClock } from '@pubky-paykit/primitives/testing';
import { createTestnet, type Testnet } from '@pubky-paykit/testnet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  connectPeerKeys,
  connectPubky,
  createMemoryStore,
  deriveFromSeed,
  keepOwnKeys,
  Secret,
  zBase32,
} from '../src/index.ts';
import { codeOf, payeeIdentity } from './peers.ts';

const DAY_SECONDS = 86_400;

describe('keepOwnKeys and connectPeerKeys', () => {
  let testnet: Testnet;
  const payee = payeeIdentity();
  beforeAll(async () => {
    testnet = await createTestnet();
  });
  afterAll(() => testnet.close());

  const connect = () => connectPubky({ relays: [testnet.relay.url], plainHttpHosts: ['localhost'] });

  async function publish() {
    const network = connect();
    const homeserver = zBase32.decode(testnet.homeserver.publicKey, 32);
    const session = await network.homeserver.signUp(payee.signer, { homeserver });
    const seed = Secret.take(new Uint8Array(32).fill(2));
    const keys = keepOwnKeys({
      network,
      store: createMemoryStore(),
      signer: payee.signer,
      derive: deriveFromSeed(seed),
      session,
    });
    const ledger = await keys.keeper.publish();
    const status = await keys.queue.flush();
    await keys.close();
    return { ledger, status };
  }

  it('publish a key where others find it, verified, in both places [F1] [I3] [S2.1]', async () => {
    const { ledger, status } = await publish();
    expect(status).toMatchObject({ waiting: [], parked: [] });
    const { finder, discovery } = connectPeerKeys({ network: connect(), store: createMemoryStore() });
    const key = await finder.find(payee.publicKey);
    expect(key).toMatchObject({ state: 'verified', from: 'discovery', reason: 'discovered' });
    expect(key?.noiseKey).toEqual(ledger.keys[0]?.noiseKey);
    expect(await discovery.lookUpNoiseKeys(payee.publicKey)).toEqual([key?.noiseKey]);
  });

  it('hold cached keys to the age that look-ups are held to [S2.2]', async () => {
    const clock = new ManualClock(Date.now());
    const { finder } = connectPeerKeys({
      network: connect(),
      store: createMemoryStore(),
      policy: { maximumAgeSeconds: DAY_SECONDS },
      clock,
    });
    expect(await finder.find(payee.publicKey, { contact: 'frequent' })).toMatchObject({ from: 'discovery' });
    expect(await finder.find(payee.publicKey, { contact: 'frequent' })).toMatchObject({ from: 'cache' });
    clock.advance((DAY_SECONDS + 10) * 1000);
    expect(await codeOf(finder.find(payee.publicKey, { contact: 'frequent' }))).toBe('DISCOVERY_KEY_STALE');
  });

  it('clean what is kept once a day by themselves, by the age that look-ups are held to (P8 §4.5)', async () => {
    const clock = new ManualClock(Date.now());
    const policy = { maximumAgeSeconds: DAY_SECONDS };
    const { finder, cache } = connectPeerKeys({
      network: connect(),
      store: createMemoryStore(),
      policy,
      clock,
    });
    const [one, other] = [new Uint8Array(32).fill(7), payee.publicKey];
    const seen = [{ kind: 'handshake', noiseKey: new Uint8Array(32).fill(9) }] as const;
    await cache.observe(one, 'phone', seen, { contact: 'one-time' });
    clock.advance(8 * DAY_SECONDS * 1000);
    const newest = {
      timestampSeconds: BigInt(Math.floor(clock.now() / 1000)),
      noiseKey: '09'.repeat(32),
      freshness: 'signed',
    } as const;
    await finder.find(other).catch(() => {});
    expect((await cache.read(one, 'phone')).entry.state).toBe('tofu');
    clock.advance(DAY_SECONDS * 1000);
    const address = { identity: other, device: 'other', name: 'other' };
    await cache.memory.update(address, (memory) => ({ ...memory, newest }));
    expect((await cache.read(one, 'phone')).entry.state).toBe('unknown');
  });

  it('bring no revoked key back after the loss of the store, without being told how to look [O4] [S2.3]', async () => {
    const network = connect();
    const seed = Secret.take(new Uint8Array(32).fill(2));
    const own = { network, signer: payee.signer, derive: deriveFromSeed(seed) };
    const before = keepOwnKeys({ ...own, store: createMemoryStore() });
    await before.keeper.publish();
    await before.keeper.revoke();
    await before.queue.flush();
    await before.close();
    const after = keepOwnKeys({ ...own, store: createMemoryStore() });
    const { keys } = await after.keeper.publish();
    await after.close();
    expect(keys.map(({ context, status }) => `${context} ${status}`)).toEqual([
      'default revoked',
      'default#1 current',
    ]);
  });
});
