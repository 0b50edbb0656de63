import { zBase32 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createRelay, type SignedPacket, signedPacketPayload, signPacket } from '../../src/index.ts';
import { flipped, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { response, scriptedRelay } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const KEY = zBase32.encode(signer.publicKey);
const packet: SignedPacket = await signPacket(signer, [text('a', 'b')], 1_700_000_000_000_000n);
const payload = signedPacketPayload(packet);
const foreignPayload = signedPacketPayload(await signPacket(numbered(2), [], 1n));

const never = new Promise<never>(() => {});

describe('createRelay', () => {
  it('refuses a URL without transport security', () => {
    expect(() => createRelay({ url: 'http://relay.example' })).toThrow();
    expect(createRelay({ url: 'http://relay.example', allowInsecure: true }).name).toBe(
      'http://relay.example',
    );
  });
});

describe('get', () => {
  it('asks for a key, past all caches, without following redirects or sending cookies', async () => {
    const { relay, sent } = scriptedRelay(() => response(200, payload));
    expect(await relay.get(signer.publicKey)).toEqual(packet);
    expect(sent).toMatchObject([
      {
        url: `https://relay.example/${KEY}`,
        method: 'GET',
        cache: 'no-store',
        redirect: 'manual',
        credentials: 'omit',
      },
    ]);
    await relay.get(signer.publicKey, { forUpdate: true });
    expect(sent[1]?.url).toBe(`https://relay.example/${KEY}?policy=NetworkOnly`);
  });

  it('answers undefined where there is no packet', async () => {
    const { relay } = scriptedRelay(() => response(404, new Uint8Array(3)));
    expect(await relay.get(signer.publicKey)).toBeUndefined();
  });

  it.each<[string, Uint8Array, string]>([
    ['a flipped bit', flipped(payload, 600), 'DISCOVERY_BAD_SIGNATURE'],
    ['the packet of another key', foreignPayload, 'DISCOVERY_BAD_SIGNATURE'],
    ['nothing', new Uint8Array(0), 'DISCOVERY_WRONG_LENGTH'],
    ['1073 bytes', new Uint8Array(1_073), 'PRIMITIVES_BODY_TOO_LONG'],
    ['20 MB', new Uint8Array(20_000_000), 'PRIMITIVES_BODY_TOO_LONG'],
  ])('[F3] refuses a relay that gives %s', async (_, body, reason) => {
    const { relay } = scriptedRelay(() => response(200, body));
    const error = await rejectionOf(relay.get(signer.publicKey));
    expect(error).toMatchObject({
      code: 'DISCOVERY_BAD_ANSWER',
      context: { relay: 'https://relay.example', reason },
      cause: { code: reason },
    });
  });

  it.each([
    [301, 'DISCOVERY_RELAY_REFUSED'],
    [0, 'DISCOVERY_RELAY_REFUSED'],
    [204, 'DISCOVERY_RELAY_REFUSED'],
    [304, 'DISCOVERY_RELAY_REFUSED'],
    [400, 'DISCOVERY_RELAY_REFUSED'],
    [429, 'DISCOVERY_RATE_LIMITED'],
    [500, 'DISCOVERY_RELAY_UNAVAILABLE'],
    [503, 'DISCOVERY_RELAY_UNAVAILABLE'],
  ])('tells status %i from a missing packet: %s', async (status, code) => {
    const { relay } = scriptedRelay(() => response(status, payload));
    expect((await rejectionOf(relay.get(signer.publicKey))).code).toBe(code);
  });

  it('tells offline from a missing packet, with the reason', async () => {
    const inner = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    const cause = new TypeError('fetch failed', { cause: inner });
    const { relay } = scriptedRelay(() => Promise.reject(cause));
    expect(await rejectionOf(relay.get(signer.publicKey))).toMatchObject({
      code: 'DISCOVERY_OFFLINE',
      context: { reason: 'ECONNREFUSED' },
      retryable: true,
      cause,
    });
  });

  it('tells a connection that breaks in the middle from a packet that is malformed', async () => {
    const broken = {
      ...response(200),
      body: { getReader: () => ({ read: () => Promise.reject(new Error('reset')), cancel: async () => {} }) },
    };
    const { relay } = scriptedRelay(() => broken);
    expect((await rejectionOf(relay.get(signer.publicKey))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('[T2] ends after 5 s with a relay that hangs, before its answer or in it', async () => {
    const hanging = {
      ...response(200),
      body: { getReader: () => ({ read: () => never, cancel: async () => {} }) },
    };
    for (const answer of [never, hanging]) {
      const clock = new ManualClock();
      const { relay, sent } = scriptedRelay(() => answer, { clock });
      const asked = rejectionOf(relay.get(signer.publicKey));
      clock.advance(4_999);
      expect(sent[0]?.signal?.aborted).toBe(false);
      clock.advance(1);
      expect(await asked).toMatchObject({
        code: 'DISCOVERY_TIMED_OUT',
        context: { what: 'GET at https://relay.example', afterMs: 5_000 },
      });
      expect(sent[0]?.signal?.aborted).toBe(true);
      expect(clock.pending).toBe(0);
    }
  });

  it('[T2] ends with its signal, and asks nobody if that came before', async () => {
    const clock = new ManualClock();
    const { relay, sent } = scriptedRelay(() => never, { clock });
    const controller = new AbortController();
    const asked = rejectionOf(relay.get(signer.publicKey, { signal: controller.signal }));
    controller.abort();
    expect((await asked).code).toBe('DISCOVERY_CANCELLED');
    const again = relay.get(signer.publicKey, { signal: controller.signal });
    expect((await rejectionOf(again)).code).toBe('DISCOVERY_CANCELLED');
    expect(sent).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('refuses keys of other lengths before it asks', async () => {
    const { relay, sent } = scriptedRelay(() => response(404));
    for (const length of [0, 31, 33]) {
      const asked = relay.get(new Uint8Array(length));
      expect((await rejectionOf(asked)).code).toBe('DISCOVERY_WRONG_LENGTH');
    }
    expect(sent).toHaveLength(0);
  });

  it('does not mind what becomes of the key meanwhile', async () => {
    const key = signer.publicKey.slice();
    const { relay } = scriptedRelay(async () => {
      key.fill(0);
      return response(200, payload);
    });
    expect((await relay.get(key))?.publicKey).toEqual(signer.publicKey);
  });

  it('stops the sender of a body nobody reads', async () => {
    let stopped = 0;
    const unread = {
      ...response(404),
      body: {
        getReader: () => ({
          read: () => never,
          cancel: async () => {
            stopped += 1;
            throw new Error('already gone');
          },
        }),
      },
    };
    const { relay } = scriptedRelay(() => unread);
    expect(await relay.get(signer.publicKey)).toBeUndefined();
    expect(stopped).toBe(1);
  });
});

describe('put', () => {
  it('sends the payload, and which packet it replaces', async () => {
    const { relay, sent } = scriptedRelay(() => response(204));
    expect(await relay.put(packet)).toEqual({ stored: ['https://relay.example'], failed: [] });
    await relay.put(packet, { replacing: 1_699_999_999_999_999n });
    expect(sent).toMatchObject([
      { url: `https://relay.example/${KEY}`, method: 'PUT', headers: {}, redirect: 'manual' },
      { headers: { 'if-match': '1699999999999999' } },
    ]);
    expect(sent.map(({ body }) => body)).toEqual([payload, payload]);
  });

  it('takes 200 as well, as the relay in JavaScript answers', async () => {
    const { relay } = scriptedRelay(() => response(200));
    expect((await relay.put(packet)).stored).toHaveLength(1);
  });

  it.each([
    [307, 'DISCOVERY_RELAY_REFUSED'],
    [400, 'DISCOVERY_RELAY_REFUSED'],
    [404, 'DISCOVERY_RELAY_REFUSED'],
    [409, 'DISCOVERY_CONFLICT'],
    [412, 'DISCOVERY_CONFLICT'],
    [413, 'DISCOVERY_RELAY_TOO_SMALL'],
    [428, 'DISCOVERY_CONFLICT'],
    [429, 'DISCOVERY_RATE_LIMITED'],
    [500, 'DISCOVERY_RELAY_UNAVAILABLE'],
  ])('makes of status %i %s', async (status, code) => {
    const { relay } = scriptedRelay(() => response(status));
    expect((await rejectionOf(relay.put(packet))).code).toBe(code);
  });

  it('[T2] gives a relay 15 s, since it may publish to the DHT meanwhile', async () => {
    const clock = new ManualClock();
    const { relay } = scriptedRelay(() => never, { clock });
    const stored = rejectionOf(relay.put(packet));
    clock.advance(15_000);
    expect(await stored).toMatchObject({ code: 'DISCOVERY_TIMED_OUT', context: { afterMs: 15_000 } });
  });

  it('tells offline', async () => {
    const { relay } = scriptedRelay(() => Promise.reject(new TypeError('fetch failed')));
    expect((await rejectionOf(relay.put(packet))).code).toBe('DISCOVERY_OFFLINE');
  });
});
