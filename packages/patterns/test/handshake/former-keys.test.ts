import type { KeyPair } from '@pubky-paykit/noise-core';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { describe, expect, it, vi } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import {
  CLIENT_IDENTITY,
  INITIATOR_EPHEMERAL_SECRET,
  RESPONDER_EPHEMERAL_SECRET,
  SERVER_SEED,
  suiteWithFixedEphemeralForTestingOnly,
} from '../../src/testing.ts';
import { filled, flipped, rejectionOf, thrownBy } from '../bytes.ts';
import { bareOf, bareWrite, connect, initiatorOf, responderOf, serverKey } from '../peers.ts';
import { notWiped, recordingSuite } from '../recording-suite.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
/** Those whose first message is encrypted to the responder's static key. */
const TAKING = ALL.filter(({ noise }) => (noise.preMessages[1] as readonly string[]).includes('s'));
const OTHERS = ALL.filter((profile) => !TAKING.includes(profile));

const current = deriveNoiseKeyPair(SERVER_SEED, 'server#2');
const former = deriveNoiseKeyPair(SERVER_SEED, 'server#1');
const older = serverKey;
const stranger = deriveNoiseKeyPair(filled(9), 'stranger');
const formerNoiseKeys = [former, older];

/** The responder with a current and two former keys, one of which the initiator dials. */
const answering = (profile: Profile, change: object = {}): ProfileHandshake =>
  responderOf(profile, { noiseKey: current, formerNoiseKeys, ...change } as object);
const dialling = (profile: Profile, { publicKey }: KeyPair, change: object = {}): ProfileHandshake =>
  initiatorOf(profile, { remoteStatic: publicKey, ...change } as object);

describe('former keys', () => {
  it('belong to the patterns whose first message is for a key of the responder [O4]', () => {
    expect(TAKING.map(({ name }) => name)).toEqual(['IK', 'IK-raw', 'N']);
    for (const { options } of TAKING) {
      expect(options.responder.optional).toContain('formerNoiseKeys');
      expect([...options.initiator.required, ...options.initiator.optional]).not.toContain('formerNoiseKeys');
    }
  });

  it.each(OTHERS)('are refused by $name, which shows the current key or none [S3.3]', (profile) => {
    expect(() => responderOf(profile, { formerNoiseKeys } as object)).toThrow(TypeError);
  });

  it.each(TAKING)('are refused at the initiator of $name [S3.3]', (profile) => {
    expect(() => initiatorOf(profile, { formerNoiseKeys } as object)).toThrow(TypeError);
  });
});

describe.each(TAKING)('former keys in $name', (profile) => {
  it.each([
    ['current', current, false],
    ['former', former, true],
    ['oldest', older, true],
  ] as const)('answer who dials the %s one, and say so [O4]', async (_, dialled, formerKeyUsed) => {
    const { sessions } = await connect(dialling(profile, dialled), answering(profile));
    const [client, server] = sessions;
    expect(server.id).toEqual(client.id);
    expect([client.formerKeyUsed, server.formerKeyUsed]).toEqual([false, formerKeyUsed]);
    expect(server.decrypt(client.encrypt(filled(1)))).toEqual(filled(1));
    if (profile.name === 'IK') expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);
    const { formerKeyUsed: printed = false } = JSON.parse(JSON.stringify(server)) as Record<string, unknown>;
    expect(printed).toBe(formerKeyUsed);
  });

  it('give the very bytes and keys that the same key gives alone, as 0.8 knows them', async () => {
    const initiatorSuite = () => ({
      suite: suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET),
    });
    const responderSuite = () => ({
      suite: suiteWithFixedEphemeralForTestingOnly(RESPONDER_EPHEMERAL_SECRET),
    });
    for (const dialled of [current, former, older]) {
      const alone = await connect(
        dialling(profile, dialled, initiatorSuite()),
        responderOf(profile, { noiseKey: dialled, ...responderSuite() } as object),
      );
      const among = await connect(
        dialling(profile, dialled, initiatorSuite()),
        answering(profile, responderSuite()),
      );
      expect(among.messages).toEqual(alone.messages);
      expect(among.sessions[1].id).toEqual(alone.sessions[1].id);
      const ciphertext = among.sessions[0].encrypt(filled(2));
      expect(alone.sessions[1].decrypt(ciphertext)).toEqual(filled(2));
    }
  });

  it('leave the error as it was for a message to none of them, and the end final', async () => {
    const message = await dialling(profile, stranger).write();
    const server = answering(profile);
    const alone = responderOf(profile);
    const [error, expected] = [
      await rejectionOf(server.read(message)),
      await rejectionOf(alone.read(message)),
    ];
    expect(error).toEqual(expected);
    expect(error.code).toBe('NOISE_DECRYPT_FAILED');
    expect(await rejectionOf(server.read(message))).toMatchObject({
      code: 'PATTERNS_HANDSHAKE_ENDED',
      context: { by: 'NOISE_DECRYPT_FAILED' },
    });
  });

  it('are not tried for what no key makes good', async () => {
    const { suite, recording } = recordingSuite();
    const dh = vi.spyOn(suite.dh, 'dh');
    const short = answering(profile, { suite });
    expect((await rejectionOf(short.read(new Uint8Array(31)))).code).toBe('NOISE_MESSAGE_TOO_SHORT');
    expect(dh).not.toHaveBeenCalled();
    const weak = await dialling(profile, former).write();
    weak.fill(0, 0, 32);
    expect((await rejectionOf(answering(profile, { suite }).read(weak))).code).toBe('NOISE_WEAK_KEY');
    expect(dh).toHaveBeenCalledTimes(1);
    expect(notWiped(recording)).toEqual([]);
  });

  it('do not take a message that was altered', async () => {
    for (const dialled of [current, former]) {
      const message = await dialling(profile, dialled).write();
      const altered = flipped(message, 8 * message.length - 1);
      expect((await rejectionOf(answering(profile).read(altered))).code).toBe('NOISE_DECRYPT_FAILED');
    }
  });

  it('leave no secret behind, whether one of them fits or none [S1.4]', async () => {
    for (const dialled of [former, stranger]) {
      const { suite, recording } = recordingSuite();
      const server = answering(profile, { suite });
      await server.read(await dialling(profile, dialled).write()).catch(() => {});
      server.destroy();
      expect(recording.secrets.length).toBeGreaterThan(0);
      expect(notWiped(recording)).toEqual([]);
    }
    expect([current, former, older].map(({ destroyed }) => destroyed)).toEqual([false, false, false]);
  });

  it('are not answered to any more once they are destroyed, though the handshake had begun', async () => {
    const ending = deriveNoiseKeyPair(SERVER_SEED, 'server#0');
    const toEnding = await dialling(profile, ending).write();
    const toOlder = await dialling(profile, older).write();
    const servers = [0, 1].map(() => answering(profile, { formerNoiseKeys: [ending, older] }));
    ending.destroy();
    expect((await rejectionOf((servers[0] as ProfileHandshake).read(toEnding))).code).toBe(
      'NOISE_DECRYPT_FAILED',
    );
    await (servers[1] as ProfileHandshake).read(toOlder);
  });

  it('claim the first message once, in whichever key it was for (P8 W-58)', async () => {
    const replayCache = createReplayCache();
    const message = await dialling(profile, older).write();
    await answering(profile, { replayCache }).read(message);
    expect((await rejectionOf(answering(profile, { replayCache }).read(message))).code).toBe(
      'PATTERNS_REPLAYED',
    );
  });

  it('are checked like the current one [S4.1]', () => {
    const weak = x25519.importKeyPair(Uint8Array.from({ length: 32 }, (_, at) => (at === 0 ? 7 : 0)));
    const cases: readonly (readonly [unknown, string | undefined])[] = [
      [[former, weak], 'PATTERNS_WEAK_KEY'],
      [[{ ...former, publicKey: filled(1).slice(1), destroy() {} }], 'PATTERNS_KEY_LENGTH'],
    ];
    for (const [given, code] of cases) {
      expect(thrownBy(() => answering(profile, { formerNoiseKeys: given })).code).toBe(code);
    }
    const tooMany = [former, older, stranger];
    for (const given of [former, [undefined], [{ publicKey: filled(1) }], tooMany]) {
      expect(() => answering(profile, { formerNoiseKeys: given })).toThrow(TypeError);
    }
  });

  it('are what the list held when the handshake began', async () => {
    const list = [former];
    const server = answering(profile, { formerNoiseKeys: list });
    list.length = 0;
    await server.read(await dialling(profile, former).write());
  });

  it('are read with as few operations as the current key, if it is the one that was dialled', async () => {
    const { suite } = recordingSuite();
    const dh = vi.spyOn(suite.dh, 'dh');
    await answering(profile, { suite }).read(await dialling(profile, current).write());
    const alone = dh.mock.calls.length;
    await answering(profile, { suite }).read(await dialling(profile, older).write());
    expect(dh.mock.calls.length - alone).toBe(alone + 2);
  });
});

describe('the identity payload of IK', () => {
  it('has to be bound to the key that was addressed, and to no other one (N8 §1.5, W-01)', async () => {
    const { IK } = PROFILES;
    // What was signed for the current key, in a message for the former one.
    const honest = await dialling(IK, current).write();
    const read = bareOf(IK, 'responder', { s: current });
    if (read.turn !== 'read') throw new Error('the responder speaks first');
    const { payload } = read.read(honest);
    const { message } = bareWrite(bareOf(IK, 'initiator', { rs: former.publicKey }), payload);
    expect((await rejectionOf(answering(IK).read(message))).code).toBe('PATTERNS_IDENTITY_UNVERIFIED');
  });
});
