import {
  type AnyHandshake,
  createHandshake,
  createTransport,
  type HandshakePattern,
  type KeyPair,
  type Role,
  type Suite,
  type Transport,
} from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { createProfileHandshake, type ProfileHandshake } from '../src/handshake/handshake.ts';
import type { HandshakeOptions } from '../src/handshake/handshake-options.ts';
import { createIdentitySigner } from '../src/identity/identity-signer.ts';
import { deriveNoiseKeyPair } from '../src/identity/key-derivation.ts';
import { IK } from '../src/profiles/ik.ts';
import type { OptionValues, Profile } from '../src/profiles/profile.ts';
import { createReplayCache } from '../src/rules/replay-cache.ts';
import type { AnySession, Session } from '../src/sessions/session.ts';
import {
  CLIENT_CONTEXT,
  CLIENT_SEED,
  INITIATOR_EPHEMERAL_SECRET,
  SERVER_CONTEXT,
  SERVER_IDENTITY,
  SERVER_NOISE_KEY,
  SERVER_SEED,
  suiteWithFixedEphemeralForTestingOnly,
} from '../src/testing.ts';

export const SUITE: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };
export const clientKey: KeyPair = deriveNoiseKeyPair(CLIENT_SEED, CLIENT_CONTEXT);
export const serverKey: KeyPair = deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT);
export const clientSigner = createIdentitySigner(CLIENT_SEED);
export const serverSigner = createIdentitySigner(SERVER_SEED);

/** What the client of N8 appendix A passes where a profile wants it. */
const CLIENT_VALUES: Partial<OptionValues> = {
  noiseKey: clientKey,
  remoteStatic: SERVER_NOISE_KEY,
  signer: clientSigner,
  expectedIdentity: SERVER_IDENTITY,
  trust: { expectedStatic: SERVER_NOISE_KEY },
};

/** What the server of N8 appendix A passes where a profile wants it. */
const SERVER_VALUES: Partial<OptionValues> = {
  noiseKey: serverKey,
  signer: serverSigner,
  allowStatic: 'anyone',
};

function start(
  profile: Profile,
  role: Role,
  values: Partial<OptionValues>,
  change: object,
): ProfileHandshake {
  const required = profile.options[role].required.map((name) => [name, values[name]]);
  const options = { profile, role, ...Object.fromEntries(required), ...change };
  return createProfileHandshake(options as never) as ProfileHandshake;
}

/** The client of N8 appendix A in any profile; its session shows both directions, so that tests see a missing one fail. */
export function initiatorOf<Chosen extends Profile>(
  profile: Chosen,
  change: Partial<HandshakeOptions<Chosen, 'initiator'>> = {},
): ProfileHandshake {
  return start(profile, 'initiator', CLIENT_VALUES, change);
}

/** The server of N8 appendix A in any profile, with a replay cache of its own where one is required. */
export function responderOf<Chosen extends Profile>(
  profile: Chosen,
  change: Partial<HandshakeOptions<Chosen, 'responder'>> = {},
): ProfileHandshake {
  return start(profile, 'responder', { ...SERVER_VALUES, replayCache: createReplayCache() }, change);
}

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
export async function connect<One extends AnySession = Session, Two extends AnySession = Session>(
  first: ProfileHandshake<One>,
  second: ProfileHandshake<Two>,
): Promise<{ sessions: [One, Two]; messages: Uint8Array[] }> {
  const messages: Uint8Array[] = [];
  while (first.turn !== 'done' || second.turn !== 'done') {
    const [sender, receiver] = first.turn === 'write' ? [first, second] : [second, first];
    const message = await sender.write();
    messages.push(message.slice());
    await receiver.read(message);
  }
  return { sessions: [first.finish(), second.finish()], messages };
}

/** One side of the Noise handshake of a profile by bare Noise, without payloads, rules and completion. */
export function bareOf(
  { noise, options }: Profile,
  role: Role,
  change: { readonly s?: KeyPair; readonly rs?: Uint8Array; readonly suite?: Suite } = {},
): AnyHandshake {
  const { required } = options[role];
  const s = change.s ?? (role === 'initiator' ? clientKey : serverKey);
  return createHandshake<HandshakePattern, Role>({
    pattern: noise,
    suite: change.suite ?? SUITE,
    role,
    prologue: encodeUtf8('pubky-noise-v1'),
    s: required.includes('noiseKey') ? s : undefined,
    rs: required.includes('remoteStatic') ? (change.rs ?? SERVER_NOISE_KEY) : undefined,
  });
}

/** The next message of a bare handshake, and what follows. */
export function bareWrite(
  handshake: AnyHandshake,
  payload?: Uint8Array,
): { message: Uint8Array; next: AnyHandshake } {
  if (handshake.turn !== 'write') throw new Error(`the turn is ${handshake.turn}`);
  return handshake.write(payload);
}

/** A bare handshake after it has read a message. */
export function bareRead(handshake: AnyHandshake, message: Uint8Array): AnyHandshake {
  if (handshake.turn !== 'read') throw new Error(`the turn is ${handshake.turn}`);
  return handshake.read(message).next;
}

/** The transport of a bare handshake that is complete. */
export function bareTransport(handshake: AnyHandshake): Transport {
  if (handshake.turn !== 'done') throw new Error(`the turn is ${handshake.turn}`);
  return createTransport(handshake.split());
}

/** IK's first message by bare Noise: any payload, and any static key the sender holds. */
export function bareFirstMessage(
  payload: Uint8Array | string,
  s: KeyPair = clientKey,
  suite: Suite = suiteWithFixedEphemeralForTestingOnly(INITIATOR_EPHEMERAL_SECRET),
): Uint8Array {
  const bytes = typeof payload === 'string' ? encodeUtf8(payload) : payload;
  return bareWrite(bareOf(IK, 'initiator', { s, suite }), bytes).message;
}
