import type { KeyPair, Role, Suite } from '@pubky-paykit/noise-core';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import { describe, expect, it, vi } from 'vitest';
import type { ProfileHandshake } from '../../src/handshake/handshake.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { CLIENT_IDENTITY, IDENTITY_PAYLOAD_JSON } from '../../src/testing.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import {
  bareOf,
  bareRead,
  bareWrite,
  clientKey,
  clientSigner,
  initiatorOf,
  responderOf,
  SUITE,
} from '../peers.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
const ROLES = ['initiator', 'responder'] as const;
const PEERS = { initiator: initiatorOf, responder: responderOf } as const;
const NOISE_WEAK_KEY = { code: 'NOISE_WEAK_KEY', wireCode: 7000 };

/** Runs an honest handshake up to the message at `index`, which is returned and not delivered. */
async function upTo(profile: Profile, index: number) {
  let [sender, receiver] = [initiatorOf(profile), responderOf(profile)];
  for (let at = 0; at < index; at++) {
    await receiver.read(await sender.write());
    [sender, receiver] = [receiver, sender];
  }
  return { message: await sender.write(), receiver };
}

/** What a side says to a message, at once or when it goes on. */
async function verdictOn(receiver: ProfileHandshake, message: Uint8Array) {
  const error = await rejectionOf(receiver.read(message).then(() => receiver.write()));
  expect((await rejectionOf(receiver.write())).code).toBe('PATTERNS_HANDSHAKE_ENDED');
  return error;
}

/** Every message that begins with an ephemeral key. */
const EPHEMERALS = ALL.flatMap((profile) =>
  profile.noise.messages.flatMap((tokens, index) =>
    tokens[0] === 'e' ? [[profile.name, index + 1, profile] as const] : [],
  ),
);

/** Every message that carries a static key. */
const STATICS = ALL.flatMap((profile) =>
  profile.noise.messages.flatMap((tokens, index) =>
    (tokens as readonly string[]).includes('s') ? [[profile.name, index + 1, profile] as const] : [],
  ),
);

/** A message whose sender claims a static key of low order, and pretends to have the secret of it. */
async function claiming(profile: Profile, index: number, point: Uint8Array) {
  const fake = { ...clientKey, publicKey: point } as KeyPair;
  const dh: Suite['dh'] = {
    ...x25519,
    dh: (local, remote) => (local === fake ? filled(1) : x25519.dh(local, remote)),
  };
  const role: Role = index % 2 === 0 ? 'initiator' : 'responder';
  const receiver = PEERS[role === 'initiator' ? 'responder' : 'initiator'](profile);
  let sender = bareOf(profile, role, { s: fake, suite: { ...SUITE, dh } });
  for (let at = 0; at < index; at++) {
    if (sender.turn === 'read') {
      sender = bareRead(sender, await receiver.write());
    } else {
      const { message, next } = bareWrite(sender);
      await receiver.read(message);
      sender = next;
    }
  }
  const payload = profile.name === 'IK' ? new TextEncoder().encode(IDENTITY_PAYLOAD_JSON) : undefined;
  return { message: bareWrite(sender, payload).message, receiver };
}

describe('the points of low order', () => {
  it('are all 14 spellings of N8 §3.1', () => {
    expect(new Set(LOW_ORDER_POINTS.map(String)).size).toBe(14);
  });
});

describe.each(
  ALL.filter(({ options }) => (options.initiator.required as readonly string[]).includes('remoteStatic')),
)('a low-order key that is dialled with $name', (profile) => {
  it('is refused before anybody signs or sends [S4.1] (W-02, W-03, IV-1, CK-10, A-3, P8 W-12)', () => {
    const sign = vi.fn((message: Uint8Array) => clientSigner.sign(message));
    const signer = profile.name === 'IK' ? { signer: { publicKey: CLIENT_IDENTITY, sign } } : {};
    for (const remoteStatic of LOW_ORDER_POINTS) {
      expect(thrownBy(() => initiatorOf(profile, { remoteStatic, ...signer }))).toMatchObject({
        code: 'PATTERNS_WEAK_KEY',
        wireCode: 7000,
        context: { key: 'remote static' },
      });
    }
    expect(sign).not.toHaveBeenCalled();
  });
});

describe.each(EPHEMERALS)('a low-order ephemeral key in %s, message %d', (_, number, profile) => {
  it('ends the handshake before anything else is said [S4.1] (W-03, A-3, P8 W-12)', async () => {
    for (const point of LOW_ORDER_POINTS) {
      const { message, receiver } = await upTo(profile, number - 1);
      message.set(point);
      expect(await verdictOn(receiver, message)).toMatchObject(NOISE_WEAK_KEY);
    }
  });
});

describe.each(STATICS)('a low-order static key sent encrypted in %s, message %d', (_, number, profile) => {
  it('ends the handshake [S4.1] (W-02, W-03, A-3, P8 W-12)', async () => {
    for (const point of LOW_ORDER_POINTS) {
      const { message, receiver } = await claiming(profile, number - 1, point);
      expect(await verdictOn(receiver, message)).toMatchObject(NOISE_WEAK_KEY);
    }
  });
});

describe('the matrix', () => {
  it('has every position there is', () => {
    expect(EPHEMERALS.map(([name, number]) => `${name} ${number}`)).toEqual([
      'IK 1',
      'IK 2',
      'IK-raw 1',
      'IK-raw 2',
      'N 1',
      'NN 1',
      'NN 2',
      'XX 1',
      'XX 2',
    ]);
    expect(STATICS.map(([name, number]) => `${name} ${number}`)).toEqual([
      'IK 1',
      'IK-raw 1',
      'XX 2',
      'XX 3',
    ]);
  });
});

const HOLDERS = ALL.flatMap((profile) =>
  ROLES.filter((role) => (profile.options[role].required as readonly string[]).includes('noiseKey')).map(
    (role) => [profile.name, role, profile] as const,
  ),
);

describe.each(HOLDERS)('an all-zero local secret in %s at the %s', (_, role, profile) => {
  it('is refused, and all that clamp to the same [S4.1] (CK-12, KD-3, A-3)', () => {
    for (const [first, last] of [
      [7, 0],
      [0, 0x40],
      [1, 0xc0],
    ] as const) {
      const secret = filled(0);
      secret[0] = first;
      secret[31] = last;
      const noiseKey = x25519.importKeyPair(secret);
      expect(thrownBy(() => PEERS[role](profile, { noiseKey }))).toMatchObject({
        code: 'PATTERNS_WEAK_KEY',
        wireCode: 7000,
        context: { key: 'local static' },
      });
    }
  });
});

describe('an all-zero secret', () => {
  it('does not even become a key pair [S4.1] (KD-1)', () => {
    expect(thrownBy(() => x25519.importKeyPair(filled(0)))).toMatchObject({ wireCode: 7000 });
  });
});
