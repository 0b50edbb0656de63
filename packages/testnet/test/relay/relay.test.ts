import { signedPacketPayload, signPacket } from '@pubky-paykit/pkarr-discovery';
import { describe, expect, it } from 'vitest';
import type { Testnet } from '../../src/index.ts';
import { greeting, identity, packet } from '../identities.ts';
import { networks, START_MS } from '../networks.ts';
import { rawRequest } from '../raw-request.ts';

const { start, folder } = networks();

const alice = identity(1);
const NOW = BigInt(START_MS) * 1_000n;
const SECOND = 1_000_000n;

async function put(
  { relay }: Testnet,
  text: string,
  timestamp: bigint,
  headers: Record<string, string> = {},
) {
  const body = signedPacketPayload(await packet(alice, text, timestamp));
  return fetch(`${relay.url}/${alice.key}`, { method: 'PUT', body, headers });
}

async function get({ relay }: Testnet, headers: Record<string, string> = {}, method = 'GET') {
  return fetch(`${relay.url}/${alice.key}`, { method, headers });
}

describe('the relay', () => {
  it('gives back what was put, with its date, type and how long it may be kept', async () => {
    const testnet = await start();
    expect((await get(testnet)).status).toBe(404);
    expect((await put(testnet, 'hello', NOW)).status).toBe(204);
    const response = await get(testnet);
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/pkarr.org/relays#payload',
      'cache-control': 'public, max-age=3600',
      'last-modified': 'Thu, 15 Jan 2026 12:00:00 GMT',
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(
      signedPacketPayload(await packet(alice, 'hello', NOW)),
    );
  });

  it('answers HEAD like GET, without the packet', async () => {
    const testnet = await start();
    await put(testnet, 'hello', NOW);
    const response = await get(testnet, {}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(
      String(signedPacketPayload(await packet(alice, 'hello', NOW)).length),
    );
    expect((await response.arrayBuffer()).byteLength).toBe(0);
  });

  it.each([
    ['at its second', 0, 304],
    ['later', 1_000, 304],
    ['earlier', -1_000, 200],
  ])('with if-modified-since %s, sends the packet only if it is newer', async (_, offsetMs, status) => {
    const testnet = await start();
    await put(testnet, 'hello', NOW + 999_999n);
    const since = new Date(START_MS + offsetMs).toUTCString();
    const response = await get(testnet, { 'if-modified-since': since });
    expect(response.status).toBe(status);
    // The official relay 0.11 sends 200 without a packet here, which helps nobody.
    expect((await response.arrayBuffer()).byteLength > 0).toBe(status === 200);
  });

  it('ignores a date that is none', async () => {
    const testnet = await start();
    await put(testnet, 'hello', NOW);
    expect((await get(testnet, { 'if-modified-since': 'Thu, 31 Feb 2026 12:00:00 GMT' })).status).toBe(200);
  });

  it('refuses an older packet, also one that is older by its bytes alone', async () => {
    const testnet = await start();
    const texts = ['a', 'b'] as const;
    const [small, large] = [await packet(alice, texts[0], NOW), await packet(alice, texts[1], NOW)];
    expect(Buffer.compare(small.message, large.message)).toBe(-1);
    expect((await put(testnet, texts[1], NOW)).status).toBe(204);
    expect((await put(testnet, texts[0], NOW)).status).toBe(409);
    expect((await put(testnet, 'z', NOW - 1n)).status).toBe(409);
    expect(new Uint8Array(await (await get(testnet)).arrayBuffer())).toEqual(signedPacketPayload(large));
  });

  it('takes the same packet again as if it were new', async () => {
    const testnet = await start();
    for (let time = 0; time < 3; time++) expect((await put(testnet, 'same', NOW)).status).toBe(204);
  });

  it.each([
    ['the packet there is', NOW, 204],
    ['another one', NOW - 1n, 412],
  ])('with if-match of %s, replaces only what the publisher has seen', async (_, seen, status) => {
    const testnet = await start();
    await put(testnet, 'first', NOW);
    expect((await put(testnet, 'second', NOW + 1n, { 'if-match': String(seen) })).status).toBe(status);
  });

  it('takes a first packet whatever the publisher says it has seen, and ignores what is no timestamp', async () => {
    const testnet = await start();
    expect((await put(testnet, 'first', NOW, { 'if-match': '7' })).status).toBe(204);
    expect((await put(testnet, 'second', NOW + 1n, { 'if-match': '"x"' })).status).toBe(204);
  });

  it('with if-unmodified-since, replaces only what is not newer', async () => {
    const testnet = await start();
    await put(testnet, 'first', NOW);
    const at = (offsetMs: number) => ({
      'if-unmodified-since': new Date(START_MS + offsetMs).toUTCString(),
    });
    expect((await put(testnet, 'second', NOW + SECOND, at(-1_000))).status).toBe(412);
    expect((await put(testnet, 'second', NOW + SECOND, at(0))).status).toBe(204);
  });

  it('lets only one of several publishers replace the packet they have all seen', async () => {
    const testnet = await start();
    await put(testnet, 'first', NOW);
    const statuses = await Promise.all(
      [1n, 2n, 3n, 4n].map(
        async (later) => (await put(testnet, `n${later}`, NOW + later, { 'if-match': `${NOW}` })).status,
      ),
    );
    expect(statuses.filter((status) => status === 204)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412 || status === 409)).toHaveLength(3);
  });

  it.each([
    ['of 1 000 bytes of DNS, the most there may be', 0, 204],
    ['with one byte more', 1, 413],
  ])('takes a packet %s or not', async (_, more, status) => {
    const testnet = await start();
    const records = (bytes: number) => [
      greeting(alice, 'x'.repeat(250)),
      greeting(alice, 'y'.repeat(250)),
      greeting(alice, 'z'.repeat(250)),
      greeting(alice, 'w'.repeat(bytes)),
    ];
    const { message } = await signPacket(alice.signer, records(0), NOW);
    const whole = await signPacket(alice.signer, records(1_000 - message.length), NOW);
    expect(whole.message).toHaveLength(1_000);
    const body = Buffer.concat([signedPacketPayload(whole), new Uint8Array(more)]);
    const response = await fetch(`${testnet.relay.url}/${alice.key}`, { method: 'PUT', body });
    expect(response.status).toBe(status);
  });

  it('refuses a packet that another key has signed, or nobody', async () => {
    const testnet = await start();
    const body = signedPacketPayload(await packet(alice, 'hello', NOW));
    const url = `${testnet.relay.url}/${identity(2).key}`;
    expect((await fetch(url, { method: 'PUT', body })).status).toBe(400);
    body[70] = (body[70] ?? 0) ^ 1;
    const response = await fetch(`${testnet.relay.url}/${alice.key}`, { method: 'PUT', body });
    expect([response.status, await response.text()]).toEqual([400, 'DISCOVERY_BAD_SIGNATURE']);
  });

  it.each([
    ['/x', 400],
    [`/${'y'.repeat(52)}y`, 400],
    [`/${alice.key.slice(0, -1)}b`, 400],
    [`/${alice.key.toUpperCase()}`, 400],
    [`/pubky${alice.key}`, 400],
    [`/${alice.key}/more`, 400],
    [`/${alice.key}/`, 400],
    ['/..', 400],
    ['/%00', 400],
    [`/${'y'.repeat(10_000)}`, 400],
    ['/', 200],
  ])('answers GET %s with %s', async (path, status) => {
    const testnet = await start();
    expect((await rawRequest(testnet.relay.port, { path })).status).toBe(status);
  });

  it('takes no other methods', async () => {
    const testnet = await start();
    const response = await get(testnet, {}, 'DELETE');
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, OPTIONS']);
  });

  it('lets every page in, with its credentials', async () => {
    const testnet = await start();
    const preflight = await get(
      testnet,
      {
        origin: 'http://localhost:5173',
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'if-match,content-type',
      },
      'OPTIONS',
    );
    expect(preflight.status).toBe(200);
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': 'http://localhost:5173',
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'if-match,content-type',
    });
    const refused = await get(testnet, { origin: 'http://localhost:5173' });
    expect(refused.status).toBe(404);
    expect(refused.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
  });

  it('holds packets of so many keys, and goes on replacing those', async () => {
    const testnet = await start({ relayPackets: 2 });
    expect((await put(testnet, 'first', NOW)).status).toBe(204);
    const other = identity(2);
    const body = signedPacketPayload(await packet(other, 'one too many', NOW));
    expect((await fetch(`${testnet.relay.url}/${other.key}`, { method: 'PUT', body })).status).toBe(507);
    expect((await put(testnet, 'second', NOW + 1n)).status).toBe(204);
  });

  it.each([
    [[], 300],
    [[10, 7_200], 300],
    [[600, 7_200], 600],
    [[1_000_000], 86_400],
  ])('lets a packet with records of %j seconds be kept for %s', async (ttls, seconds) => {
    const testnet = await start();
    const records = ttls.map((ttl) => greeting(alice, 'x', ttl));
    const body = signedPacketPayload(await signPacket(alice.signer, records, NOW));
    await fetch(`${testnet.relay.url}/${alice.key}`, { method: 'PUT', body });
    expect((await get(testnet)).headers.get('cache-control')).toBe(`public, max-age=${seconds}`);
  });

  it('serves packets whose time is beyond every date', async () => {
    const testnet = await start();
    expect((await put(testnet, 'far', 2n ** 64n - 1n)).status).toBe(204);
    expect((await get(testnet)).headers.get('last-modified')).toBe('Fri, 31 Dec 9999 23:59:59 GMT');
  });

  it('still has its packets when it starts again from its folder, and refuses older ones', async () => {
    const path = await folder();
    const before = await start({ folder: path });
    await put(before, 'kept', NOW);
    await before.close();
    const testnet = await start({ folder: path });
    const kept = new Uint8Array(await (await get(testnet)).arrayBuffer());
    expect(kept).toEqual(signedPacketPayload(await packet(alice, 'kept', NOW)));
    expect((await put(testnet, 'old', NOW - 1n)).status).toBe(409);
  });

  it('knows its homeserver from the start', async () => {
    const testnet = await start();
    const response = await fetch(`${testnet.relay.url}/${testnet.homeserver.publicKey}`);
    const text = Buffer.from(await response.arrayBuffer());
    expect(text.includes('localhost')).toBe(true);
  });
});
