import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { parseSignedPacket, signedPacketPayload, signPacket } from '@pubky-paykit/pkarr-discovery';
import { type Logger, silentLogger, systemClock } from '@pubky-paykit/primitives';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDht } from '../../src/dht/dht-network.ts';
import { createTestnet, type Testnet } from '../../src/index.ts';
import { greeting, identity, packet } from '../identities.ts';
import { networks, START_MS, stoppedClock } from '../networks.ts';
import { type Scenarios, startScenarios } from '../scenarios.ts';

const { start } = networks();
const NOW = BigInt(START_MS) * 1_000n;

describe('the unmodified npm package pkarr 1.3.0', () => {
  let testnet: Testnet;
  let pkarr: Scenarios;

  beforeAll(async () => {
    testnet = await createTestnet({ dht: true });
    const { relay, dht } = testnet;
    pkarr = await startScenarios(new URL('./pkarr-worker.mjs', import.meta.url), {
      relay: relay.url,
      bootstrap: dht?.bootstrap.map((address) => {
        const [host, port] = address.split(':');
        return { host, port: Number(port) };
      }),
    });
  });

  afterAll(async () => {
    await pkarr.close();
    await testnet.close();
  });

  it('publishes to the relay, and resolves from it [T4]', async () => {
    const key = await pkarr.run('publishToRelay', { seed: 1, text: 'by relay' });
    expect(await pkarr.run('resolveFromRelay', { key })).toBe('by relay');
  });

  it('resolves from the DHT what was published to the relay', async () => {
    const key = await pkarr.run('publishToRelay', { seed: 2, text: 'through' });
    expect(await pkarr.run('resolve', { key })).toBe('through');
    expect(await pkarr.run('resolveFromItsRelay', { key })).toBe('through');
  });

  it('publishes to the DHT, and resolves from the relay and the DHT', async () => {
    const key = await pkarr.run('publish', { seed: 3, text: 'by DHT' });
    expect(await pkarr.run('resolveFromRelay', { key })).toBe('by DHT');
    expect(await pkarr.run('resolve', { key })).toBe('by DHT');
  });

  it('finds the homeserver in the DHT', async () => {
    const key = testnet.homeserver.publicKey;
    expect(await pkarr.run('resolveFromItsRelay', { key })).not.toBeUndefined();
  });
});

describe('a relay with a DHT', () => {
  it('asks it for what it does not know, and again once what it knows may be outdated', async () => {
    const clock = stoppedClock();
    const testnet = await start({ dht: { nodes: 2 }, clock });
    const other = await start({ dht: { nodes: 1 }, clock });
    const alice = identity(1);
    const url = `${testnet.relay.url}/${alice.key}`;
    expect((await fetch(url)).status).toBe(404);
    // Somebody else puts it into the same DHT, past the relay.
    const outsider = await startOutsider(testnet);
    const publish = async (text: string, later: bigint) =>
      outsider.publish(await signPacket(alice.signer, [greeting(alice, text, 600)], NOW + later));
    const read = async () => {
      const payload = new Uint8Array(await (await fetch(url)).arrayBuffer());
      return parseSignedPacket(alice.signer.publicKey, payload).timestamp - NOW;
    };
    await publish('first', 1n);
    expect(await read()).toBe(1n);
    await publish('second', 2n);
    expect(await read()).toBe(1n);
    clock.advance(600_000);
    expect(await read()).toBe(2n);
    await outsider.close();
    expect((await fetch(`${other.relay.url}/${alice.key}`)).status).toBe(404);
  });

  it('keeps a packet of 1 000 bytes, though the library of the DHT takes only shorter ones', async () => {
    const warnings: unknown[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => warnings.push(message) };
    const testnet = await start({ dht: { nodes: 1 }, logger });
    const alice = identity(1);
    const texts = (bytes: number) =>
      ['x', 'y', 'z']
        .map((each) => greeting(alice, each.repeat(250)))
        .concat(greeting(alice, 'w'.repeat(bytes)));
    const { message } = await signPacket(alice.signer, texts(0), NOW);
    const body = signedPacketPayload(await signPacket(alice.signer, texts(1_000 - message.length), NOW));
    const url = `${testnet.relay.url}/${alice.key}`;
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(204);
    expect((await fetch(url)).status).toBe(200);
    expect(warnings).toEqual(['the DHT did not take a packet']);
  });

  it('starts and stops again and again', async () => {
    for (let time = 0; time < 3; time++) await (await createTestnet({ dht: { nodes: 3 } })).close();
  });
});

/** A node of its own in the DHT of a network. */
async function startOutsider({ dht }: Testnet) {
  const { Client } = await import('bittorrent-dht');
  const client = new Client({
    bootstrap: dht?.bootstrap ?? [],
    verify: () => true,
    maxValues: 10,
    host: '127.0.0.1',
    timeout: 500,
  });
  await new Promise<void>((resolve) => client.listen(0, '127.0.0.1', resolve));
  if (!client.ready) await once(client as never, 'ready');
  return {
    publish: ({ publicKey, message, timestamp, signature }: Awaited<ReturnType<typeof packet>>) =>
      new Promise<void>((resolve, reject) => {
        const [k, v, sig] = [Buffer.from(publicKey), Buffer.from(message), Buffer.from(signature)];
        client.put({ k, v, sig, seq: Number(timestamp) }, (error: unknown) =>
          error ? reject(error) : resolve(),
        );
      }),
    close: () => new Promise<void>((resolve) => client.destroy(resolve)),
  };
}

describe('startDht', () => {
  it('says which port is taken, and leaves nothing running', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const starting = startDht({ nodes: 2, port, clock: systemClock, logger: silentLogger });
    await expect(starting).rejects.toMatchObject({
      code: 'TESTNET_PORT_TAKEN',
      context: { service: 'dht', port },
    });
    socket.close();
    await once(socket, 'close');
    const dht = await startDht({ nodes: 1, port, clock: systemClock, logger: silentLogger });
    expect(dht.bootstrap).toEqual([`127.0.0.1:${port}`]);
    await dht.close();
  });

  it('does not give out what its key has not signed', async () => {
    const dht = await startDht({ nodes: 2, port: 0, clock: systemClock, logger: silentLogger });
    const alice = identity(1);
    const own = await packet(alice, 'x', NOW);
    await dht.publish(own);
    expect((await dht.resolve(alice.signer.publicKey))?.timestamp).toBe(NOW);
    expect(await dht.resolve(identity(2).signer.publicKey)).toBeUndefined();
    await dht.close();
  });

  it('gives up on a DHT that has stopped answering', async () => {
    const clock = stoppedClock();
    const dht = await startDht({ nodes: 1, port: 0, clock, logger: silentLogger });
    await dht.close();
    const resolved = dht.resolve(identity(1).signer.publicKey);
    clock.advance(5_000);
    expect(await resolved).toBeUndefined();
  });
});
