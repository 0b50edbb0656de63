import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it, vi } from 'vitest';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { IK } from '../../src/profiles/ik.ts';
import { IK_RAW } from '../../src/profiles/ik-raw.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import {
  CLIENT_NOISE_KEY,
  IDENTITY_PAYLOAD_JSON,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_NOISE_KEY,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareFirstMessage,
  bareOf,
  bareRead,
  bareWrite,
  clientKey,
  clientSigner,
  connect,
  initiatorOf,
  responderOf,
} from '../peers.ts';

const stranger = deriveNoiseKeyPair(filled(5), 'stranger');

describe('IK-raw', () => {
  it('opens a session whose keys are proven and whose identities are not (CK-1, CK-2) [S3.1]', async () => {
    const { sessions, messages } = await connect(initiatorOf(IK_RAW), responderOf(IK_RAW));
    const [client, server] = sessions;
    expect(messages.map(({ length }) => length)).toEqual([96, 48]);
    expect(client.id).toEqual(server.id);
    expect(client.pattern).toBe('IK-raw');
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    expect(server.remoteStatic).toEqual(CLIENT_NOISE_KEY);
    expect([client.remoteIdentity, server.remoteIdentity]).toEqual([undefined, undefined]);
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    expect(client.decrypt(server.encrypt(filled(2)))).toEqual(filled(2));
  });

  it('gives two handshakes of the same keys different ids (CK-11)', async () => {
    const [one, two] = [
      await connect(initiatorOf(IK_RAW), responderOf(IK_RAW)),
      await connect(initiatorOf(IK_RAW), responderOf(IK_RAW)),
    ];
    expect(one.sessions[0].id).not.toEqual(two.sessions[0].id);
    expect(one.sessions[0].encrypt(filled(0))).not.toEqual(two.sessions[0].encrypt(filled(0)));
  });

  it('has the transport keys of IK with the same ephemerals, and another id (N8 §1.9)', async () => {
    const suites = {
      initiator: () => ({ suite: suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET) }),
      responder: () => ({ suite: suiteWithFixedEphemeralForTestingOnly(RESPONDER_EPHEMERAL_SECRET) }),
    };
    const [raw, named] = [
      await connect(initiatorOf(IK_RAW, suites.initiator()), responderOf(IK_RAW, suites.responder())),
      await connect(initiatorOf(IK, suites.initiator()), responderOf(IK, suites.responder())),
    ];
    expect(raw.sessions[0].encrypt(filled(1))).toEqual(named.sessions[0].encrypt(filled(1)));
    expect(raw.sessions[0].id).not.toEqual(named.sessions[0].id);
  });

  it('confirms the client only by its first transport message (W-41)', async () => {
    const { sessions } = await connect(initiatorOf(IK_RAW), responderOf(IK_RAW));
    const [client, server] = sessions;
    expect([client.confirmed, server.confirmed]).toEqual([true, false]);
    server.decrypt(client.encrypt(filled(1)));
    expect(server.confirmed).toBe(true);
  });

  it('ignores what message 2 carries, as every 0.8 reader does (N8 §1.2)', async () => {
    const client = initiatorOf(IK_RAW);
    const server = bareRead(bareOf(IK_RAW, 'responder'), await client.write());
    await client.read(bareWrite(server, encodeUtf8('future')).message);
    expect(client.finish().confirmed).toBe(true);
  });
});

describe('message 1 under byte 0x01', () => {
  it('is refused if it is one of IK, whose identity would be lost (N8 W-10, W-45, P8 W-13, A-4)', async () => {
    const forms = [
      await initiatorOf(IK).write(),
      await initiatorOf(IK, { padIdentity: false }).write(),
      bareFirstMessage(IDENTITY_PAYLOAD_JSON),
      bareFirstMessage(' '),
    ];
    for (const message of forms) {
      const [server, allowStatic] = [responderOf(IK_RAW), vi.fn(() => true)];
      const asking = responderOf(IK_RAW, { allowStatic });
      expect(await rejectionOf(server.read(message))).toMatchObject({
        code: 'PATTERNS_PAYLOAD_UNEXPECTED',
        wireCode: 6000,
        context: { bytes: message.length - 96 },
      });
      await rejectionOf(asking.read(message));
      expect(allowStatic).not.toHaveBeenCalled();
      expect((await rejectionOf(server.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it('is refused by IK, which wants an identity (N8 §1.9)', async () => {
    expect(await rejectionOf(responderOf(IK).read(await initiatorOf(IK_RAW).write()))).toMatchObject({
      code: 'PATTERNS_PAYLOAD_INVALID',
      wireCode: 4000,
    });
  });
});

describe('allowStatic', () => {
  it('admits the keys on its list and refuses others', async () => {
    await connect(initiatorOf(IK_RAW), responderOf(IK_RAW, { allowStatic: [filled(9), CLIENT_NOISE_KEY] }));
    for (const allowStatic of [[], [filled(9)]]) {
      const server = responderOf(IK_RAW, { allowStatic });
      expect(await rejectionOf(server.read(await initiatorOf(IK_RAW).write()))).toMatchObject({
        code: 'PATTERNS_STATIC_REFUSED',
        wireCode: 6000,
      });
      expect((await rejectionOf(server.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    }
  });

  it("admits everybody if it is left out or 'anyone'", async () => {
    for (const change of [{}, { allowStatic: 'anyone' }] as const) {
      const client = initiatorOf(IK_RAW, { noiseKey: stranger });
      const { sessions } = await connect(client, responderOf(IK_RAW, change));
      expect(sessions[1].remoteStatic).toEqual(stranger.publicKey);
    }
  });

  it('is asked about a key that is proven, once, and only `true` admits', async () => {
    const allowStatic = vi.fn(async (_: Uint8Array) => true);
    await connect(initiatorOf(IK_RAW), responderOf(IK_RAW, { allowStatic }));
    expect(allowStatic.mock.calls).toEqual([[CLIENT_NOISE_KEY]]);
    for (const answer of [false, undefined, 1, 'yes', {}]) {
      const server = responderOf(IK_RAW, { allowStatic: () => answer as boolean });
      expect((await rejectionOf(server.read(await initiatorOf(IK_RAW).write()))).code).toBe(
        'PATTERNS_STATIC_REFUSED',
      );
    }
  });

  it('refuses if it fails, with the cause', async () => {
    const cause = new RangeError('no database');
    const server = responderOf(IK_RAW, { allowStatic: () => Promise.reject(cause) });
    expect(await rejectionOf(server.read(await initiatorOf(IK_RAW).write()))).toMatchObject({
      code: 'PATTERNS_ALLOW_FAILED',
      cause,
    });
  });
});

describe.each([IK, IK_RAW])('a replay cache at a responder of $name', (profile) => {
  it('refuses a recorded message 1 and leaves the live session alone (W-28, P8 W-15)', async () => {
    const replayCache = createReplayCache();
    const { sessions, messages } = await connect(initiatorOf(profile), responderOf(profile, { replayCache }));
    const second = responderOf(profile, { replayCache });
    expect(await rejectionOf(second.read(messages[0] as Uint8Array))).toMatchObject({
      code: 'PATTERNS_REPLAYED',
      wireCode: 6000,
    });
    expect(thrownBy(() => second.finish()).code).toBe('PATTERNS_HANDSHAKE_ENDED');
    const [client, server] = sessions;
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    await connect(initiatorOf(profile), responderOf(profile, { replayCache }));
  });

  it('comes before the allow rule: of a recording the application hears nothing again (P8 W-15)', async () => {
    const message = await initiatorOf(profile).write();
    for (const answer of [true, false]) {
      const [asked, replayCache] = [vi.fn(() => answer), createReplayCache()];
      const rule = profile === IK ? { allowIdentity: asked } : { allowStatic: asked };
      const codes: unknown[] = [];
      for (let delivery = 0; delivery < 3; delivery++) {
        const reading = responderOf(profile, { ...rule, replayCache }).read(message);
        codes.push(await reading.catch((error: { code: string }) => error.code));
      }
      const refused = profile === IK ? 'PATTERNS_IDENTITY_REFUSED' : 'PATTERNS_STATIC_REFUSED';
      expect(codes).toEqual([answer ? undefined : refused, 'PATTERNS_REPLAYED', 'PATTERNS_REPLAYED']);
      expect(asked).toHaveBeenCalledTimes(1);
    }
  });

  it('is not asked about a message 1 that proves nothing', async () => {
    const replayCache = { claim: vi.fn(() => true) };
    const message = await initiatorOf(profile).write();
    await rejectionOf(responderOf(profile, { replayCache }).read(message.subarray(0, -1)));
    await rejectionOf(responderOf(profile, { replayCache, noiseKey: stranger }).read(message));
    const foreign = await initiatorOf(profile === IK ? IK_RAW : IK).write();
    await rejectionOf(responderOf(profile, { replayCache }).read(foreign));
    expect(replayCache.claim).not.toHaveBeenCalled();
    await responderOf(profile, { replayCache }).read(message);
    expect(replayCache.claim.mock.calls).toEqual([[message.slice(0, 32)]]);
  });

  it('is optional: without one the replayed session can be used by nobody (W-28)', async () => {
    const { sessions, messages } = await connect(initiatorOf(profile), responderOf(profile));
    const replayed = responderOf(profile);
    await replayed.read(messages[0] as Uint8Array);
    await replayed.write();
    const zombie = replayed.finish();
    expect(zombie.confirmed).toBe(false);
    expect(zombie.id).not.toEqual(sessions[1].id);
    expect(thrownBy(() => zombie.decrypt(sessions[0].encrypt(filled(1)))).code).toBe('NOISE_DECRYPT_FAILED');
    expect(zombie.confirmed).toBe(false);
  });
});

describe('options of IK-raw', () => {
  it('has none that would be ignored: the identity rules and the signer are refused', () => {
    const client = {
      profile: IK_RAW,
      role: 'initiator',
      noiseKey: clientKey,
      remoteStatic: SERVER_NOISE_KEY,
    };
    const server = { profile: IK_RAW, role: 'responder', noiseKey: clientKey };
    const misuses = [
      { ...server, allowIdentity: [] },
      { ...server, remoteStatic: SERVER_NOISE_KEY },
      { ...client, signer: clientSigner },
      { ...client, allowStatic: 'anyone' },
      { ...client, remoteStatic: undefined },
      { ...client, noiseKey: undefined },
    ];
    for (const options of misuses) {
      expect(() => createProfileHandshake(options as never)).toThrow(TypeError);
    }
  });
});
