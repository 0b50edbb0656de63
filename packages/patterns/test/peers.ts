import { createHandshake, type KeyPair, IK as NOISE_IK, type Suite } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { createProfileHandshake, type ProfileHandshake } from '../src/handshake.ts';
import type { HandshakeOptions } from '../src/handshake-options.ts';
import { createIdentitySigner } from '../src/identity-signer.ts';
import { deriveNoiseKeyPair } from '../src/key-derivation.ts';
import { IK } from '../src/profiles/ik.ts';
import type { Session } from '../src/session.ts';
import {
  CLIENT_CONTEXT,
  CLIENT_SEED,
  INITIATOR_EPHEMERAL_SECRET,
  SERVER_CONTEXT,
  SERVER_NOISE_KEY,
  SERVER_SEED,
  suiteWithFixedEphemeralForTestingOnly,
} from '../src/testing.ts';

export const SUITE: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };
export const clientKey: KeyPair = deriveNoiseKeyPair(CLIENT_SEED, CLIENT_CONTEXT);
export const serverKey: KeyPair = deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT);
export const clientSigner = createIdentitySigner(CLIENT_SEED);

type InitiatorOptions = HandshakeOptions<typeof IK, 'initiator'>;
type ResponderOptions = HandshakeOptions<typeof IK, 'responder'>;

/** The client of N8 appendix A. */
export function initiator(change: Partial<InitiatorOptions> = {}): ProfileHandshake {
  return createProfileHandshake({
    profile: IK,
    role: 'initiator',
    noiseKey: clientKey,
    signer: clientSigner,
    remoteStatic: SERVER_NOISE_KEY,
    ...change,
  });
}

/** The server of N8 appendix A. */
export function responder(change: Partial<ResponderOptions> = {}): ProfileHandshake {
  return createProfileHandshake({ profile: IK, role: 'responder', noiseKey: serverKey, ...change });
}

/** Carries messages to and fro until both sides are done. */
export async function connect(
  first: ProfileHandshake,
  second: ProfileHandshake,
): Promise<{ sessions: [Session, Session]; messages: Uint8Array[] }> {
  const messages: Uint8Array[] = [];
  for (
    let [sender, receiver] = [first, second];
    sender.turn !== 'done';
    [sender, receiver] = [receiver, sender]
  ) {
    const message = await sender.write();
    messages.push(message.slice());
    await receiver.read(message);
  }
  return { sessions: [first.finish(), second.finish()], messages };
}

/** IK's first message by bare Noise: any payload, and any static key the sender holds. */
export function bareFirstMessage(
  payload: Uint8Array | string,
  s: KeyPair = clientKey,
  suite?: Suite,
): Uint8Array {
  const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
  return createHandshake({
    pattern: NOISE_IK,
    suite: suite ?? suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET),
    role: 'initiator',
    prologue: encodeUtf8('pubky-noise-v1'),
    s,
    rs: SERVER_NOISE_KEY,
  }).write(bytes).message;
}
