import { encodeUtf8, type FetchResponse } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createAuthToken, parseAuthRequest, parseCapabilities, sealAuthToken } from '../../src/wire/index.ts';
import { HOMESERVER, NOW, pathOf, scriptedHomeserver, signedIn } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer, hang, type Script, type SeenRequest } from '../scripted-fetch.ts';
import { codeOf, rejectedCodeOf, rejectionOf } from '../thrown.ts';
import { turns } from '../turns.ts';

const signer = fixedSigner(4);
const relay = 'https://relay.example/link/';
const asked = { capabilities: '/pub/app/:rw', relay };

/** What a signer puts into the channel of this link. */
async function sealedFor(link: string): Promise<Uint8Array> {
  const { secret, capabilities } = parseAuthRequest(link);
  const token = await createAuthToken(signer, { capabilities, timestamp: BigInt(NOW) * 1000n });
  return secret.use((bytes) => sealAuthToken(token, bytes));
}

const isRelay = ({ url }: { readonly url: string }): boolean => url.startsWith(relay);

/** Answers for the relay, and an ordinary homeserver. */
function relayed(script: Script) {
  return scriptedHomeserver((request) => (isRelay(request) ? script(request) : signedIn(signer.publicKey)));
}

/**
 * A channel of the official relay: the last question gets the message, also when whoever asked has left; one that is replaced
 * gets 404.
 */
function officialChannel() {
  let waiting: ((body: Uint8Array | undefined) => void) | undefined;
  let open = 0;
  let count = 0;
  return {
    open: () => open,
    get({ signal }: SeenRequest, { cut }: { readonly cut: boolean }): Promise<FetchResponse> {
      waiting?.(undefined);
      open += 1;
      count += 1;
      // Cut without a word, as by a router that forgets it: nothing ever comes of it.
      const dead = cut && count === 1;
      return new Promise((resolve, reject) => {
        let ended = false;
        const end = (): boolean => {
          if (ended) return false;
          ended = true;
          open -= 1;
          return true;
        };
        waiting = (body) => {
          if (!dead && end()) resolve(body === undefined ? answer(404) : answer(200, body));
        };
        signal?.addEventListener('abort', () => {
          if (end()) reject(new DOMException('aborted', 'AbortError'));
        });
      });
    },
    post(body: Uint8Array): void {
      const give = waiting;
      waiting = undefined;
      give?.(body);
    },
  };
}

describe('startAuthFlow', () => {
  it('sends nothing by itself, and makes a link with a secret of its own', () => {
    const { homeserver, seen } = relayed(() => answer(404));
    const [one, two] = [homeserver.startAuthFlow(asked), homeserver.startAuthFlow(asked)];
    expect(seen).toEqual([]);
    expect(one.url).not.toBe(two.url);
    const request = parseAuthRequest(one.url);
    expect([request.relay, request.capabilities]).toEqual([relay, parseCapabilities('/pub/app/:rw')]);
    expect(JSON.stringify(one)).not.toContain('secret');
    const signUp = { homeserver: HOMESERVER, invite: 'x' };
    expect(parseAuthRequest(homeserver.startAuthFlow({ ...asked, signUp }).url).signUp).toEqual(signUp);
  });

  it('refuses relays that anybody could listen at', () => {
    const { homeserver } = relayed(() => answer(404));
    const flow = (url: string) => () => homeserver.startAuthFlow({ ...asked, relay: url });
    expect(codeOf(flow('http://relay.example/link'))).toBe('HOMESERVER_INSECURE_URL');
    expect(codeOf(flow('https://relay.example/link?a=b'))).toBe('HOMESERVER_BAD_AUTH_REQUEST');
  });

  it('asks the relay again and again without showing who asks, then hands the token in', async () => {
    let link = '';
    const answers: Script[] = [
      () => answer(404),
      () => answer(408),
      async () => answer(200, await sealedFor(link)),
    ];
    const { homeserver, clock, seen } = relayed((request) => (answers.shift() ?? hang)(request));
    const flow = homeserver.startAuthFlow(asked);
    link = flow.url;
    const work = flow.session();
    for (let round = 0; round < 4; round++) {
      await turns(200);
      clock.advance(1000);
    }
    const session = await work;
    expect(session.publicKey).toEqual(signer.publicKey);
    const relayRequests = seen.filter(isRelay);
    expect(relayRequests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
    expect(
      relayRequests.every(({ headers, credentials }) => headers === undefined && credentials === 'omit'),
    ).toBe(true);
    expect(clock.pending).toBe(0);
  });

  it('loses nothing that is posted while one question takes the place of another: relays give it to whoever asked last', async () => {
    for (const [atMs, cut] of [
      [60_000, false],
      [60_100, false],
      [90_000, true],
      [125_000, true],
    ] as const) {
      const channel = officialChannel();
      const { homeserver, clock } = relayed((request) => channel.get(request, { cut }));
      const flow = homeserver.startAuthFlow(asked);
      const sealed = await sealedFor(flow.url);
      const work = flow.session();
      for (let passed = 0; passed < atMs; passed += 100) {
        await turns();
        clock.advance(100);
      }
      channel.post(sealed);
      await turns(200);
      expect((await work).publicKey, `posted after ${atMs} ms`).toEqual(signer.publicKey);
      expect(clock.pending).toBe(0);
      expect(channel.open()).toBe(0);
    }
  });

  it('asks at once when a relay or a connection ends a long wait, and slowly one that ends every wait at once', async () => {
    const ends: Script[] = [
      () => answer(408),
      () => {
        throw new TypeError('fetch failed');
      },
    ];
    for (const end of ends) {
      let ending = (): void => {};
      const { homeserver, clock, seen } = relayed(
        (request) =>
          new Promise((resolve, reject) => {
            ending = () => resolve(Promise.resolve().then(() => end(request)));
            request.signal?.addEventListener('abort', () =>
              reject(new DOMException('aborted', 'AbortError')),
            );
          }),
      );
      const controller = new AbortController();
      const work = rejectedCodeOf(homeserver.startAuthFlow(asked).session({ signal: controller.signal }));
      for (let round = 1; round <= 8; round++) {
        await turns();
        expect(seen).toHaveLength(round);
        clock.advance(30_000);
        ending();
      }
      controller.abort();
      expect(await work).toBe('HOMESERVER_CANCELLED');
    }
    const { homeserver, clock, seen } = relayed(() => answer(404));
    const controller = new AbortController();
    const work = rejectedCodeOf(homeserver.startAuthFlow(asked).session({ signal: controller.signal }));
    for (let passed = 0; passed < 60_000; passed += 100) {
      await turns();
      clock.advance(100);
    }
    controller.abort();
    await work;
    expect(seen.length).toBeGreaterThan(20);
    expect(seen.length).toBeLessThan(80);
  });

  it('has one code for whatever else is in the channel, and is over then', async () => {
    for (const body of [encodeUtf8('hello'), new Uint8Array(100)]) {
      const { homeserver } = relayed(() => answer(200, body));
      const flow = homeserver.startAuthFlow(asked);
      expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_BAD_SEALED_TOKEN');
      expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_FLOW_CLOSED');
    }
  });

  it('refuses a sealed token that is none', async () => {
    let link = '';
    const { homeserver } = relayed(() =>
      answer(
        200,
        parseAuthRequest(link).secret.use((bytes) => sealAuthToken(new Uint8Array(120), bytes)),
      ),
    );
    const flow = homeserver.startAuthFlow(asked);
    link = flow.url;
    expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_BAD_TOKEN');
  });

  it('gives up on a relay that fails five times in a row, and can be asked again', async () => {
    let fail = true;
    let link = '';
    const { homeserver, clock } = relayed(async () => {
      if (fail) throw new TypeError('fetch failed');
      return answer(200, await sealedFor(link));
    });
    const flow = homeserver.startAuthFlow(asked);
    link = flow.url;
    const work = rejectedCodeOf(flow.session());
    for (let round = 0; round < 8; round++) {
      await turns();
      clock.advance(2000);
    }
    expect(await work).toBe('HOMESERVER_OFFLINE');
    fail = false;
    expect((await flow.session()).publicKey).toEqual(signer.publicKey);
  });

  it('keeps the token while the homeserver cannot be reached: the relay gives it out once', async () => {
    let link = '';
    let homeserverFails = true;
    let given = 0;
    const { homeserver } = scriptedHomeserver(async (request) => {
      if (isRelay(request)) {
        given += 1;
        return answer(200, await sealedFor(link));
      }
      return homeserverFails ? answer(503) : signedIn(signer.publicKey);
    });
    const flow = homeserver.startAuthFlow(asked);
    link = flow.url;
    expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_SERVER_ERROR');
    homeserverFails = false;
    await flow.session();
    expect(given).toBe(1);
  });

  it('is over when the homeserver refuses the token', async () => {
    let link = '';
    const { homeserver } = scriptedHomeserver(async (request) =>
      isRelay(request) ? answer(200, await sealedFor(link)) : answer(400),
    );
    const flow = homeserver.startAuthFlow(asked);
    link = flow.url;
    expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_TOKEN_REFUSED');
    expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_FLOW_CLOSED');
  });

  it('waits for five minutes, as long as it is told, or until its signal', async () => {
    const { homeserver, clock } = relayed(hang);
    for (const [timeoutMs, afterMs] of [
      [undefined, 300_000],
      [1000, 1000],
    ] as const) {
      const flow = homeserver.startAuthFlow(asked);
      const work = rejectionOf(flow.session({ timeoutMs }));
      for (let past = 0; past < afterMs; past += 10_000) {
        await turns();
        clock.advance(Math.min(10_000, afterMs));
      }
      const error = await work;
      expect([error.code, error.context]).toEqual([
        'HOMESERVER_TIMED_OUT',
        { what: 'sign-in link', afterMs },
      ]);
      flow.close();
    }
    const controller = new AbortController();
    const work = rejectedCodeOf(homeserver.startAuthFlow(asked).session({ signal: controller.signal }));
    await turns();
    controller.abort();
    expect(await work).toBe('HOMESERVER_CANCELLED');
    expect(clock.pending).toBe(0);
  });

  it('has one who waits', async () => {
    const { homeserver } = relayed(hang);
    const flow = homeserver.startAuthFlow(asked);
    const waiting = rejectedCodeOf(flow.session());
    expect(await rejectedCodeOf(flow.session())).toBe('HOMESERVER_FLOW_CLOSED');
    flow.close();
    expect(await waiting).toBe('HOMESERVER_FLOW_CLOSED');
    expect(codeOf(() => flow.url)).toBe('HOMESERVER_FLOW_CLOSED');
  });
});

describe('approveAuthRequest', () => {
  const link = (): string => relayed(() => answer(404)).homeserver.startAuthFlow(asked).url;

  it('posts a sealed token to the channel, and no cookie', async () => {
    const { homeserver, seen } = relayed(() => answer(200));
    await homeserver.approveAuthRequest(signer, link());
    const [{ method, url, headers, credentials, body }] = seen as [(typeof seen)[0]];
    expect([method, headers, credentials]).toEqual(['POST', undefined, 'omit']);
    expect(url).toMatch(/^https:\/\/relay\.example\/link\/[\w-]{43}$/);
    expect(body?.length).toBeGreaterThan(120);
  });

  it.each([
    [404, 'HOMESERVER_REFUSED'],
    [429, 'HOMESERVER_RATE_LIMITED'],
    [503, 'HOMESERVER_SERVER_ERROR'],
  ])('tells status %i of the relay apart: %s', async (status, code) => {
    const { homeserver } = relayed(() => answer(status));
    expect(await rejectedCodeOf(homeserver.approveAuthRequest(signer, link()))).toBe(code);
  });

  it('gives a stranger no token for everything: it signs up where its owner has agreed to that, and nowhere else [Q4]', async () => {
    const { homeserver, seen, asked: askedDirectory } = scriptedHomeserver(() => answer(200));
    const { url } = homeserver.startAuthFlow({
      ...asked,
      signUp: { homeserver: new Uint8Array(32).fill(6) },
    });
    for (const options of [undefined, {}, { signUp: false }]) {
      const work = homeserver.approveAuthRequest(signer, url, options);
      expect(await rejectedCodeOf(work)).toBe('HOMESERVER_SIGN_UP_NOT_AGREED');
    }
    expect([seen, askedDirectory]).toEqual([[], []]);
  });

  it('signs up first where the link asks for it and its owner agrees, unless that was done', async () => {
    const signUp = { homeserver: HOMESERVER, invite: 'x' };
    for (const status of [200, 409]) {
      const { homeserver, seen, lines } = scriptedHomeserver((request) => {
        if (isRelay(request)) return answer(200);
        return status === 200 ? signedIn(signer.publicKey) : answer(status);
      });
      const { url } = homeserver.startAuthFlow({ ...asked, signUp });
      await homeserver.approveAuthRequest(signer, url, { signUp: true });
      expect(lines()[0]).toMatch(/signup\?signup_token=x$/);
      expect(seen).toHaveLength(2);
    }
    const { homeserver, seen } = scriptedHomeserver(() => answer(401));
    const { url } = homeserver.startAuthFlow({ ...asked, signUp });
    const refused = homeserver.approveAuthRequest(signer, url, { signUp: true });
    expect(await rejectedCodeOf(refused)).toBe('HOMESERVER_INVITE_REFUSED');
    expect(seen.map(pathOf)).toEqual(['/signup']);
  });

  it('refuses to answer in the clear', async () => {
    const { homeserver, seen } = relayed(() => answer(200));
    const insecure = link().replace('https', 'http');
    expect(await rejectedCodeOf(homeserver.approveAuthRequest(signer, insecure))).toBe(
      'HOMESERVER_INSECURE_URL',
    );
    expect(seen).toEqual([]);
  });
});
