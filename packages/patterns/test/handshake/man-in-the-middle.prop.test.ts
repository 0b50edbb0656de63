import type { Role } from '@pubky-paykit/noise-core';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { ProfileName } from '../../src/profiles/pattern-names.ts';
import type { Profile } from '../../src/profiles/profile.ts';
import { createReplayCache } from '../../src/rules/replay-cache.ts';
import { CLIENT_IDENTITY, CLIENT_NOISE_KEY, SERVER_IDENTITY, SERVER_NOISE_KEY } from '../../src/testing.ts';
import {
  attackedNetwork,
  attacksOn,
  expectAgreementOrNothing,
  expectHonestSession,
  plunder,
} from '../attacks.ts';
import { filled } from '../bytes.ts';
import { converse, type Side } from '../network.ts';
import { connect, initiatorOf, responderOf } from '../peers.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);
const ROLES = ['initiator', 'responder'] as const;

/** A responder that shares the cache, if its profile cannot do without. */
function respond(profile: Profile, replayCache: ReturnType<typeof createReplayCache>) {
  const required: readonly string[] = profile.options.responder.required;
  return responderOf(profile, required.includes('replayCache') ? { replayCache } : {});
}

describe.each(ALL)('a man in the middle of $name who holds no static key', (profile) => {
  it('changes nothing without detection: alters, reorders, drops, reflects, replays, replaces', async () => {
    const replayCache = createReplayCache();
    const loot = await plunder(replayCache);
    const both = { initiator: profile, responder: profile };
    await fc.assert(
      fc.asyncProperty(attacksOn(profile.name), async (actions) => {
        const sides = await converse(
          initiatorOf(profile),
          respond(profile, replayCache),
          attackedNetwork(actions, loot),
        );
        for (const role of ROLES) expectHonestSession(role, both, sides, loot);
        expectAgreementOrNothing(sides);
      }),
      { numRuns: effort(160) },
    );
  });

  it('reads no key, no identity and no word of either side in what passes by', async () => {
    const [first, second] = [initiatorOf(profile), respond(profile, createReplayCache())];
    const { sessions, messages } = await connect(first, second);
    const passing = [...messages, sessions[0].encrypt(encodeUtf8('a word between us'))];
    const secrets = [CLIENT_NOISE_KEY, SERVER_NOISE_KEY, CLIENT_IDENTITY, SERVER_IDENTITY].map((key) =>
      hex.encode(key),
    );
    for (const message of passing) {
      for (const secret of [...secrets, hex.encode(encodeUtf8('a word between us'))]) {
        expect(hex.encode(message)).not.toContain(secret);
      }
    }
  });

  it('is not needed for a session: without one there always is one', async () => {
    const sides = await converse(initiatorOf(profile), respond(profile, createReplayCache()));
    expect(Object.values(sides).map(({ session }: Side) => session?.pattern)).toEqual([
      profile.name,
      profile.name,
    ]);
    expectAgreementOrNothing(sides);
  });
});

const mallory = {
  noiseKey: deriveNoiseKeyPair(filled(0x66), 'mallory'),
  signer: createIdentitySigner(filled(0x66)),
};

/** Those of Mallory's keys that a side of a profile takes. */
function keysFor(profile: Profile, role: Role): object {
  const required: readonly string[] = profile.options[role].required;
  return Object.fromEntries(Object.entries(mallory).filter(([name]) => required.includes(name)));
}

/** Who notices that the server has Mallory's keys, and how. */
const IMPOSTORS: Readonly<Record<ProfileName, readonly [by: Role, code: string]>> = {
  IK: ['responder', 'NOISE_DECRYPT_FAILED'],
  'IK-raw': ['responder', 'NOISE_DECRYPT_FAILED'],
  N: ['responder', 'NOISE_DECRYPT_FAILED'],
  NN: ['initiator', 'PATTERNS_ATTESTATION_WRONG_IDENTITY'],
  XX: ['initiator', 'PATTERNS_STATIC_UNEXPECTED'],
};

describe.each(ALL)('a man in the middle of $name with keys of his own', (profile) => {
  it('is no server for the client', async () => {
    const sides = await converse(initiatorOf(profile), responderOf(profile, keysFor(profile, 'responder')));
    const [by, code] = IMPOSTORS[profile.name];
    expect(sides[by].code).toBe(code);
    expect(sides.responder.session).toBeUndefined();
    expect(sides.initiator.session?.pattern).toBe(profile.name === 'N' ? 'N' : undefined);
  });

  it('is himself for the server, and never the client', async () => {
    const { sessions } = await connect(
      initiatorOf(profile, keysFor(profile, 'initiator')),
      responderOf(profile),
    );
    const { proves } = profile.guarantees.responder;
    const { remoteStatic, remoteIdentity } = sessions[1];
    expect(remoteStatic).toEqual(proves.remoteStatic ? mallory.noiseKey.publicKey : undefined);
    expect(remoteIdentity).toEqual(proves.remoteIdentity ? mallory.signer.publicKey : undefined);
  });
});
