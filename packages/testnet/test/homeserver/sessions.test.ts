import {
  createAuthToken,
  decodeSessionRecord,
  formatCapabilities,
  parseCapabilities,
  ROOT_CAPABILITIES,
  type VerifiedAuthToken,
} from '@pubky-paykit/homeserver/wire';
import { silentLogger, systemRandom } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createEventBell } from '../../src/homeserver/event-bell.ts';
import type { Homeserver } from '../../src/homeserver/homeserver.ts';
import { signIn, signUp } from '../../src/homeserver/session-routes.ts';
import { createTokenGate } from '../../src/homeserver/token-gate.ts';
import type { HttpRequest } from '../../src/http/exchange.ts';
import type { Testnet } from '../../src/index.ts';
import { createMemoryStore } from '../../src/storage/store.ts';
import { account, identity, token } from '../identities.ts';
import { networks, START_MS, stoppedClock } from '../networks.ts';
import { rawRequest } from '../raw-request.ts';

const { start, folder } = networks();
const alice = identity(1);
const bob = identity(2);
const caps = parseCapabilities;

async function post({ homeserver }: Testnet, path: string, body: Uint8Array, headers = {}) {
  return rawRequest(homeserver.port, { method: 'POST', path, body, headers });
}

/** @param offset microseconds from the time at which the clock stands. */
function tokenAt(offset: bigint): Promise<Uint8Array> {
  return createAuthToken(alice.signer, {
    capabilities: ROOT_CAPABILITIES,
    timestamp: BigInt(START_MS) * 1_000n + offset,
  });
}

describe('signing up and in', () => {
  it('answers with the record of the session and its cookie', async () => {
    const testnet = await start();
    const { status, headers, body } = await post(testnet, '/signup', await token(alice));
    expect([status, headers['content-type']]).toEqual([200, 'application/octet-stream']);
    const { publicKey, capabilities, createdAt } = decodeSessionRecord(body);
    expect(publicKey).toEqual(alice.signer.publicKey);
    expect(formatCapabilities(capabilities)).toBe('/:rw');
    expect(createdAt).toBe(BigInt(START_MS) * 1_000n);
    expect(headers['set-cookie']).toEqual([
      expect.stringMatching(
        new RegExp(
          `^${alice.key}=[0-9A-HJKMNP-TV-Z]{26}; HttpOnly; Path=/; Max-Age=31536000; Expires=Fri, 15 Jan 2027 12:00:00 GMT$`,
        ),
      ),
    ]);
  });

  it.each([
    ['localhost', false],
    ['localhost:6286', false],
    ['127.0.0.1', false],
    ['[::1]:80', false],
    ['homeserver', false],
    ['example.com', true],
    [alice.key, true],
  ])('for the host %s, asks for a cookie that is secure: %s', async (host, secure) => {
    const testnet = await start();
    const { headers } = await post(testnet, '/signup', await token(alice), { host });
    expect(String(headers['set-cookie']).includes('; SameSite=None; Secure;')).toBe(secure);
  });

  it('makes each user once, and signs in those who are there', async () => {
    const testnet = await start();
    expect((await post(testnet, '/session', await token(alice))).status).toBe(404);
    expect((await post(testnet, '/signup', await token(alice))).status).toBe(200);
    expect((await post(testnet, '/signup', await token(alice))).status).toBe(409);
    expect((await post(testnet, '/session', await token(alice))).status).toBe(200);
  });

  it('makes one user of two sign-ups at once', async () => {
    const testnet = await start();
    const bodies = [await token(alice), await token(alice), await token(alice)];
    const statuses = await Promise.all(
      bodies.map(async (body) => (await post(testnet, '/signup', body)).status),
    );
    expect(statuses.sort()).toEqual([200, 409, 409]);
  });

  it('takes each token once [I3]', async () => {
    const testnet = await start();
    const body = await token(alice);
    expect((await post(testnet, '/signup', body)).status).toBe(200);
    for (const path of ['/session', '/signup']) expect((await post(testnet, path, body)).status).toBe(400);
  });

  it.each([
    ['45 seconds old', -45_000_000n, 200],
    ['a microsecond older', -45_000_001n, 400],
    ['45 seconds early', 45_000_000n, 200],
    ['a microsecond earlier', 45_000_001n, 400],
  ])('with a token that is %s, answers %s', async (_, offset, status) => {
    const testnet = await start();
    expect((await post(testnet, '/signup', await tokenAt(offset))).status).toBe(status);
  });

  it('grants what a token asks for, and leaves out what it does not understand', async () => {
    const testnet = await start();
    const { headers, body } = await post(
      testnet,
      '/signup',
      await token(alice, caps('/pub/a/:rw,/pub/b/:r')),
    );
    expect(formatCapabilities(decodeSessionRecord(body).capabilities)).toBe('/pub/a/:rw,/pub/b/:r');
    expect(headers['set-cookie']).toBeDefined();
  });

  it('refuses a token that somebody else has signed, and one of any length that is not whole', async () => {
    const testnet = await start();
    const whole = await token(alice);
    const forged = Uint8Array.from(whole);
    forged.set(bob.signer.publicKey, 83);
    expect((await post(testnet, '/signup', forged)).status).toBe(400);
    for (const length of [0, 1, 64, 75, 114, 119]) {
      expect((await post(testnet, '/signup', whole.slice(0, length))).status).toBe(400);
    }
    expect((await post(testnet, '/signup', whole)).status).toBe(200);
  });

  it('refuses a body that is no token at all, unread', async () => {
    const testnet = await start();
    expect((await post(testnet, '/signup', new Uint8Array(1_000_000))).status).toBe(413);
  });

  it('takes no other methods', async () => {
    const { homeserver } = await start();
    const at = (method: string, path: string) => rawRequest(homeserver.port, { method, path });
    expect((await at('GET', '/signup')).status).toBe(405);
    expect((await at('PUT', '/session')).headers['allow']).toBe('POST, GET, DELETE, OPTIONS');
  });
});

describe('a session', () => {
  it('is shown to whoever has its cookie', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    const response = await send('GET', '/session');
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/octet-stream',
      'cache-control': 'private, must-revalidate',
      vary: expect.stringMatching(/^cookie, pubky-host/),
    });
    const record = decodeSessionRecord(new Uint8Array(await response.arrayBuffer()));
    expect(record).toMatchObject({
      publicKey: alice.signer.publicKey,
      createdAt: BigInt(START_MS / 1_000),
    });
  });

  it('is not found without a cookie, with one of somebody else, or with one that is made up', async () => {
    const testnet = await start();
    const own = await account(testnet, alice);
    const other = await account(testnet, bob);
    const secret = other.cookie.split('=')[1] ?? '';
    for (const cookie of [
      '',
      other.cookie,
      `${alice.key}=${secret}`,
      `${alice.key}=${'0'.repeat(26)}`,
      `${alice.key}=x`,
      `x${own.cookie}`,
      own.cookie.toLowerCase(),
    ]) {
      expect((await own.send('GET', '/session', { headers: { cookie } })).status).toBe(404);
    }
    const both = `${other.cookie}; ${own.cookie}`;
    expect((await own.send('GET', '/session', { headers: { cookie: both } })).status).toBe(200);
  });

  it('belongs to the user that pubky-host names', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    expect((await send('GET', '/session', { headers: { 'pubky-host': bob.key } })).status).toBe(404);
    expect((await send('GET', '/session', { headers: { 'pubky-host': 'nobody' } })).status).toBe(404);
  });

  it('ends when it is signed out of; again does nothing', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    const second = await account(testnet, alice, { at: 'session' });
    for (let time = 0; time < 2; time++) {
      const response = await send('DELETE', '/session');
      expect([response.status, response.headers.get('set-cookie')]).toEqual([
        200,
        `${alice.key}=; HttpOnly; Path=/; Max-Age=0; Expires=Wed, 15 Jan 2025 12:00:00 GMT`,
      ]);
    }
    expect((await send('PUT', '/pub/a', { body: 'x' })).status).toBe(401);
    expect((await second.send('PUT', '/pub/a', { body: 'x' })).status).toBe(201);
  });

  it('survives a restart from a folder, but not its end [T2]', async () => {
    const path = await folder();
    const before = await start({ folder: path });
    const [stays, ends] = [await account(before, alice), await account(before, alice, { at: 'session' })];
    await ends.send('DELETE', '/session');
    await before.close();
    const { homeserver } = await start({ folder: path });
    const put = (cookie: string) =>
      fetch(`${homeserver.url}/pub/a`, {
        method: 'PUT',
        body: 'x',
        headers: { cookie, 'pubky-host': alice.key },
      });
    expect((await put(stays.cookie)).status).toBe(201);
    expect((await put(ends.cookie)).status).toBe(401);
  });

  it('gives way to newer ones beyond a thousand of one user', async () => {
    const clock = stoppedClock();
    const store = createMemoryStore(1);
    // Verifying a thousand tokens would take long.
    const signedIn = { publicKey: alice.signer.publicKey, capabilities: [] } as unknown as VerifiedAuthToken;
    const homeserver: Homeserver = {
      store,
      clock,
      random: systemRandom,
      logger: silentLogger,
      tokens: { admit: () => signedIn },
      bell: createEventBell(clock),
      limits: { fileBytes: 1, userBytes: 1 },
      inviteOnly: false,
    };
    const request: HttpRequest = {
      method: 'POST',
      path: '/session',
      query: '',
      header: () => undefined,
      announcedBytes: 0,
      async *chunks() {},
      signal: new AbortController().signal,
      expectSilence() {},
    };
    await signUp(homeserver, request);
    const [oldest] = store.state.sessions.keys();
    for (let more = 0; more < 999; more++) await signIn(homeserver, request);
    expect([store.state.sessions.size, store.state.sessions.has(oldest ?? '')]).toEqual([1_000, true]);
    await signIn(homeserver, request);
    expect([store.state.sessions.size, store.state.sessions.has(oldest ?? '')]).toEqual([1_000, false]);
    expect(store.state.users.get(alice.key)?.sessions.size).toBe(1_000);
  });
});

describe('createTokenGate', () => {
  it('remembers a token for as long as it could be used', async () => {
    const clock = stoppedClock();
    const gate = createTokenGate(clock);
    const body = await tokenAt(0n);
    gate.admit(body);
    clock.advance(45_000);
    expect(() => gate.admit(body)).toThrow(
      expect.objectContaining({ status: 400, message: 'AuthToken already used' }),
    );
    clock.advance(1);
    expect(() => gate.admit(body)).toThrow(
      expect.objectContaining({ status: 400, message: 'HOMESERVER_TOKEN_EXPIRED' }),
    );
  });
});
