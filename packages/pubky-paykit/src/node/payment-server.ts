import type { Session } from '@pubky-paykit/patterns';
import { type ServeOptions, serveChannel } from '@pubky-paykit/paykit-protocol';
import { type Logger, silentLogger } from '@pubky-paykit/primitives';
import { type ListenTcpOptions, listenTcp, type TcpServer } from '@pubky-paykit/transport/tcp';
import { type AcceptPaymentChannelOptions, acceptPaymentChannel } from '../payment-channel.ts';
import type { PaymentIdentity } from '../payment-identity.ts';

/** What a payee's server does with requests; who asks is taken from the session. */
type PayeeRules = Omit<ServeOptions, 'self' | 'peer' | 'signal' | 'closing'>;

/** What {@link listenForPayments} needs. */
export interface ListenForPaymentsOptions extends Omit<ListenTcpOptions, 'onConnection'>, PayeeRules {
  /** Borrowed: keep it alive until the server is closed. */
  readonly identity: PaymentIdentity;
  /** How channels are accepted: who may connect, time-outs. */
  readonly channel?: AcceptPaymentChannelOptions;
  /** Told of each finished handshake. */
  readonly onSession?: (session: Session) => void;
  readonly logger?: Logger | undefined;
}

/**
 * Listens for payers on TCP: accepts the pattern IK, answers payment requests by the payee's rules and stores the
 * receipts. Each connection is on its own; `close` finishes the running answers first.
 *
 * @throws TRANSPORT_INSECURE_HOST, TRANSPORT_LISTEN_FAILED
 */
export async function listenForPayments(options: ListenForPaymentsOptions): Promise<TcpServer> {
  const { identity, channel: channelOptions, onSession, logger = silentLogger } = options;
  return listenTcp({
    ...options,
    async onConnection(stream, { closing }) {
      const channel = await acceptPaymentChannel(stream, identity, {
        clock: options.clock,
        signal: closing,
        ...channelOptions,
      });
      try {
        const { session } = channel;
        onSession?.(session);
        const peer = session.remoteIdentity;
        // IK proves an identity to the responder; without one no payment may be confirmed.
        if (peer === undefined) return;
        logger.debug('payment channel open', { pattern: session.pattern, role: session.role });
        await serveChannel(channel, { ...options, self: identity.publicKey, peer, closing });
      } finally {
        await channel.close();
      }
    },
  });
}
