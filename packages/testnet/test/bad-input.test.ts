import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { signedPacketPayload } from '@pubky-paykit/pkarr-discovery';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { createTestnet, type Testnet } from '../src/index.ts';
import { type Account, account, identity, packet, token } from './identities.ts';
import { START_MS, stoppedClock } from './networks.ts';
import { rawBytes, rawRequest } from './raw-request.ts';

const alice = identity(1);
const NOW = BigInt(START_MS) * 1_000n;

let outside: string;
let testnet: Testnet;
let own: Account;

beforeAll(async () => {
  outside = await mkdtemp(join(tmpdir(), 'paykit-testnet-'));
  testnet = await createTestnet({ clock: stoppedClock(), folder: join(outside, 'network') });
  own = await account(testnet, alice);
});

afterAll(async () => {
  await testnet.close();
  await rm(outside, { recursive: true });
});

/** The whole network still serves. */
async function isAlive(): Promise<void> {
  expect((await own.send('PUT', '/pub/alive', { body: 'yes' })).status).toBe(201);
  expect(await (await own.send('GET', '/pub/alive')).text()).toBe('yes');
  expect((await fetch(`${testnet.relay.url}/${testnet.homeserver.publicKey}`)).status).toBe(200);
  const sent = fetch(`${testnet.authRelay.url}alive`, { method: 'POST', body: 'yes' });
  expect(await (await fetch(`${testnet.authRelay.url}alive`)).text()).toBe('yes');
  await sent;
}

/** Nothing beside the folder, and in it only names of our own making. */
async function isTidy(): Promise<void> {
  expect(await readdir(outside)).toEqual(['network']);
  for (const name of await readdir(join(outside, 'network'), { recursive: true })) {
    expect(name).toMatch(/^(journal|bodies|bodies\/[0-9a-f]{16}|lock-\d+)$/);
  }
}

const put = (path: string) =>
  rawRequest(testnet.homeserver.port, {
    method: 'PUT',
    path,
    headers: { 'pubky-host': alice.key, cookie: own.cookie },
    body: new Uint8Array(1),
  });

describe('bad input [Q4]', () => {
  it.each([
    ['/pub/../secret', 400],
    ['/pub/a/../b', 400],
    ['/pub/..', 400],
    ['/pub/./a', 400],
    ['/pub//a', 400],
    ['/pub/%2e%2e/a', 400],
    ['/pub/%2E%2E%2Fa', 400],
    ['/pub/a%2fb', 400],
    ['/pub/a%2Fb', 400],
    ['/pub/a%5cb', 400],
    ['/pub/a%00', 400],
    ['/pub/a%0a', 400],
    ['/pub/a%7f', 400],
    ['/pub/%c2%85', 400],
    ['/pub/%ff', 400],
    ['/pub/%c0%af', 400],
    ['/pub/%ed%a0%80', 400],
    ['/pub/%', 400],
    ['/pub/%zz', 400],
    ['/pub/%252e%252e/a', 400],
    ['/../../etc/passwd', 403],
    ['/pub', 403],
    ['/PUB/a', 403],
    ['/pub\\..\\a', 403],
    ['/%70ub/a', 403],
    ['/pub/CON', 201],
    ['/pub/aux.txt', 201],
    ['/pub/C:%5f', 201],
    ['/pub/-rf', 201],
    ['/pub/journal', 201],
  ])('answers PUT %s with %s', async (path, status) => {
    expect((await put(path)).status).toBe(status);
    await isTidy();
    await isAlive();
  });

  it.each([
    ['a segment of 256 bytes', `/pub/${'a'.repeat(256)}`, 400],
    ['a name of 10 000 characters', `/pub/${'a'.repeat(10_000)}`, 400],
    ['a path of 4 204 bytes', `/pub${'/a'.repeat(2_100)}`, 400],
    ['a segment of 128 letters of two bytes', `/pub/${'%c3%bc'.repeat(128)}`, 400],
    ['a request line of 40 000 characters', `/pub/${'a'.repeat(40_000)}`, 431],
    ['a segment of 255 bytes', `/pub/${'a'.repeat(255)}`, 201],
    ['a segment of 127 letters of two bytes', `/pub/${'%c3%bc'.repeat(127)}`, 201],
  ])('answers PUT with %s with its status', async (_, path, status) => {
    expect((await put(path)).status).toBe(status);
    await isTidy();
    await isAlive();
  });

  it('keeps names apart that a file system may not: case, and two spellings of one letter', async () => {
    const names = ['/pub/case', '/pub/CASE', '/pub/\u00fc', '/pub/u\u0308'];
    for (const name of names) await own.send('PUT', name, { body: name });
    for (const name of names) expect(await (await own.send('GET', name)).text()).toBe(name);
    await isTidy();
  });

  it('never writes outside of its folder, whatever the path [property]', async () => {
    const piece = fc.oneof(
      fc.constantFrom('..', '.', '', '%2e%2e', '%2f', '%00', '\\', 'a', 'A', 'journal', 'bodies', '~', '%'),
      // What may stand in a request line at all.
      fc.string({ maxLength: 8 }).map((text) => text.replace(/[^!-~]|[#?]/g, 'x')),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const { status } = await put(`/pub/${pieces.join('/')}`);
        expect([201, 400]).toContain(status);
        await isTidy();
      }),
      { numRuns: effort(200) },
    );
    await isAlive();
  });

  it('refuses tokens of every length from 0 to 200 bytes that are not whole ones', async () => {
    const whole = await token(alice);
    expect(whole).toHaveLength(120);
    const zeros = new Uint8Array(200);
    const lengthened = Buffer.concat([whole, new Uint8Array(80)]);
    for (let length = 0; length <= 200; length++) {
      for (const bytes of [zeros, lengthened]) {
        if (bytes === lengthened && length === 120) continue;
        const body = bytes.subarray(0, length);
        for (const path of ['/session', '/signup']) {
          const { status } = await rawRequest(testnet.homeserver.port, { method: 'POST', path, body });
          if (status !== 400) throw new Error(`${length} bytes at ${path} were answered with ${status}`);
        }
      }
    }
    await isAlive();
  });

  it('refuses packets of every length from 0 to 200 bytes, and every flipped byte of a whole one', async () => {
    const payload = signedPacketPayload(await packet(alice, 'x', NOW));
    const send = async (body: Uint8Array) => {
      const path = `/${alice.key}`;
      const { status } = await rawRequest(testnet.relay.port, { method: 'PUT', path, body });
      return status;
    };
    for (let length = 0; length <= 200; length++) expect(await send(new Uint8Array(length))).toBe(400);
    for (let length = 0; length < payload.length; length++) {
      expect(await send(payload.subarray(0, length))).toBe(400);
    }
    for (let at = 0; at < payload.length; at++) {
      const flipped = Uint8Array.from(payload);
      flipped[at] = (flipped[at] ?? 0) ^ 1;
      expect(await send(flipped)).toBe(400);
    }
    expect(await send(new Uint8Array(1_073))).toBe(413);
    expect(await send(new Uint8Array(10_000_000))).toBe(413);
    expect((await fetch(`${testnet.relay.url}/${alice.key}`)).status).toBe(404);
    await isAlive();
  });

  it('lives through cookies, hosts and cursors that are rubbish', async () => {
    const odd = ['', '=', ';;;', `${alice.key}`, `${alice.key}=`, 'a'.repeat(20_000), `${alice.key}=\xff`];
    for (const cookie of odd) {
      const headers = { 'pubky-host': alice.key, cookie };
      expect((await rawRequest(testnet.homeserver.port, { path: '/session', headers })).status).toBe(404);
      const denied = { method: 'PUT', path: '/pub/a', headers };
      expect((await rawRequest(testnet.homeserver.port, denied)).status).toBe(401);
    }
    for (const host of ['', 'x', 'y'.repeat(52), '\xff', `pubky${alice.key}`, alice.key.toUpperCase()]) {
      const headers = { 'pubky-host': host };
      const { status } = await rawRequest(testnet.homeserver.port, { path: '/pub/a', headers });
      expect(host === 'y'.repeat(52) || status === 404).toBe(true);
    }
    for (const query of [
      'cursor=%ff',
      'limit=1e9',
      'limit=%00',
      'reverse=%00',
      'cursor[]=1',
      '&&&',
      'cursor=pubky://',
    ]) {
      const path = `/pub/?${query}`;
      const { status } = await rawRequest(testnet.homeserver.port, {
        path,
        headers: { 'pubky-host': alice.key },
      });
      expect([200, 400]).toContain(status);
    }
    await isAlive();
  });

  it('lives through whatever bytes are sent to any of its ports [property]', async () => {
    const ports = [testnet.relay, testnet.homeserver, testnet.authRelay, testnet.admin];
    const start = fc.constantFrom(
      '',
      'GET / HTTP/1.1\r\n',
      'PUT /pub/a HTTP/1.1\r\nhost: x\r\n',
      'POST /link/a HTTP/1.1\r\n',
    );
    await fc.assert(
      fc.asyncProperty(fc.nat(3), start, fc.uint8Array({ maxLength: 200 }), async (which, head, bytes) => {
        await rawBytes(ports[which]?.port ?? 0, Buffer.concat([Buffer.from(head), bytes]));
      }),
      { numRuns: effort(200) },
    );
    await isAlive();
  });
});
