import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it, vi } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { XX } from '../../src/profiles/xx.ts';
import { createMemoryPinStore, type TrustRule } from '../../src/rules/pinning.ts';
import { CLIENT_NOISE_KEY, SERVER_NOISE_KEY } from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareOf,
  bareRead,
  bareWrite,
  clientKey,
  connect,
  initiatorOf,
  responderOf,
  serverKey,
} from '../peers.ts';

const stranger = deriveNoiseKeyPair(filled(5), 'stranger');
const STRANGER_PREFIX = hex.encode(stranger.publicKey.subarray(0, 8));
const SERVER_PREFIX = '2b092dbb9be545db';

/** Lets a client read message 2 of a server; message 3 is not written. */
async function meet(trust: TrustRule, noiseKey = serverKey) {
  const [client, server] = [initiatorOf(XX, { trust }), responderOf(XX, { noiseKey })];
  await server.read(await client.write());
  return { client, server, read: client.read(await server.write()) };
}

describe('XX', () => {
  it('opens a session in which both keys are shown and proven (CK-13, SR-4) [S3.1]', async () => {
    const { sessions, messages } = await connect(initiatorOf(XX), responderOf(XX));
    const [client, server] = sessions;
    expect(messages.map(({ length }) => length)).toEqual([32, 96, 64]);
    expect(client.id).toEqual(server.id);
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    expect(server.remoteStatic).toEqual(CLIENT_NOISE_KEY);
    expect([client.remoteIdentity, server.remoteIdentity]).toEqual([undefined, undefined]);
    expect([client.confirmed, server.confirmed]).toEqual([true, true]);
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    expect(client.decrypt(server.encrypt(filled(2)))).toEqual(filled(2));
  });

  it('refuses a payload in message 1, which would be readable by everybody (W-10, W-45, A-4)', async () => {
    const { message } = bareWrite(bareOf(XX, 'initiator'), filled(1));
    expect(await rejectionOf(responderOf(XX).read(message))).toMatchObject({
      code: 'PATTERNS_PAYLOAD_UNEXPECTED',
      wireCode: 6000,
    });
  });

  it('ignores what messages 2 and 3 carry, as every 0.8 reader does (N8 §1.2)', async () => {
    const [client, server] = [initiatorOf(XX), responderOf(XX)];
    const bareServer = bareWrite(
      bareRead(bareOf(XX, 'responder'), await client.write()),
      encodeUtf8('future'),
    );
    await client.read(bareServer.message);
    bareRead(bareServer.next, await client.write());
    const bareClient = bareWrite(bareOf(XX, 'initiator'));
    await server.read(bareClient.message);
    const last = bareWrite(bareRead(bareClient.next, await server.write()), encodeUtf8('future'));
    await server.read(last.message);
    expect([client.finish().confirmed, server.finish().confirmed]).toEqual([true, true]);
  });
});

describe('trust in an expected key', () => {
  it('lets that key through, whatever becomes of the array', async () => {
    const expectedStatic = SERVER_NOISE_KEY.slice();
    const client = initiatorOf(XX, { trust: { expectedStatic } });
    expectedStatic.fill(0);
    await connect(client, responderOf(XX));
  });

  it('ends the client at every other key, before its own is shown (P8 W-16)', async () => {
    const { client, read } = await meet({ expectedStatic: SERVER_NOISE_KEY }, stranger);
    expect(await rejectionOf(read)).toMatchObject({
      code: 'PATTERNS_STATIC_UNEXPECTED',
      wireCode: 5000,
      context: { expected: SERVER_PREFIX, presented: STRANGER_PREFIX },
    });
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  });

  it('wants 32 bytes', () => {
    expect(thrownBy(() => initiatorOf(XX, { trust: { expectedStatic: new Uint8Array(31) } })).code).toBe(
      'PATTERNS_KEY_LENGTH',
    );
  });
});

describe('trust by a question', () => {
  it('is asked about the proven key, a copy, before message 3 leaves', async () => {
    const verifyStatic = vi.fn(async (noiseKey: Uint8Array) => {
      expect(noiseKey).toEqual(SERVER_NOISE_KEY);
      noiseKey.fill(0);
      return true;
    });
    const { client, read } = await meet({ verifyStatic });
    await read;
    expect(verifyStatic).toHaveBeenCalledTimes(1);
    await client.write();
    expect(client.finish().remoteStatic).toEqual(SERVER_NOISE_KEY);
  });

  it('is satisfied by `true` alone', async () => {
    for (const answer of [false, undefined, 1, 'yes', {}]) {
      const { client, read } = await meet({ verifyStatic: () => answer as boolean });
      expect(await rejectionOf(read)).toMatchObject({ code: 'PATTERNS_STATIC_REFUSED', wireCode: 6000 });
      expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it('trusts nobody if it fails, with the cause [F3]', async () => {
    const cause = new RangeError('no network');
    const { read } = await meet({ verifyStatic: () => Promise.reject(cause) });
    expect(await rejectionOf(read)).toMatchObject({ code: 'PATTERNS_TRUST_FAILED', wireCode: 9000, cause });
  });

  it('is not asked about a key that is not proven', async () => {
    const verifyStatic = vi.fn(() => true);
    const client = initiatorOf(XX, { trust: { verifyStatic } });
    const { message } = bareWrite(bareRead(bareOf(XX, 'responder'), await client.write()));
    message[95] = (message[95] as number) ^ 1;
    expect((await rejectionOf(client.read(message))).code).toBe('NOISE_DECRYPT_FAILED');
    expect(verifyStatic).not.toHaveBeenCalled();
  });
});

describe('trust on first use', () => {
  it('pins the key that is proven first, and compares ever after (P8 W-16) [S3.3]', async () => {
    const [pins, clock] = [createMemoryPinStore(), new ManualClock(1_000)];
    const trust = { trustOnFirstUse: pins, peer: 'bob', clock };
    await connect(initiatorOf(XX, { trust }), responderOf(XX));
    expect(await pins.get('bob')).toEqual({ noiseKey: SERVER_NOISE_KEY, pinnedAtMs: 1_000 });
    clock.advance(5);
    await connect(initiatorOf(XX, { trust }), responderOf(XX));
    expect(await pins.get('bob')).toEqual({ noiseKey: SERVER_NOISE_KEY, pinnedAtMs: 1_000 });
  });

  it('ends the client at a changed key, with both fingerprints, before message 3 leaves (P8 W-16) [S3.3]', async () => {
    const pins = createMemoryPinStore();
    const trust = { trustOnFirstUse: pins, peer: 'bob' };
    await connect(initiatorOf(XX, { trust }), responderOf(XX));
    const { client, server, read } = await meet(trust, stranger);
    expect(await rejectionOf(read)).toMatchObject({
      code: 'PATTERNS_PIN_CHANGED',
      wireCode: 5000,
      context: { pinned: SERVER_PREFIX, presented: STRANGER_PREFIX },
    });
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(server.turn).toBe('read');
    expect((await pins.get('bob'))?.noiseKey).toEqual(SERVER_NOISE_KEY);
  });

  it('pins no other key than the one told beforehand, where there is one (P8 W-16)', async () => {
    const pins = createMemoryPinStore();
    const trust = { trustOnFirstUse: pins, peer: 'bob', expectedStatic: SERVER_NOISE_KEY };
    const { client, read } = await meet(trust, stranger);
    expect((await rejectionOf(read)).code).toBe('PATTERNS_STATIC_UNEXPECTED');
    expect((await rejectionOf(client.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    expect(await pins.get('bob')).toBeUndefined();
    await connect(initiatorOf(XX, { trust }), responderOf(XX));
    expect((await pins.get('bob'))?.noiseKey).toEqual(SERVER_NOISE_KEY);
  });

  it('knows each peer by its name, and pins anew what was removed', async () => {
    const pins = createMemoryPinStore();
    await connect(initiatorOf(XX, { trust: { trustOnFirstUse: pins, peer: 'bob' } }), responderOf(XX));
    await (await meet({ trustOnFirstUse: pins, peer: 'carol' }, stranger)).read;
    await pins.remove('bob');
    await (await meet({ trustOnFirstUse: pins, peer: 'bob' }, stranger)).read;
    expect((await pins.get('bob'))?.noiseKey).toEqual(stranger.publicKey);
  });

  it('has the pin stored before message 3 can leave, and pins nothing that is not proven', async () => {
    const pins = createMemoryPinStore();
    const trust = { trustOnFirstUse: pins, peer: 'bob' };
    const altered = initiatorOf(XX, { trust });
    const { message } = bareWrite(bareRead(bareOf(XX, 'responder'), await altered.write()));
    message[95] = (message[95] as number) ^ 1;
    await rejectionOf(altered.read(message));
    expect(await pins.get('bob')).toBeUndefined();
    const { client, read } = await meet(trust);
    await read;
    expect((await pins.get('bob'))?.noiseKey).toEqual(SERVER_NOISE_KEY);
    expect(client.turn).toBe('write');
  });

  it('trusts nobody if the store fails, with the cause [F3]', async () => {
    const cause = new RangeError('disk full');
    const pins = { ...createMemoryPinStore(), keep: () => Promise.reject(cause) };
    const { read } = await meet({ trustOnFirstUse: pins, peer: 'bob' });
    expect(await rejectionOf(read)).toMatchObject({ code: 'PATTERNS_TRUST_FAILED', wireCode: 9000, cause });
  });
});

describe('allowStatic of XX', () => {
  it('admits the keys on its list and refuses others', async () => {
    await connect(initiatorOf(XX), responderOf(XX, { allowStatic: [CLIENT_NOISE_KEY] }));
    for (const allowStatic of [[], [stranger.publicKey], () => false]) {
      const server = responderOf(XX, { allowStatic });
      expect(await rejectionOf(connect(initiatorOf(XX), server))).toMatchObject({
        code: 'PATTERNS_STATIC_REFUSED',
        wireCode: 6000,
      });
      expect(thrownBy(() => server.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });
});

describe('options of XX', () => {
  const client = { profile: XX, role: 'initiator', noiseKey: clientKey };
  const expectedStatic = SERVER_NOISE_KEY;
  const trustOnFirstUse = createMemoryPinStore();
  const rules: Readonly<Record<string, unknown>> = {
    'no rule': undefined,
    'an empty rule': {},
    'a pin store without a peer': { trustOnFirstUse },
    'a name without a pin store': { peer: 'bob' },
  };

  it.each(Object.entries(rules))('refuses %s of trust [S3.3]', (_, trust) => {
    expect(() => createProfileHandshake({ ...client, trust } as never)).toThrow(TypeError);
  });

  it('wants allowStatic at the responder, and no rule that XX does not have [S3.3]', () => {
    const server = { profile: XX, role: 'responder', noiseKey: serverKey, allowStatic: 'anyone' };
    const misuses = [
      { ...server, allowStatic: undefined },
      { ...server, noiseKey: undefined },
      { ...server, allowIdentity: [] },
      { ...server, trust: { expectedStatic } },
      { ...client, trust: { expectedStatic }, remoteStatic: SERVER_NOISE_KEY },
      { ...client, trust: { expectedStatic }, allowStatic: 'anyone' },
    ];
    for (const options of misuses) {
      expect(() => createProfileHandshake(options as never)).toThrow(TypeError);
    }
  });
});
