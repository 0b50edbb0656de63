import { createTestnet, type Testnet } from '@pubky-paykit/testnet';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectPubky, createMemoryStore, LOCAL_TESTNET, PUBLIC_RELAYS, zBase32 } from '../src/index.ts';
import { codeOf, payeeIdentity, payerIdentity } from './peers.ts';

const PATH = '/pub/example.app/hello';

describe('connectPubky', () => {
  let testnet: Testnet;
  beforeAll(async () => {
    testnet = await createTestnet();
  });
  afterAll(() => testnet.close());

  const connect = () => connectPubky({ relays: [testnet.relay.url], plainHttpHosts: ['localhost'] });

  it('signs up, writes, is found by somebody else, and signs out [I3]', async () => {
    const { homeserver, directory } = connect();
    const { signer, publicKey } = payeeIdentity();
    const place = { homeserver: zBase32.decode(testnet.homeserver.publicKey, 32) };
    const session = await homeserver.signUp(signer, place);
    await session.storage.put(PATH, new TextEncoder().encode('hello'));
    expect(await directory.find(publicKey)).toEqual({ ...place, url: testnet.homeserver.url });
    const file = await connect().homeserver.storage.get(publicKey, PATH);
    expect(new TextDecoder().decode(file?.bytes)).toBe('hello');
    await session.signOut();
  });

  it('refuses homeservers on this machine unless they are expected [T1]', async () => {
    const { homeserver } = connectPubky({ relays: [testnet.relay.url] });
    const reading = homeserver.storage.get(payeeIdentity().publicKey, PATH);
    expect(await codeOf(reading)).toBe('DISCOVERY_LOCAL_ENDPOINT');
  });

  it('tells "has no homeserver" and "cannot be asked" apart [F3] [O5]', async () => {
    const stranger = payerIdentity().publicKey;
    expect(await codeOf(connect().homeserver.storage.get(stranger, PATH))).toBe('HOMESERVER_NO_HOMESERVER');
    testnet.faults.relay.set({ refuse: true });
    try {
      expect(await codeOf(connect().homeserver.storage.get(stranger, PATH))).toBe('DISCOVERY_OFFLINE');
    } finally {
      testnet.faults.relay.clear();
    }
  });

  it('finds with a store a homeserver while every relay is down, in a process that has just begun [O5]', async () => {
    const store = createMemoryStore();
    const again = () => connectPubky({ relays: [testnet.relay.url], plainHttpHosts: ['localhost'], store });
    const { publicKey } = payeeIdentity();
    expect(await again().directory.find(publicKey)).not.toHaveProperty('rememberedMs');
    testnet.faults.relay.set({ refuse: true });
    try {
      const found = await again().directory.find(publicKey);
      expect(found?.url).toBe(testnet.homeserver.url);
      expect(found?.rememberedMs).toBeLessThanOrEqual(Date.now());
      const file = await again().homeserver.storage.get(publicKey, PATH);
      expect(new TextDecoder().decode(file?.bytes)).toBe('hello');
      // Keys and packets themselves are asked for as before.
      expect(await codeOf(again().packets.get(publicKey))).toBe('DISCOVERY_OFFLINE');
    } finally {
      testnet.faults.relay.clear();
    }
  });

  it('uses the public relays over https, unless told otherwise', async () => {
    const asked: string[] = [];
    const network = connectPubky({
      fetch: async (url) => {
        asked.push(new URL(url).origin);
        return new Response(null, { status: 404 });
      },
    });
    expect(await network.directory.find(payerIdentity().publicKey)).toBeUndefined();
    expect(asked.sort()).toEqual([...PUBLIC_RELAYS]);
    expect(LOCAL_TESTNET.relays).toEqual(['http://localhost:15411']);
  });

  it('refuses relays that would be asked in the open [T1]', () => {
    expect(() => connectPubky({ relays: ['http://relay.example'] })).toThrow(
      expect.objectContaining({ code: 'DISCOVERY_INSECURE_RELAY' }),
    );
  });
});
