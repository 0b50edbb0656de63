/// <reference lib="esnext.disposable" preserve="true" />
import type { Role, Suite } from '@pubky-paykit/noise-core';
import {
  type AnySession,
  createProfileHandshake,
  type HandshakeOptions,
  IK,
  type Profile,
  type ProfileHandshake,
  type ProfileOptions,
  type ReceiveSession,
  type SendSession,
  type Session,
  type SessionOf,
} from '@pubky-paykit/patterns';
import {
  createMessageChannel,
  type MessageChannel,
  type MessageReceiver,
  type MessageSender,
} from '@pubky-paykit/paykit-protocol';
import {
  acceptChannel,
  type ByteStream,
  type ChannelOptions,
  type ChooseHandshake,
  openChannel,
  type SecureChannel,
} from '@pubky-paykit/transport';
import type { PaymentIdentity } from './payment-identity.ts';
import { requireProfile } from './profile-argument.ts';

interface ChannelEnds<Carried extends AnySession> {
  /** Who is at the other end. */
  readonly session: Carried;
  /** Sends what is queued, closes the stream and wipes the session. Never rejects. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Paykit messages over an encrypted session. */
export interface PaymentChannel extends MessageChannel, ChannelEnds<Session> {}

/** The payer's end of pattern N: nothing can be received. */
export interface PaymentSender extends MessageSender, ChannelEnds<SendSession> {}

/** The payee's end of pattern N: nothing can be answered. */
export interface PaymentReceiver extends MessageReceiver, ChannelEnds<ReceiveSession> {}

/** The channel that goes with a session. */
export type PaymentChannelOf<Carried extends AnySession> = Carried extends Session
  ? PaymentChannel
  : Carried extends SendSession
    ? PaymentSender
    : PaymentReceiver;

/** What both sides may set. */
export interface PaymentChannelOptions extends ChannelOptions {
  /**
   * Whether the negotiation byte is used (P8 §3.2); `true` if not given. `false` leaves it out, for peers that know the
   * pattern beforehand, such as those of 0.8 that speak IK without negotiating; a payee then accepts IK and nothing else.
   */
  readonly patternByte?: boolean;
}

type IdentityKeys = Pick<PaymentIdentity, 'noiseKey' | 'signer'>;

/**
 * The keys of an identity that one side of a profile needs: the Noise key alone for IK-raw and XX, the signer alone for
 * NN, neither for the payer in N. A whole {@link PaymentIdentity} always fits.
 */
export type KeysFor<Chosen extends Profile, Self extends Role> = Pick<
  IdentityKeys,
  Chosen['options'][Self]['required'][number] & keyof IdentityKeys
>;

/** What the payer's side needs: the pattern, what that demands, and the limits of the channel. */
export type OpenPaymentChannelOptions<Chosen extends Profile = typeof IK> = PaymentChannelOptions & {
  /** `IK` if not given. */
  readonly profile?: Chosen;
  /** Other backends of 25519_ChaChaPoly_BLAKE2s. */
  readonly suite?: Suite;
} & Omit<ProfileOptions<Chosen, 'initiator'>, keyof IdentityKeys>;

function paymentChannel<Carried extends AnySession>(channel: SecureChannel): PaymentChannelOf<Carried> {
  const { session } = channel;
  const { send, receive } = createMessageChannel(channel);
  const close = (): Promise<void> => channel.close();
  const [sends, receives] = [
    !session.oneWay || session.role === 'initiator',
    !session.oneWay || session.role === 'responder',
  ];
  return {
    session,
    ...(sends && { send }),
    ...(receives && { receive }),
    close,
    [Symbol.asyncDispose]: close,
  } as unknown as PaymentChannelOf<Carried>;
}

/**
 * Takes a handshake to its end over a stream, in either role, and puts Paykit messages on the session.
 *
 * @param stream Taken.
 * @param handshake Taken.
 * @throws The codes of `openChannel`.
 */
export async function runPaymentHandshake<Carried extends AnySession>(
  stream: ByteStream,
  handshake: ProfileHandshake<Carried>,
  options: ChannelOptions & { readonly patternByte?: number | undefined },
): Promise<PaymentChannelOf<Carried>> {
  const plain = handshake as unknown as ProfileHandshake;
  return paymentChannel<Carried>(await openChannel(stream, plain, options));
}

/**
 * Opens a payment channel with the pattern IK, or with another one that is passed: its options follow from it.
 *
 * @param stream Taken.
 * @param identity Borrowed: keep it alive until this settles. Only the keys the pattern uses are needed.
 * @throws The codes of `createProfileHandshake` and `openChannel`.
 * @throws TypeError for a profile that is none, such as its name, and for options that do not belong to it.
 * @example
 * ```ts
 * import { type ByteStream, IK_RAW, openPaymentChannel, type PaymentIdentity } from 'pubky-paykit';
 * function dial(stream: ByteStream, cold: Pick<PaymentIdentity, 'noiseKey'>, remoteStatic: Uint8Array) {
 *   return openPaymentChannel(stream, cold, { profile: IK_RAW, remoteStatic });
 * }
 * ```
 */
export async function openPaymentChannel<const Chosen extends Profile = typeof IK>(
  stream: ByteStream,
  identity: KeysFor<Chosen, 'initiator'>,
  options: OpenPaymentChannelOptions<Chosen>,
): Promise<PaymentChannelOf<SessionOf<Chosen, 'initiator'>>> {
  const [handshake, channelOptions] = orAbort(stream, () => {
    const { profile = IK, patternByte = true, limits, clock, signal, ...rules } = options;
    requireProfile(profile);
    const { options: names, byte }: Profile = profile;
    const { noiseKey, signer } = identity as IdentityKeys;
    const started = createProfileHandshake({
      ...rules,
      profile,
      role: 'initiator',
      // An identity has both; a pattern takes what it uses.
      ...(names.initiator.required.includes('noiseKey') && { noiseKey }),
      ...(names.initiator.required.includes('signer') && { signer }),
    } as unknown as HandshakeOptions<Chosen, 'initiator'>);
    return [started, { limits, clock, signal, patternByte: patternByte ? byte : undefined }] as const;
  });
  return runPaymentHandshake(stream, handshake, channelOptions);
}

/**
 * Accepts a payment channel of a peer that opens one, in a pattern that is offered. Every other one is refused on its
 * byte.
 *
 * @param stream Taken.
 * @param offer Of {@link offerPatterns}; one for all connections of a listener. It may also be asked in a function of one's
 *   own, with the keys of now: `async (byte) => offer(byte, await identityOfNow())`.
 * @throws The codes of `acceptChannel` and `openChannel`, and what the handshake throws.
 */
export async function acceptPaymentChannel<Carried extends AnySession>(
  stream: ByteStream,
  offer: ChooseHandshake<Carried>,
  options: PaymentChannelOptions = {},
): Promise<PaymentChannelOf<Carried>> {
  const { patternByte = true, ...rest } = options;
  const impliedByte = patternByte ? undefined : IK.byte;
  const channel = await acceptChannel(stream, offer as unknown as ChooseHandshake<Session>, {
    ...rest,
    impliedByte,
  });
  return paymentChannel<Carried>(channel);
}

/** The stream is ours from the start: a handshake that cannot even begin must not leave it open. */
function orAbort<Result>(stream: ByteStream, start: () => Result): Result {
  try {
    return start();
  } catch (error) {
    stream.abort();
    throw error;
  }
}
