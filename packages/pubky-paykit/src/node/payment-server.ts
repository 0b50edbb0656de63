import { type AnySession, IK, type ProfileOffer } from '@pubky-paykit/patterns';
import { type MessageReceiver, serveChannel, serveOneWayChannel } from '@pubky-paykit/paykit-protocol';
import { type CancelSignal, equalBytes, silentLogger } from '@pubky-paykit/primitives';
import type { ChooseHandshake } from '@pubky-paykit/transport';
import { listenTcp, type TcpServer } from '@pubky-paykit/transport/tcp';
import { offerPatterns } from '../pattern-offer.ts';
import { payerOf } from '../payer-proof.ts';
import { acceptPaymentChannel, type PaymentChannelOf } from '../payment-channel.ts';
import {
  checkServerOptions,
  type IdentityOfNow,
  type ListenForPaymentsOptions,
  requireIdentity,
} from './payment-server-options.ts';

/** Calls `tell` once: at once for a peer that is confirmed, else with its first message (N8 W-28, P8 W-15). */
function announced<Channel extends PaymentChannelOf<AnySession> & MessageReceiver>(
  channel: Channel,
  tell: () => void,
): Channel {
  let told = channel.session.confirmed;
  if (told) tell();
  return {
    ...channel,
    async receive(options) {
      let came = false;
      try {
        const message = await channel.receive(options);
        came = message !== undefined;
        return message;
      } finally {
        // A message that cannot be read has proven its sender as well.
        if (!told && (came || channel.session.confirmed)) {
          told = true;
          tell();
        }
      }
    },
  };
}

/** The offer with the keys of now, read once for each connection, after its byte has come. */
function offerOfNow(
  offer: ProfileOffer,
  identityOfNow: IdentityOfNow,
  self: Uint8Array,
): ChooseHandshake<AnySession> {
  return async (patternByte) => {
    const now = await identityOfNow();
    if (now === undefined) return undefined;
    if (!equalBytes(requireIdentity(now).publicKey, self)) {
      throw new TypeError('identity gives another publicKey than when the server started');
    }
    return offer(patternByte, now);
  };
}

/**
 * Listens for payers on TCP: accepts the patterns that are offered, answers payment requests by the payee's rules and
 * stores the receipts. Each connection is on its own; `close` finishes the running answers first.
 *
 * With a function as `identity` a rotation takes effect without a restart: a connection is answered with the keys of that
 * moment, those that were replaced during their overlap included, and with no key that is revoked or whose overlap is over.
 * `onSession` is told whether a payer still dials a former one (`formerKeyUsed`).
 *
 * @throws TRANSPORT_INSECURE_HOST, TRANSPORT_LISTEN_FAILED
 * @throws TypeError for options that are missing, wrong or in the wrong place, for rules that a pattern would bypass, and
 *   for IK-raw or XX without `lookUpNoiseKeys`, and for an identity that has no key to begin with.
 */
export async function listenForPayments(options: ListenForPaymentsOptions): Promise<TcpServer> {
  const {
    identity,
    patterns = {},
    channel: channelOptions,
    lookUpNoiseKeys,
    onSession,
    oneWay,
    logger = silentLogger,
  } = options;
  checkServerOptions(options, patterns.profiles ?? [IK]);
  const lookUp = lookUpNoiseKeys === 'nobody' ? undefined : lookUpNoiseKeys;
  const first = requireIdentity(typeof identity === 'function' ? await identity() : identity);
  const self = Uint8Array.from(first.publicKey);
  const fixed = offerPatterns(first, patterns);
  const offer = typeof identity === 'function' ? offerOfNow(fixed, identity, self) : fixed;

  async function serve(channel: PaymentChannelOf<AnySession>, closing: CancelSignal): Promise<void> {
    // Offered in responder's roles only, so every channel can receive.
    const receiver = announced(channel as PaymentChannelOf<AnySession> & MessageReceiver, () => {
      const { pattern, role } = channel.session;
      logger.debug('payment channel open', { pattern, role });
      onSession?.(channel.session);
    });
    if ('send' in receiver) {
      const peer = payerOf(channel.session, lookUp);
      await serveChannel(receiver, { ...options, self, peer, closing });
    } else if (oneWay !== undefined) {
      await serveOneWayChannel(receiver, { ...options, ...oneWay, self, closing });
    }
  }

  return listenTcp({
    ...options,
    async onConnection(stream, { closing }) {
      const channel = await acceptPaymentChannel(stream, offer, {
        clock: options.clock,
        ...channelOptions,
        signal: closing,
      });
      try {
        await serve(channel, closing);
      } finally {
        await channel.close();
      }
    },
  });
}
