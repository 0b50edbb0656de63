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
} from '../../src/index.ts';
import { type DhtNode, openDht } from '../../src/node.ts';
import { codeOf, payeeIdentity } from '../peers.ts';

describe('openDht, among five nodes', () => {
  let testnet: Testnet;
  const opened: DhtNode[] = [];
  const payee = payeeIdentity();
  beforeAll(async () => {
    testnet = await createTestnet({ dht: { nodes: 5 } });
  });
  afterAll(async () => {
    await Promise.all(opened.map((dht) => dht.close()));
    await testnet.close();
  });

  const connect = () => connectPubky({ relays: [testnet.relay.url], plainHttpHosts: ['localhost'] });
  const enter = async (): Promise<DhtNode> => {
    const dht = await openDht({ bootstrap: testnet.dht?.bootstrap ?? [], host: '127.0.0.1' });
    opened.push(dht);
    return dht;
  };

  it('publishes a key beside the relay, and finds it while no relay can be reached [O5] [S2.1]', async () => {
    const network = connect();
    const homeserver = zBase32.decode(testnet.homeserver.publicKey, 32);
    await network.homeserver.signUp(payee.signer, { homeserver });
    const dht = await enter();
    const { keeper, queue, close } = keepOwnKeys({
      network,
      store: createMemoryStore(),
      signer: payee.signer,
      derive: deriveFromSeed(Secret.take(new Uint8Array(32).fill(2))),
      targets: [dht.target({ network, signer: payee.signer })],
    });
    const { keys } = await keeper.publish();
    expect(await queue.flush()).toMatchObject({ waiting: [], parked: [] });
    expect((await queue.progress('default')).map(({ target }) => target)).toEqual(['packet', 'dht']);
    await close();

    testnet.faults.relay.set({ refuse: true });
    try {
      const parts = { network: connect(), store: createMemoryStore() };
      expect(await codeOf(connectPeerKeys(parts).finder.find(payee.publicKey))).toBe('DISCOVERY_UNREACHABLE');
      const { finder } = connectPeerKeys({ ...parts, sources: [(await enter()).source] });
      const key = await finder.find(payee.publicKey);
      expect(key).toMatchObject({ state: 'verified', source: 'dht' });
      expect(key?.noiseKey).toEqual(keys[0]?.noiseKey);
    } finally {
      testnet.faults.relay.clear();
    }
  });

  it('ends at once when it is closed, also calls under way', async () => {
    const dht = await enter();
    const reading = codeOf(dht.get(payee.publicKey));
    await dht.close();
    expect(await reading).toBe('DISCOVERY_DHT_CLOSED');
    expect(await codeOf(dht.get(payee.publicKey))).toBe('DISCOVERY_DHT_CLOSED');
  });

  it('refuses nodes that are none', async () => {
    await expect(openDht({ bootstrap: [] })).rejects.toThrow(TypeError);
    await expect(openDht({ bootstrap: ['example'] })).rejects.toThrow(TypeError);
  });
});
