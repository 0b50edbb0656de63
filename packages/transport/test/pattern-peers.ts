import type { Suite } from '@pubky-paykit/noise-core';
import { blake2s } from '@pubky-paykit/noise-core/blake2s';
import { chachaPoly } from '@pubky-paykit/noise-core/chacha-poly';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import {
  type AnySession,
  createIdentitySigner,
  createProfileHandshake,
  deriveNoiseKeyPair,
  type HandshakeOptions,
  type OfferOptions,
  offerProfiles,
  PROFILES,
  type Profile,
  type ProfileHandshake,
  type ProfileName,
  type ProfileOffer,
  type Session,
} from '@pubky-paykit/patterns';
import {
  CLIENT_CONTEXT,
  CLIENT_SEED,
  SERVER_CONTEXT,
  SERVER_IDENTITY,
  SERVER_SEED,
} from '@pubky-paykit/patterns/testing';
import type { Clock } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import type { ByteStream } from '../src/byte-stream.ts';
import { acceptChannel, openChannel } from '../src/open-channel.ts';
import type { SecureChannel } from '../src/secure-channel.ts';

export const NAMES = Object.keys(PROFILES) as ProfileName[];
export const TWO_WAY = NAMES.filter((name) => !PROFILES[name].oneWay);
export const SUITE: Suite = { dh: x25519, cipher: chachaPoly, hash: blake2s };

export const clientKey = deriveNoiseKeyPair(CLIENT_SEED, CLIENT_CONTEXT);
export const serverKey = deriveNoiseKeyPair(SERVER_SEED, SERVER_CONTEXT);
export const clientSigner = createIdentitySigner(CLIENT_SEED);
export const serverSigner = createIdentitySigner(SERVER_SEED);

/** What the client passes where a profile wants it. */
const CLIENT_VALUES = {
  noiseKey: clientKey,
  remoteStatic: serverKey.publicKey,
  signer: clientSigner,
  expectedIdentity: SERVER_IDENTITY,
  trust: { expectedStatic: serverKey.publicKey },
} as const;

/** The client's side of any profile. */
export function dial(name: ProfileName, change: object = {}): ProfileHandshake<AnySession> {
  const profile: Profile = PROFILES[name];
  const values = CLIENT_VALUES as Partial<Record<string, unknown>>;
  const required = profile.options.initiator.required.map((option) => [option, values[option]]);
  const options = { profile, role: 'initiator', ...Object.fromEntries(required), ...change };
  return createProfileHandshake(options as unknown as HandshakeOptions);
}

/** A listener that offers every profile to everybody. */
export function offerAll(change: Partial<OfferOptions<readonly Profile[]>> = {}): ProfileOffer {
  return offerProfiles({
    profiles: Object.values(PROFILES) as readonly Profile[],
    noiseKey: serverKey,
    signer: serverSigner,
    allowStatic: 'anyone',
    ...change,
  });
}

/** A channel as one whose kind is known only at run time. */
export type LooseChannel = SecureChannel;

/** Opens a channel of any profile; tests look for themselves which methods it has. */
export async function open(
  name: ProfileName,
  stream: ByteStream,
  { clock = new ManualClock(), ...change }: { readonly clock?: Clock } & Record<string, unknown> = {},
): Promise<LooseChannel> {
  const handshake = dial(name, change) as ProfileHandshake<Session>;
  return openChannel(stream, handshake, { patternByte: PROFILES[name].byte, clock });
}

/** Accepts a channel of any profile that is offered. */
export async function accept(
  stream: ByteStream,
  offer: ProfileOffer = offerAll(),
  clock: Clock = new ManualClock(),
): Promise<LooseChannel> {
  return acceptChannel(stream, offer as ProfileOffer<Session>, { clock });
}
