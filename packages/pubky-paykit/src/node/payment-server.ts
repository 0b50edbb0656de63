import type { AnySession, LookUpNoiseKeys, Profile, SessionFacts } from '@pubky-paykit/patterns';
import {
  type MessageReceiver,
  type OneWayOptions,
  type ServeOptions,
  serveChannel,
  serveOneWayChannel,
} from '@pubky-paykit/paykit-protocol';
import { type CancelSignal, type Logger, silentLogger } from '@pubky-paykit/primitives';
import { type ListenTcpOptions, listenTcp, type TcpServer } from '@pubky-paykit/transport/tcp';
import { type OfferPatternsOptions, offerPatterns } from '../pattern-offer.ts';
import { payerOf } from '../payer-proof.ts';
import {
  acceptPaymentChannel,
  type PaymentChannelOf,
  type PaymentChannelOptions,
} from '../payment-channel.ts';
import type { PaymentIdentity } from '../payment-identity.ts';

/** What a payee's server does with requests; who asks is taken from the session. */
type PayeeRules = Omit<ServeOptions, 'self' | 'peer' | 'signal' | 'closing'>;

/** What {@link listenForPayments} needs. */
export interface ListenForPaymentsOptions extends Omit<ListenTcpOptions, 'onConnection'>, PayeeRules {
  /** Borrowed: keep it alive until the server is closed. A signer is needed where NN is offered, and nowhere else. */
  readonly identity: Pick<PaymentIdentity, 'publicKey' | 'noiseKey'> &
    Partial<Pick<PaymentIdentity, 'signer'>>;
  /** Which patterns are accepted, and who may connect; IK with everybody if not given. */
  readonly patterns?: OfferPatternsOptions<readonly Profile[]>;
  /**
   * Finds the Noise keys a payer has published, for IK-raw and XX, whose handshakes prove a key and no identity. Without
   * it their payers stay unverified, and nothing is confirmed (P8 W-05).
   */
  readonly lookUpNoiseKeys?: LookUpNoiseKeys;
  /** Where requests of pattern N go, which nobody has to have sent and which get no answer; needed where N is offered. */
  readonly oneWay?: Pick<OneWayOptions, 'requests' | 'onNote'>;
  /** How channels are accepted: time-outs, the negotiation byte. They end when the server closes. */
  readonly channel?: Omit<PaymentChannelOptions, 'signal'>;
  /** Told of each peer once it is known to be live, or in N, once its first message has come. */
  readonly onSession?: (session: SessionFacts) => void;
  readonly logger?: Logger | undefined;
}

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

/**
 * Listens for payers on TCP: accepts the patterns that are offered, answers payment requests by the payee's rules and
 * stores the receipts. Each connection is on its own; `close` finishes the running answers first.
 *
 * @throws TRANSPORT_INSECURE_HOST, TRANSPORT_LISTEN_FAILED
 * @throws TypeError for patterns whose options are missing or whose rules could be bypassed.
 */
export async function listenForPayments(options: ListenForPaymentsOptions): Promise<TcpServer> {
  const {
    identity,
    patterns = {},
    channel: channelOptions,
    onSession,
    oneWay,
    logger = silentLogger,
  } = options;
  if (oneWay === undefined && patterns.profiles?.some((profile) => profile.oneWay)) {
    throw new TypeError('a one-way pattern is offered: pass oneWay, for the requests that come through it');
  }
  const only = patterns.profiles === undefined ? 'IK' : patterns.profiles.map(({ name }) => name).join();
  if (channelOptions?.patternByte === false && only !== 'IK') {
    throw new TypeError('without the negotiation byte nothing but IK can be accepted: offer IK alone');
  }
  if (oneWay !== undefined && oneWay.requests === options.store) {
    throw new TypeError(
      'oneWay.requests wants a store of its own: a request nobody has proven would pass for a receipt',
    );
  }
  const offer = offerPatterns(identity, patterns);
  const self = identity.publicKey;

  async function serve(channel: PaymentChannelOf<AnySession>, closing: CancelSignal): Promise<void> {
    // Offered in responder's roles only, so every channel can receive.
    const receiver = announced(channel as PaymentChannelOf<AnySession> & MessageReceiver, () => {
      const { pattern, role } = channel.session;
      logger.debug('payment channel open', { pattern, role });
      onSession?.(channel.session);
    });
    if ('send' in receiver) {
      const peer = payerOf(channel.session, options.lookUpNoiseKeys);
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
