import { describe, expect, it } from 'vitest';
import { type Dialled, type DialOptions, dialPeer } from '../../src/handshake/dialling.ts';
import { createProfileHandshake, type ProfileHandshake } from '../../src/handshake/handshake.ts';
import { offerProfiles } from '../../src/handshake/negotiation.ts';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import { createMemoryPinStore, type PinStore } from '../../src/rules/pinning.ts';
import { createPatternPolicy } from '../../src/selection/policy.ts';
import type { AnySession } from '../../src/sessions/session.ts';
import { CLIENT_IDENTITY, SERVER_IDENTITY, SERVER_NOISE_KEY, SERVER_SEED } from '../../src/testing.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { clientKey, clientSigner, serverKey } from '../peers.ts';

const hot = { noiseKey: clientKey, signer: clientSigner };
const cold = { noiseKey: clientKey };
const offer = offerProfiles({
  profiles: Object.values(PROFILES),
  noiseKey: serverKey,
  signer: createIdentitySigner(SERVER_SEED),
  allowStatic: 'anyone',
});

function dial(options: Partial<DialOptions> = {}): Promise<Dialled> {
  return dialPeer({ peer: { name: 'shop' }, own: hot, ...options });
}

/** Answers what was dialled, as the listener of all patterns does, and returns both sessions. */
async function answered(
  { handshake, patternByte }: Dialled,
  listener = offer,
): Promise<readonly [AnySession, AnySession]> {
  const responder = listener(patternByte) as ProfileHandshake<AnySession>;
  while (handshake.turn !== 'done') {
    if (handshake.turn === 'write') await responder.read(await handshake.write());
    else await handshake.read(await responder.write());
  }
  return [handshake.finish(), responder.finish()];
}

describe('dialPeer', () => {
  it('pins at first contact by XX and upgrades to IK and IK-raw by itself [S3.3] (P8 W-16)', async () => {
    const pins = createMemoryPinStore();
    const first = await dial({ pins });
    expect(first.selection.pattern).toBe('XX');
    await answered(first);
    expect((await pins.get('shop'))?.noiseKey).toEqual(SERVER_NOISE_KEY);

    const second = await dial({ pins });
    expect(second.selection.pattern).toBe('IK');
    const [client, server] = await answered(second);
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    expect(server.remoteIdentity).toEqual(CLIENT_IDENTITY);

    const third = await dial({ pins, own: cold });
    expect(third.selection.pattern).toBe('IK-raw');
    await answered(third);
  });

  it('does not pin a peer that has not proven its key', async () => {
    const pins = createMemoryPinStore();
    const { handshake } = await dial({ pins });
    await handshake.write();
    await rejectionOf(handshake.read(new Uint8Array(96)));
    expect(await pins.get('shop')).toBeUndefined();
    expect((await dial({ pins })).selection.pattern).toBe('XX');
  });

  it('never reaches another peer under the same name once it is pinned (P8 W-16)', async () => {
    const pins = createMemoryPinStore();
    await answered(await dial({ pins }));
    const impostor = offerProfiles({
      profiles: [PROFILES.IK],
      noiseKey: deriveNoiseKeyPair(filled(9), 'impostor'),
    });
    expect(await rejectionOf(answered(await dial({ pins }), impostor))).toMatchObject({
      code: 'NOISE_DECRYPT_FAILED',
    });
  });

  it('holds the first contact against a key somebody told, and pins it if it is that one (P8 W-16)', async () => {
    const pins = createMemoryPinStore();
    const right = { name: 'shop', unverifiedStatic: SERVER_NOISE_KEY };
    const wrong = { name: 'shop', unverifiedStatic: clientKey.publicKey };
    const refused = await dial({ peer: wrong, pins });
    expect(refused.selection.pattern).toBe('XX');
    expect(await rejectionOf(answered(refused))).toMatchObject({
      code: 'PATTERNS_STATIC_UNEXPECTED',
      context: { expected: '04f4550e826c1bb8', presented: '2b092dbb9be545db' },
    });
    expect(await pins.get('shop')).toBeUndefined();
    await answered(await dial({ peer: right, pins }));
    expect((await pins.get('shop'))?.noiseKey).toEqual(SERVER_NOISE_KEY);
    await answered(await dial({ peer: right }));
  });

  it('refuses a pin that differs from the key the peer is dialled with, showing both', async () => {
    const pins = createMemoryPinStore();
    await answered(await dial({ pins }));
    for (const told of ['verifiedStatic', 'unverifiedStatic']) {
      const peer = { name: 'shop', [told]: clientKey.publicKey };
      expect(await rejectionOf(dial({ peer, pins }))).toMatchObject({
        code: 'PATTERNS_KEYS_DIFFER',
        wireCode: 5000,
      });
    }
  });

  it('uses a verified key at once, whatever else is known', async () => {
    const peer = { name: 'shop', verifiedStatic: SERVER_NOISE_KEY, unverifiedStatic: SERVER_NOISE_KEY };
    const { selection, shownIdentity } = await dial({ peer, require: 'server-identity' });
    expect(selection.pattern).toBe('IK');
    expect(shownIdentity).toEqual(CLIENT_IDENTITY);
    expect((await dial({ peer, own: cold })).selection.pattern).toBe('IK-raw');
    const unpublished = await dial({ peer, own: { ...cold, published: false } });
    expect(unpublished.selection.pattern).toBe('IK-raw');
    expect(unpublished.shownIdentity).toBeUndefined();
  });

  it('stays unnamed over N, and over NN with an identity of its own each time [S3.2]', async () => {
    const peer = { name: 'shop', identity: SERVER_IDENTITY, verifiedStatic: SERVER_NOISE_KEY };
    const oneWay = await dial({ peer, anonymous: true, answerNeeded: false });
    expect([oneWay.selection.pattern, oneWay.shownIdentity]).toEqual(['N', undefined]);
    const [, received] = await answered(oneWay);
    expect([received.remoteStatic, received.remoteIdentity]).toEqual([undefined, undefined]);

    const twoWay = await dial({ peer, anonymous: true });
    expect(twoWay.selection.pattern).toBe('NN');
    const [client, server] = await answered(twoWay);
    expect(client.remoteIdentity).toEqual(SERVER_IDENTITY);
    expect(server.remoteIdentity).toEqual(twoWay.shownIdentity);
    expect(twoWay.shownIdentity).not.toEqual(CLIENT_IDENTITY);
    expect((await dial({ peer, anonymous: true })).shownIdentity).not.toEqual(twoWay.shownIdentity);
  });

  it('never names its caller because a pattern is switched off', async () => {
    const peer = { name: 'shop', verifiedStatic: SERVER_NOISE_KEY };
    const policy = createPatternPolicy({ off: { initiator: ['N'] } });
    expect(await rejectionOf(dial({ peer, policy, anonymous: true, answerNeeded: false }))).toMatchObject({
      code: 'PATTERNS_NO_PATTERN_ALLOWED',
    });
  });

  it('asks verifyStatic where there are no pins, and refuses to trust without a reason', async () => {
    await answered(await dial({ verifyStatic: () => true }));
    expect(await rejectionOf(answered(await dial({ verifyStatic: () => false })))).toMatchObject({
      code: 'PATTERNS_STATIC_REFUSED',
    });
    expect(await rejectionOf(dial())).toMatchObject({ code: 'PATTERNS_TRUST_MISSING' });
  });

  it('asks verifyStatic before anything is pinned, whatever else is known (P8 W-16) [S3.3]', async () => {
    const asked = { times: 0 };
    const verifyStatic = () => {
      asked.times += 1;
      return false;
    };
    const pins = createMemoryPinStore();
    const told = { name: 'shop', unverifiedStatic: SERVER_NOISE_KEY };
    for (const options of [{ pins }, { peer: told }, { pins, peer: told }]) {
      expect(await rejectionOf(answered(await dial({ ...options, verifyStatic })))).toMatchObject({
        code: 'PATTERNS_STATIC_REFUSED',
      });
    }
    expect(asked.times).toBe(3);
    expect(await pins.get('shop')).toBeUndefined();
  });

  it('demands a key it knows in XX too, and never pins another one (P8 W-16)', async () => {
    const impostor = offerProfiles({
      profiles: [PROFILES.XX],
      noiseKey: deriveNoiseKeyPair(filled(9), 'impostor'),
      allowStatic: 'anyone',
    });
    const policies = [
      createPatternPolicy({ off: { initiator: ['IK'] }, fallback: ['XX'] }),
      createPatternPolicy({ experiment: { name: 'x', arms: [{ name: 'xx', weight: 1, prefer: 'XX' }] } }),
    ];
    const peer = { name: 'shop', verifiedStatic: SERVER_NOISE_KEY };
    for (const policy of policies) {
      for (const pins of [createMemoryPinStore(), undefined]) {
        const dialled = await dial({ peer, pins, policy, require: 'server-identity' });
        expect(dialled.selection.pattern).toBe('XX');
        expect(await rejectionOf(answered(dialled, impostor))).toMatchObject({
          code: 'PATTERNS_STATIC_UNEXPECTED',
        });
        expect(await pins?.get('shop')).toBeUndefined();
        await answered(await dial({ peer, pins, policy }));
      }
    }
  });

  it('holds the pin it has read, though it be removed meanwhile', async () => {
    const pins = createMemoryPinStore();
    await answered(await dial({ pins }));
    const policy = createPatternPolicy({ off: { initiator: ['IK', 'IK-raw'] }, fallback: ['XX'] });
    const dialled = await dial({ pins, policy });
    await pins.remove('shop');
    const impostor = offerProfiles({
      profiles: [PROFILES.XX],
      noiseKey: deriveNoiseKeyPair(filled(9), 'impostor'),
      allowStatic: 'anyone',
    });
    expect(await rejectionOf(answered(dialled, impostor))).toMatchObject({
      code: 'PATTERNS_STATIC_UNEXPECTED',
    });
  });

  it('promises nobody’s name by a key that is not published', async () => {
    const peer = { name: 'shop', verifiedStatic: SERVER_NOISE_KEY };
    const own = { ...hot, published: false };
    const policy = createPatternPolicy({ off: { initiator: ['IK'] }, fallback: ['IK-raw', 'XX'] });
    expect((await dial({ peer, own })).selection.pattern).toBe('IK');
    for (const require of ['client-identity', 'mutual-identity'] as const) {
      expect(await rejectionOf(dial({ peer, own, policy, require }))).toMatchObject({
        code: 'PATTERNS_NO_PATTERN_ALLOWED',
      });
      const unpublished = { ...cold, published: false };
      expect(await rejectionOf(dial({ peer, own: unpublished, require }))).toMatchObject({
        code: 'PATTERNS_NO_PATTERN_ALLOWED',
      });
    }
  });

  it('copies what it is told before it asks anybody', async () => {
    const peer = {
      name: 'shop',
      verifiedStatic: Buffer.from(SERVER_NOISE_KEY),
      identity: Buffer.from(SERVER_IDENTITY),
    };
    const pins: PinStore = {
      get: async () => {
        peer.verifiedStatic.fill(9);
        peer.identity.fill(9);
        peer.name = 'other';
        return undefined;
      },
      keep: async (_, pin) => pin,
      remove: async () => {},
    };
    const [client] = await answered(await dial({ peer, pins }));
    expect(client.remoteStatic).toEqual(SERVER_NOISE_KEY);
    const fresh = { ...peer, identity: Buffer.from(SERVER_IDENTITY), verifiedStatic: undefined };
    const [named] = await answered(await dial({ peer: fresh, pins, anonymous: true }));
    expect(named.remoteIdentity).toEqual(SERVER_IDENTITY);
  });

  it('refuses keys of a wrong length before it asks anybody', async () => {
    for (const key of ['identity', 'verifiedStatic', 'unverifiedStatic']) {
      const peer = { name: 'shop', [key]: new Uint8Array(5) };
      expect(await rejectionOf(dial({ peer, pins: createMemoryPinStore() }))).toMatchObject({
        code: 'PATTERNS_KEY_LENGTH',
      });
    }
  });

  it('refuses a told key that is not the verified one (P8 W-14)', async () => {
    const peer = {
      name: 'shop',
      verifiedStatic: SERVER_NOISE_KEY,
      unverifiedStatic: clientKey.publicKey,
    };
    expect(await rejectionOf(dial({ peer }))).toMatchObject({
      code: 'PATTERNS_KEYS_DIFFER',
      context: {
        known: '2b092dbb9be545db',
        knownFrom: 'verified',
        other: '04f4550e826c1bb8',
        otherFrom: 'unverified',
      },
    });
  });

  it('upgrades after first contact also for a key somebody told', async () => {
    const pins = createMemoryPinStore();
    const peer = { name: 'shop', unverifiedStatic: SERVER_NOISE_KEY };
    await answered(await dial({ peer, pins }));
    const { selection, pinnedStatic } = await dial({ peer, pins });
    expect([selection.pattern, pinnedStatic]).toEqual(['IK', SERVER_NOISE_KEY]);
  });

  it('assigns arms by the name of the peer, and passes the padding on [O6]', async () => {
    const policy = createPatternPolicy({
      experiment: { name: 'x', arms: [{ name: 'all', weight: 1, prefer: 'IK-raw' }] },
    });
    const peer = { name: 'shop', verifiedStatic: SERVER_NOISE_KEY };
    expect((await dial({ peer, policy })).selection.arm).toEqual({ experiment: 'x', name: 'all' });
    const lengths = await Promise.all(
      [true, false].map(
        async (padIdentity) => (await (await dial({ peer, padIdentity })).handshake.write()).length,
      ),
    );
    expect(lengths).toEqual([670, 603]);
  });

  it('says so if it is given the settings of a policy in place of one', async () => {
    const policy = { off: { initiator: ['XX'] } } as never;
    expect(await rejectionOf(dial({ pins: createMemoryPinStore(), policy }))).toBeInstanceOf(TypeError);
  });

  it('hands out a copy of the throw-away identity', async () => {
    const peer = { name: 'shop', identity: SERVER_IDENTITY };
    const dialled = await dial({ peer, anonymous: true });
    dialled.shownIdentity?.fill(0);
    await answered(dialled);
  });

  it('fails closed if the pin store does [F3]', async () => {
    const broken: PinStore = {
      get: () => Promise.reject(new Error('disk')),
      keep: () => Promise.reject(new Error('disk')),
      remove: async () => {},
    };
    expect(await rejectionOf(dial({ pins: broken }))).toMatchObject({
      code: 'PATTERNS_TRUST_FAILED',
      retryable: true,
    });
    const garbage = { ...broken, get: async () => ({ noiseKey: filled(1).subarray(1), pinnedAtMs: 0 }) };
    expect(await rejectionOf(dial({ pins: garbage }))).toMatchObject({ code: 'PATTERNS_TRUST_FAILED' });
  });

  it('is refused weak keys like everybody else [S4.1]', async () => {
    const peer = { name: 'shop', verifiedStatic: new Uint8Array(32) };
    expect(await rejectionOf(dial({ peer }))).toMatchObject({ code: 'PATTERNS_WEAK_KEY' });
  });

  it('leaves nothing of createProfileHandshake out: prologue and suite are passed on', async () => {
    const { handshake } = await dial({ verifyStatic: () => true, prologue: 'other' });
    const responder = createProfileHandshake({
      profile: PROFILES.XX,
      role: 'responder',
      noiseKey: serverKey,
      allowStatic: 'anyone',
      prologue: 'other',
    });
    await responder.read(await handshake.write());
    await handshake.read(await responder.write());
    await responder.read(await handshake.write());
    expect(handshake.finish().id).toEqual(responder.finish().id);
  });
});
