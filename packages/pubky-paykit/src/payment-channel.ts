/// <reference lib="esnext.disposable" preserve="true" />
import type { Suite } from '@pubky-paykit/noise-core';
import { type AllowIdentity, createProfileHandshake, IK, type Session } from '@pubky-paykit/patterns';
import { createMessageChannel, type MessageChannel } from '@pubky-paykit/paykit-protocol';
import {
  acceptChannel,
  type ByteStream,
  type ChannelOptions,
  openChannel,
  type SecureChannel,
} from '@pubky-paykit/transport';
import type { PaymentIdentity } from './payment-identity.ts';

/** Paykit messages over an encrypted session. */
export interface PaymentChannel extends MessageChannel {
  /** Who is at the other end. */
  readonly session: Session;
  /** Sends what is queued, closes the stream and wipes the session. Never rejects. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** What both sides may set. */
export interface PaymentChannelOptions extends ChannelOptions {
  /**
   * Whether the negotiation byte is used (P8 §3.2); `true` if not given. `false` speaks to 0.8 peers without pattern
   * negotiation.
   */
  readonly patternByte?: boolean;
  /** Other backends of 25519_ChaChaPoly_BLAKE2s. */
  readonly suite?: Suite;
}

/** What the payer's side needs. */
export interface OpenPaymentChannelOptions extends PaymentChannelOptions {
  /** 32 bytes, the peer's X25519 static key from its endpoint or its signed record. */
  readonly remoteStatic: Uint8Array;
  /** Pads message 1 to a constant length (N8 W-46); `true` if not given, `false` for the exact bytes of 0.8. */
  readonly padIdentity?: boolean;
}

/** What the payee's side may set. */
export interface AcceptPaymentChannelOptions extends PaymentChannelOptions {
  /** Who may connect; everybody who proves an identity if not given. */
  readonly allowIdentity?: readonly Uint8Array[] | AllowIdentity;
}

function paymentChannel(channel: SecureChannel): PaymentChannel {
  const { send, receive } = createMessageChannel(channel);
  const close = (): Promise<void> => channel.close();
  return { session: channel.session, send, receive, close, [Symbol.asyncDispose]: close };
}

/**
 * Opens a payment channel with the pattern IK: both keys known, the own identity proven to the peer.
 *
 * @param stream Taken.
 * @param identity Borrowed: keep it alive until this settles.
 * @throws The codes of `createProfileHandshake` and `openChannel`.
 */
export async function openPaymentChannel(
  stream: ByteStream,
  identity: PaymentIdentity,
  options: OpenPaymentChannelOptions,
): Promise<PaymentChannel> {
  const { remoteStatic, padIdentity = true, suite, patternByte = true } = options;
  const { signer, noiseKey } = identity;
  const handshake = orAbort(stream, () =>
    createProfileHandshake({
      profile: IK,
      role: 'initiator',
      noiseKey,
      signer,
      remoteStatic,
      padIdentity,
      ...(suite && { suite }),
    }),
  );
  return paymentChannel(
    await openChannel(stream, handshake, { ...options, patternByte: patternByte ? IK.byte : undefined }),
  );
}

/**
 * Accepts a payment channel of a peer that opens one. Any pattern but IK is refused on its byte.
 *
 * @param stream Taken.
 * @param identity Borrowed: keep it alive until this settles.
 * @throws The codes of `createProfileHandshake`, `acceptChannel` and `openChannel`.
 */
export async function acceptPaymentChannel(
  stream: ByteStream,
  identity: PaymentIdentity,
  options: AcceptPaymentChannelOptions = {},
): Promise<PaymentChannel> {
  const { allowIdentity, suite, patternByte = true } = options;
  const { noiseKey } = identity;
  const handshake = () =>
    createProfileHandshake({
      profile: IK,
      role: 'responder',
      noiseKey,
      ...(allowIdentity && { allowIdentity }),
      ...(suite && { suite }),
    });
  const channel = patternByte
    ? await acceptChannel(stream, (byte) => (byte === IK.byte ? handshake() : undefined), options)
    : await openChannel(stream, orAbort(stream, handshake), { ...options, patternByte: undefined });
  return paymentChannel(channel);
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
