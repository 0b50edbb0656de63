import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { type Fetch, Secret, systemFetch } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { networkOf, startTestnet } from '../networks.ts';
import { newSeed } from '../people.ts';
import { endlessBody } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';
import { sdkWorld } from '../worlds.ts';

const testnet = await startTestnet();
const network = networkOf(testnet);

/** Somebody who is signed up, with an adapter of their own or a shared one. */
async function signedUp(world = sdkWorld(network)) {
  const person = newSeed();
  const session = await world.homeserver.signUp(person.identity, await world.signUpOptions());
  return { ...person, session, homeserver: world.homeserver };
}

describe('createSdkHomeserver', () => {
  it('never touches the fetch of the process, not even while the SDK is loaded [I3]', async () => {
    const descriptor = Object.getOwnPropertyDescriptor(globalThis, 'fetch');
    const before = globalThis.fetch;
    let replaced = 0;
    Object.defineProperty(globalThis, 'fetch', {
      configurable: true,
      get: () => before,
      set: () => {
        replaced += 1;
      },
    });
    try {
      const { session, publicKey } = await signedUp();
      await session.storage.put('/pub/a', Uint8Array.of(1));
      expect((await session.storage.get(publicKey, '/pub/a'))?.bytes).toEqual(Uint8Array.of(1));
      expect([replaced, globalThis.fetch === before]).toEqual([0, true]);
    } finally {
      Object.defineProperty(globalThis, 'fetch', descriptor ?? {});
    }
    expect(globalThis.fetch).toBe(before);
  });

  it('gives no cookie to requests of anybody else, to the same server or to others', async () => {
    const { session } = await signedUp();
    await session.storage.put('/pub/a', Uint8Array.of(1));
    const seen: (string | undefined)[] = [];
    const server = createServer(({ headers }, response) => {
      seen.push(headers.cookie);
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    try {
      await fetch(`http://localhost:${(server.address() as AddressInfo).port}/`, { credentials: 'include' });
      expect(seen).toEqual([undefined]);
    } finally {
      server.closeAllConnections();
      server.close();
    }
    const response = await fetch(`${testnet.homeserver.url}/pub/b`, {
      method: 'PUT',
      headers: {
        'pubky-host': session
          .export()
          .use((bytes) => new TextDecoder().decode(bytes))
          .slice(0, 52),
      },
      credentials: 'include',
      body: 'x',
    });
    expect(response.status).toBe(401);
  });

  it('keeps two people and two sessions of one person apart, all writing at the same time', async () => {
    const world = sdkWorld(network);
    const [alice, bob] = await Promise.all([signedUp(world), signedUp(world)]);
    const second = await world.homeserver.signIn(alice.identity);
    const writers = [alice.session, bob.session, second];
    await Promise.all(
      writers.flatMap(({ storage }, writer) =>
        [0, 1, 2, 3].map((file) => storage.put(`/pub/${writer}-${file}`, Uint8Array.of(writer))),
      ),
    );
    const read = await Promise.all(
      writers.map(({ storage, publicKey }, writer) => storage.get(publicKey, `/pub/${writer}-3`)),
    );
    expect(read.map((file) => file?.bytes[0])).toEqual([0, 1, 2]);
    await alice.session.signOut();
    await second.storage.put('/pub/still', Uint8Array.of(1));
    expect(await rejectedCodeOf(alice.session.storage.put('/pub/x', Uint8Array.of(1)))).toBe(
      'HOMESERVER_SESSION_CLOSED',
    );
  });

  it('tells apart: offline, an identity nobody knows, and a homeserver that has no address', async () => {
    const world = sdkWorld(network, { relayTimeoutMs: 300 });
    const stranger = newSeed();
    const read = world.homeserver.storage.get(stranger.publicKey, '/pub/a');
    expect(await rejectedCodeOf(read)).toBe('HOMESERVER_NO_HOMESERVER');

    const { session, publicKey } = await signedUp();
    session.close();
    const nowhere = sdkWorld({ ...network, relay: 'http://localhost:1' }, { relayTimeoutMs: 300 });
    const error = await rejectionOf(nowhere.homeserver.storage.get(publicKey, '/pub/a'));
    expect([error.code, error.context]).toEqual(['HOMESERVER_OFFLINE', { what: 'pkarr relay' }]);
    const options = await world.signUpOptions();
    expect(await rejectedCodeOf(nowhere.homeserver.signUp(newSeed().identity, options))).toBe(
      'HOMESERVER_OFFLINE',
    );
    expect(await rejectedCodeOf(nowhere.homeserver.signIn(newSeed().identity))).toBe('HOMESERVER_OFFLINE');
    const unlocated = { homeserver: stranger.publicKey };
    expect(await rejectedCodeOf(world.homeserver.signUp(newSeed().identity, unlocated))).toBe(
      'HOMESERVER_UNLOCATED',
    );
  });

  it('cuts off a homeserver that accepts and never answers, where the SDK waits for ever', async () => {
    const { session, publicKey, homeserver, identity } = await signedUp();
    const lift = testnet.faults.homeserver.set({ hang: true });
    try {
      const limits = { timeoutMs: 100 };
      const works = [
        session.storage.get(publicKey, '/pub/a', limits),
        session.storage.put('/pub/a', Uint8Array.of(1), limits),
        homeserver.signIn(identity, limits),
        session.signOut(limits),
      ];
      // All at once: one that nobody listens to when it fails is an unhandled rejection.
      expect(await Promise.all(works.map(rejectedCodeOf))).toEqual(works.map(() => 'HOMESERVER_TIMED_OUT'));
    } finally {
      lift();
    }
    await session.storage.put('/pub/a', Uint8Array.of(1));
  });

  it('signs in where the identity is not announced any more, naming the homeserver', async () => {
    const { identity } = await signedUp();
    const world = sdkWorld(network);
    const { homeserver } = await world.signUpOptions();
    const session = await world.homeserver.signIn(identity, { homeserver });
    await session.storage.put('/pub/a', Uint8Array.of(1));
  });

  it('follows no redirect, whatever the SDK is told', async () => {
    const { publicKey } = await signedUp();
    const elsewhere: Fetch = async (request, init) => {
      const response = await systemFetch(request, init);
      const url = (request as unknown as Request).url ?? request;
      return url.includes('/pub/') ? Response.redirect('http://localhost:1/evil', 307) : response;
    };
    const world = sdkWorld(network, { fetch: elsewhere });
    const error = await rejectionOf(world.homeserver.storage.get(publicKey, '/pub/a'));
    expect([error.code, error.context]).toEqual([
      'HOMESERVER_BAD_ANSWER',
      { what: 'file', fault: 'redirect' },
    ]);
  });

  it('shows no invite in an error [Q4]', async () => {
    const world = sdkWorld(network);
    const invite = 'INVITE-NOBODY-MAY-SEE';
    const { homeserver } = await world.signUpOptions();
    for (const fault of [{ refuse: true }, { status: 500 }, { truncate: true }]) {
      const lift = testnet.faults.homeserver.set(fault);
      const error = await rejectionOf(world.homeserver.signUp(newSeed().identity, { homeserver, invite }));
      lift();
      const shown = `${inspect(error, { depth: 20, showHidden: true })} ${JSON.stringify(error)}`;
      expect(shown).not.toContain(invite);
    }
  });

  it('shows no cookie and no invite where a fetch quotes the request it could not send [Q4]', async () => {
    const { session, homeserver, identity } = await (async () => {
      let broken = false;
      const quoting: Fetch = async (request, init) => {
        const { url, headers, method } = request as unknown as Request;
        if (!broken || url.startsWith(network.relay)) {
          broken = broken || (method === 'POST' && url.includes('/signup'));
          return systemFetch(request, init);
        }
        const quoted = `${url} ${JSON.stringify([...headers])}`;
        throw Object.assign(new TypeError(quoted), { request: quoted });
      };
      return signedUp(sdkWorld(network, { fetch: quoting }));
    })();
    const cookie = session
      .export()
      .use((bytes) => new TextDecoder().decode(bytes))
      .slice(53);
    const invite = 'INVITE-NOBODY-MAY-SEE';
    const { homeserver: place } = await sdkWorld(network).signUpOptions();
    for (const work of [
      session.storage.put('/pub/a', Uint8Array.of(1)),
      homeserver.signUp(identity, { homeserver: place, invite }),
    ]) {
      const shown = inspect(await rejectionOf(work), { depth: 20, showHidden: true });
      expect(shown).toContain('HOMESERVER_OFFLINE');
      for (const secret of [cookie, invite]) expect(shown).not.toContain(secret);
    }
  });

  it('reads no more of an answer to a sign-in than a session record can be long', async () => {
    let body = endlessBody(65_536);
    const endless: Fetch = async (request, init) => {
      const { url, method } = request as unknown as Request;
      if (method !== 'POST' || !url.includes('/session')) return systemFetch(request, init);
      body = endlessBody(65_536);
      const { getReader } = body.body;
      const reader = getReader();
      const stream = new ReadableStream({
        async pull(controller) {
          if (body.sentBytes() > 4_000_000) return controller.close();
          controller.enqueue((await reader.read()).value);
        },
        cancel: () => reader.cancel(),
      });
      return new Response(stream);
    };
    const { identity } = await signedUp();
    const world = sdkWorld(network, { fetch: endless });
    expect(await rejectedCodeOf(world.homeserver.signIn(identity))).toBe('HOMESERVER_OFFLINE');
    expect(body.sentBytes()).toBeLessThan(1_000_000);
  });

  it('survives a fetch that makes its own responses, where the SDK ends the process', async () => {
    const { identity, publicKey } = await signedUp();
    const copying: Fetch = async (request, init) => {
      const { status, headers, arrayBuffer } = await systemFetch(request, init).then(async (response) => ({
        status: response.status,
        headers: response.headers as unknown as Headers,
        arrayBuffer: await response.arrayBuffer(),
      }));
      return new Response(status === 204 ? null : (arrayBuffer as ArrayBuffer), { status, headers });
    };
    const session = await sdkWorld(network, { fetch: copying }).homeserver.signIn(identity);
    await session.storage.put('/pub/a', Uint8Array.of(1));
    expect((await session.storage.get(publicKey, '/pub/a'))?.bytes).toEqual(Uint8Array.of(1));
  });

  it('refuses seeds of another length before the SDK does, with a text', async () => {
    const world = sdkWorld(network);
    const options = await world.signUpOptions();
    for (const length of [0, 31, 33]) {
      const seed = Secret.copyOf(new Uint8Array(length));
      expect(await rejectedCodeOf(world.homeserver.signUp(seed, options))).toBe('HOMESERVER_BAD_KEY');
      expect(await rejectedCodeOf(world.homeserver.signIn(seed))).toBe('HOMESERVER_BAD_KEY');
    }
  });
});
