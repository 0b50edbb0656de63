import { equalBytes, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createProfileHandshake } from '../../src/handshake/handshake.ts';
import { decodeIdentityPayload } from '../../src/identity/identity-payload.ts';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../../src/identity/key-derivation.ts';
import { IK } from '../../src/profiles/ik.ts';
import { CLIENT_IDENTITY, IDENTITY_PAYLOAD_JSON } from '../../src/testing.ts';
import { bareFirstMessage, connect, initiator, responder } from '../peers.ts';

const seeds = fc.uint8Array({ minLength: 32, maxLength: 32 });
const contexts = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.uint8Array({ maxLength: 40 }));
const prologues = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.uint8Array({ maxLength: 1_024 }),
);
const messages = fc.array(
  fc.record({ fromClient: fc.boolean(), plaintext: fc.uint8Array({ maxLength: 200 }) }),
  { maxLength: 8 },
);

/** Every code a responder may give for a message 1 made by somebody else. */
const REFUSALS = [
  'NOISE_DECRYPT_FAILED',
  'NOISE_MESSAGE_TOO_SHORT',
  'NOISE_MESSAGE_TOO_LONG',
  'NOISE_WEAK_KEY',
  'PATTERNS_PAYLOAD_INVALID',
  'PATTERNS_IDENTITY_UNVERIFIED',
  'PATTERNS_WEAK_KEY',
];

async function refusalOf(message: Uint8Array): Promise<string | undefined> {
  try {
    await responder().read(message);
    return undefined;
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return error.code;
  }
}

describe('createProfileHandshake', () => {
  it('makes both ends agree on id, keys and messages, for any keys and prologues', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          client: seeds,
          server: seeds,
          context: contexts,
          prologue: prologues,
          pad: fc.boolean(),
        }),
        messages,
        async ({ client, server, context, prologue, pad }, traffic) => {
          using signer = createIdentitySigner(client);
          using clientKey = deriveNoiseKeyPair(client, context);
          using serverKey = deriveNoiseKeyPair(server, context);
          const { sessions } = await connect(
            createProfileHandshake({
              profile: IK,
              role: 'initiator',
              noiseKey: clientKey,
              signer,
              remoteStatic: serverKey.publicKey,
              prologue,
              padIdentity: pad,
            }),
            createProfileHandshake({ profile: IK, role: 'responder', noiseKey: serverKey, prologue }),
          );
          const [one, two] = sessions;
          expect(one.id).toEqual(two.id);
          expect(two.remoteIdentity).toEqual(signer.publicKey);
          expect(two.remoteStatic).toEqual(clientKey.publicKey);
          expect(one.remoteStatic).toEqual(serverKey.publicKey);
          for (const { fromClient, plaintext } of traffic) {
            const [sender, receiver] = fromClient ? [one, two] : [two, one];
            expect(receiver.decrypt(sender.encrypt(plaintext))).toEqual(plaintext);
          }
          expect(one.confirmed).toBe(true);
          expect(two.confirmed).toBe(traffic.some(({ fromClient }) => fromClient));
        },
      ),
      { numRuns: effort(60) },
    );
  });

  it('fails at message 1 whenever the prologues differ', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 64 }),
        fc.uint8Array({ maxLength: 64 }),
        async (mine, yours) => {
          fc.pre(!equalBytes(mine, yours));
          const m1 = await initiator({ prologue: mine }).write();
          await expect(responder({ prologue: yours }).read(m1)).rejects.toMatchObject({
            code: 'NOISE_DECRYPT_FAILED',
          });
        },
      ),
      { numRuns: effort(30) },
    );
  });

  it('gives a listed code for any bytes in place of message 1', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 700 }), async (message) => {
        expect(REFUSALS).toContain(await refusalOf(message));
      }),
    );
  });

  it('never yields another identity, whatever JSON a holder of the static key sends', async () => {
    const numbers = fc.constantFrom('0', '1', '255', '256', '-1', '1.5', '01');
    const at = fc.nat(IDENTITY_PAYLOAD_JSON.length);
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        at,
        fc.nat(3),
        fc.oneof(numbers, fc.constantFrom('', ' ', ',', '[', '"')),
        async (from, cut, insert) => {
          const payload =
            IDENTITY_PAYLOAD_JSON.slice(0, from) + insert + IDENTITY_PAYLOAD_JSON.slice(from + cut);
          const code = await refusalOf(bareFirstMessage(payload));
          if (code === undefined) {
            expect(decodeIdentityPayload(new TextEncoder().encode(payload)).identity).toEqual(
              CLIENT_IDENTITY,
            );
          } else {
            refused += 1;
            expect([
              'PATTERNS_PAYLOAD_INVALID',
              'PATTERNS_IDENTITY_UNVERIFIED',
              'PATTERNS_WEAK_KEY',
            ]).toContain(code);
          }
        },
      ),
      { numRuns: effort(200) },
    );
    expect(refused).toBeGreaterThan(effort(100));
  });

  it('ends for good with the first error, whatever is called in whatever order', async () => {
    const calls = fc.array(fc.constantFrom('write', 'read', 'finish', 'destroy'), {
      minLength: 2,
      maxLength: 6,
    });
    await fc.assert(
      fc.asyncProperty(calls, fc.boolean(), async (sequence, opens) => {
        const handshake = opens ? initiator() : responder();
        let ended = false;
        for (const call of sequence) {
          let code: string | undefined;
          try {
            if (call === 'read') await handshake.read(new Uint8Array(670));
            else await handshake[call as 'write' | 'finish' | 'destroy']();
          } catch (error) {
            code = isCodedError(error) ? error.code : 'not coded';
          }
          if (ended) expect(code).toBe(call === 'destroy' ? undefined : 'PATTERNS_HANDSHAKE_ENDED');
          else expect(code).not.toBe('PATTERNS_HANDSHAKE_ENDED');
          ended ||= code !== undefined || call === 'destroy';
        }
      }),
      { numRuns: effort(60) },
    );
  });
});
