import { parseSignedPacket, signedPacketPayload } from '@pubky-paykit/pkarr-discovery';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { Testnet } from '../../src/index.ts';
import { account, identity, packet } from '../identities.ts';
import { networks, START_MS, stoppedClock, until } from '../networks.ts';

const { start } = networks();
const alice = identity(1);
const NOW = BigInt(START_MS) * 1_000n;

const root = ({ relay }: Testnet) => fetch(`${relay.url}/`);

describe('faults', () => {
  it('answer with a status, and the server has done nothing', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    testnet.faults.homeserver.set({ status: 503 }, { only: { method: 'PUT' }, times: 1 });
    expect((await send('PUT', '/pub/a', { body: 'x' })).status).toBe(503);
    expect((await send('GET', '/pub/a')).status).toBe(404);
    expect((await send('PUT', '/pub/a', { body: 'x' })).status).toBe(201);
  });

  it('refuse: the connection is reset and nothing was done', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    testnet.faults.homeserver.set({ refuse: true }, { only: { method: 'PUT' } });
    await expect(send('PUT', '/pub/a', { body: 'x' })).rejects.toThrow();
    expect((await send('GET', '/pub/a')).status).toBe(404);
  });

  it('drop: the answer is lost, the write is kept', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    testnet.faults.homeserver.set({ drop: true }, { only: { method: 'PUT' } });
    await expect(send('PUT', '/pub/a', { body: 'x' })).rejects.toThrow();
    expect(await (await send('GET', '/pub/a')).text()).toBe('x');
  });

  it('truncate: an answer stops in the middle, short, long and empty ones', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    const lengths = [0, 10, 300_000];
    for (const length of lengths) {
      await send('PUT', `/pub/${length}`, { body: new Uint8Array(length) });
    }
    testnet.faults.homeserver.set({ truncate: true });
    for (const length of lengths) {
      await expect(send('GET', `/pub/${length}`).then((response) => response.text())).rejects.toThrow();
    }
  });

  it('latency: nothing happens before its time, by the clock of the network', async () => {
    const clock = stoppedClock();
    const testnet = await start({ clock });
    const { pending } = clock;
    testnet.faults.relay.set({ latencyMs: 700 });
    let answered = false;
    const response = root(testnet).then((answer) => {
      answered = true;
      return answer;
    });
    await until(() => clock.pending > pending);
    clock.advance(699);
    expect(answered).toBe(false);
    clock.advance(1);
    expect((await response).status).toBe(200);
  });

  it('hang: no answer until the network closes, and no timer is left', async () => {
    const clock = new ManualClock(START_MS);
    const testnet = await start({ clock });
    testnet.faults.relay.set({ hang: true });
    testnet.faults.authRelay.set({ hang: true });
    const hanging = [root(testnet), fetch(`${testnet.authRelay.url}channel`)].map((request) =>
      request.then(
        () => 'answered',
        () => 'cut',
      ),
    );
    expect((await fetch(testnet.homeserver.url)).status).toBe(200);
    testnet.faults.relay.clear();
    expect((await root(testnet)).status).toBe(200);
    await testnet.close();
    expect(await Promise.all(hanging)).toEqual(['cut', 'cut']);
    expect(clock.pending).toBe(0);
  });

  it('hang: lets go of a client that leaves', async () => {
    const clock = stoppedClock();
    const testnet = await start({ clock });
    testnet.faults.relay.set({ latencyMs: 1_000, hang: true });
    const { pending } = clock;
    const leave = new AbortController();
    const request = fetch(testnet.relay.url, { signal: leave.signal }).catch(() => 'left');
    await until(() => clock.pending > pending);
    leave.abort();
    await until(() => clock.pending === pending);
    expect(await request).toBe('left');
  });

  it('stalePacket: the relay gives the packet before the newest, or none', async () => {
    const testnet = await start();
    const url = `${testnet.relay.url}/${alice.key}`;
    const read = async () => {
      const response = await fetch(url);
      if (response.status === 404) return undefined;
      const payload = new Uint8Array(await response.arrayBuffer());
      return parseSignedPacket(alice.signer.publicKey, payload).timestamp;
    };
    testnet.faults.relay.set({ stalePacket: true });
    for (const [later, expected] of [
      [0n, undefined],
      [1n, NOW],
      [2n, NOW + 1n],
    ] as const) {
      const body = signedPacketPayload(await packet(alice, 'x', NOW + later));
      await fetch(url, { method: 'PUT', body });
      expect(await read()).toBe(expected);
    }
    testnet.faults.relay.clear();
    expect(await read()).toBe(NOW + 2n);
  });

  it('wrongEtag: the tag is well formed, and not the one of the content', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    await send('PUT', '/pub/a', { body: 'x' });
    const right = (await send('GET', '/pub/a')).headers.get('etag') ?? '';
    testnet.faults.homeserver.set({ wrongEtag: true });
    for (const method of ['GET', 'HEAD']) {
      const wrong = (await send(method, '/pub/a')).headers.get('etag') ?? '';
      expect(wrong).toMatch(/^"[A-Za-z0-9+/]{43}="$/);
      expect(wrong).not.toBe(right);
    }
    expect((await send('GET', '/pub/a', { headers: { 'if-none-match': right } })).status).toBe(200);
  });

  it('are for requests, not for the preflights of browsers', async () => {
    const testnet = await start();
    testnet.faults.relay.set({ status: 503 });
    expect((await fetch(testnet.relay.url, { method: 'OPTIONS' })).status).toBe(200);
    const response = await fetch(testnet.relay.url, { headers: { origin: 'http://localhost' } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([
      503,
      'http://localhost',
    ]);
  });
});
