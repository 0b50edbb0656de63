import type { Role } from '@pubky-paykit/noise-core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { PROFILES } from '../../src/profiles/catalogue.ts';
import type { OptionName, Profile } from '../../src/profiles/profile.ts';
import type { Session } from '../../src/sessions/session.ts';
import { connect, initiatorOf, responderOf } from '../peers.ts';

const ALL: readonly Profile[] = Object.values(PROFILES);

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const contexts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.uint8Array({ maxLength: 40 }));
const prologues = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.uint8Array({ maxLength: 1_024 }),
);
const plaintexts = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 200 }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(0, 16, 32_768, 65_518, 65_519).map((size) => new Uint8Array(size)),
  },
);
/** Sending and receiving in any order: what is on its way waits. */
const traffic = fc.array(
  fc.record({ by: fc.constantFrom<Role>('initiator', 'responder'), plaintext: fc.option(plaintexts) }),
  { maxLength: 12 },
);

/** Those of the values that the profile takes at this role. */
function chosen(
  profile: Profile,
  role: Role,
  values: Readonly<Partial<Record<OptionName, unknown>>>,
): object {
  const { required } = profile.options[role];
  return Object.fromEntries(required.flatMap((name) => (values[name] ? [[name, values[name]]] : [])));
}

/** Sends what there is to send, and receives, in order, where there is nothing. */
function exchange(
  sessions: Readonly<Record<Role, Session>>,
  steps: readonly { by: Role; plaintext: Uint8Array | null }[],
) {
  const onTheWay: Record<Role, { ciphertext: Uint8Array; plaintext: Uint8Array }[]> = {
    initiator: [],
    responder: [],
  };
  const counts = { initiator: { sent: 0n, received: 0n }, responder: { sent: 0n, received: 0n } };
  for (const { by, plaintext } of steps) {
    const peer = by === 'initiator' ? 'responder' : 'initiator';
    if (plaintext !== null) {
      if (sessions[by].oneWay && by === 'responder') continue;
      onTheWay[peer].push({ ciphertext: sessions[by].encrypt(plaintext), plaintext });
      counts[by].sent += 1n;
    } else {
      const next = onTheWay[by].shift();
      if (next === undefined) continue;
      expect(sessions[by].decrypt(next.ciphertext)).toEqual(next.plaintext);
      counts[by].received += 1n;
    }
  }
  return counts;
}

describe.each(ALL)('$name', (profile) => {
  it('makes both ends agree: any keys, any payload sizes, any interleaving [S3.1] (PT-12, SR-2, SR-3)', async () => {
    const keys = fc.record({ client: seeds, server: seeds, context: contexts, prologue: prologues });
    await fc.assert(
      fc.asyncProperty(keys, traffic, async ({ client, server, context, prologue }, steps) => {
        using clientSigner = createIdentitySigner(client);
        using serverSigner = createIdentitySigner(server);
        using clientKey = deriveNoiseKeyPair(client, context);
        using serverKey = deriveNoiseKeyPair(server, context);
        const first = initiatorOf(profile, {
          ...chosen(profile, 'initiator', {
            noiseKey: clientKey,
            remoteStatic: serverKey.publicKey,
            signer: clientSigner,
            expectedIdentity: serverSigner.publicKey,
            trust: { expectedStatic: serverKey.publicKey },
          }),
          prologue,
        });
        const second = responderOf(profile, {
          ...chosen(profile, 'responder', { noiseKey: serverKey, signer: serverSigner }),
          prologue,
        });
        const [one, two] = (await connect(first, second)).sessions;

        expect(one.id).toEqual(two.id);
        const { initiator, responder } = profile.guarantees;
        expect(two.remoteStatic).toEqual(responder.proves.remoteStatic ? clientKey.publicKey : undefined);
        expect(two.remoteIdentity).toEqual(
          responder.proves.remoteIdentity ? clientSigner.publicKey : undefined,
        );
        if (initiator.proves.remoteStatic) expect(one.remoteStatic).toEqual(serverKey.publicKey);
        expect(one.remoteIdentity).toEqual(
          initiator.proves.remoteIdentity ? serverSigner.publicKey : undefined,
        );

        // The attestations of NN are the first messages of its transport.
        const before = profile.completion.length === 0 ? 0n : 1n;
        const counts = exchange({ initiator: one, responder: two }, steps);
        for (const [session, role] of [
          [one, 'initiator'],
          [two, 'responder'],
        ] as const) {
          expect(session.sent).toBe(before + counts[role].sent);
          expect(session.received).toBe(before + counts[role].received);
          const by = profile.confirmedBy[role];
          expect(session.confirmed).toBe(
            by === 'handshake' || (by === 'first-message' && counts[role].received > 0n),
          );
        }
      }),
      { numRuns: effort(40) },
    );
  });

  it('opens no session whenever the prologues differ (N8 §1.9)', async () => {
    await fc.assert(
      fc.asyncProperty(seeds, seeds, async (mine, yours) => {
        fc.pre(mine.some((byte, at) => byte !== yours[at]));
        const [first, second] = [
          initiatorOf(profile, { prologue: mine }),
          responderOf(profile, { prologue: yours }),
        ];
        await expect(connect(first, second)).rejects.toMatchObject({ code: 'NOISE_DECRYPT_FAILED' });
      }),
      { numRuns: effort(20) },
    );
  });
});
