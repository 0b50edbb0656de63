import { isCodedError } from '@pubky-paykit/primitives';
import type { Deadline } from './deadline.ts';
import { PaykitError } from './errors.ts';
import { decodeMessage, encodeMessage } from './message-codec.ts';
import type { PaykitMessage } from './messages.ts';
import type {
  ByteChannel,
  ByteReceiver,
  ByteSender,
  MessageChannel,
  MessageReceiver,
  MessageSender,
} from './ports.ts';

/** Puts the message codec on a channel that only sends, such as the payer's of pattern N. */
export function createMessageSender(channel: ByteSender): MessageSender {
  return { send: async (message, options) => channel.send(encodeMessage(message), options) };
}

/** Puts the message codec on a channel that only receives, such as the payee's of pattern N. */
export function createMessageReceiver(channel: ByteReceiver): MessageReceiver {
  return {
    async receive(options) {
      const plaintext = await channel.receive(options);
      return plaintext === undefined ? undefined : decodeMessage(plaintext);
    },
  };
}

/**
 * Puts the message codec on a channel of plaintexts: one message, one plaintext.
 *
 * @example
 * ```ts
 * import { type ByteChannel, createMessageChannel } from '@pubky-paykit/paykit-protocol';
 * async function greet(secureChannel: ByteChannel) {
 *   await createMessageChannel(secureChannel).send({ type: 'Ack' });
 * }
 * ```
 */
export function createMessageChannel(channel: ByteChannel): MessageChannel {
  return { ...createMessageSender(channel), ...createMessageReceiver(channel) };
}

/** A coded error goes through as it is, the transport's included; a bare one gets a code of ours. */
async function coded<Result>(doing: 'send' | 'receive', work: Promise<Result>): Promise<Result> {
  try {
    return await work;
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw new PaykitError('PAYKIT_CHANNEL_FAILED', { doing }, { cause });
  }
}

/** Sends under a deadline. @throws PAYKIT_CHANNEL_FAILED, or the channel's own coded error. */
export function sendWithin(
  deadline: Deadline,
  channel: MessageSender,
  message: PaykitMessage,
): Promise<void> {
  return deadline.race((signal) => coded('send', channel.send(message, { signal })));
}

/** Receives under a deadline. @throws PAYKIT_CHANNEL_FAILED, or the channel's own coded error. */
export function receiveWithin(
  deadline: Deadline,
  channel: MessageReceiver,
): Promise<PaykitMessage | undefined> {
  return deadline.race((signal) =>
    coded('receive', channel.receive({ signal, timeoutMs: Number.POSITIVE_INFINITY })),
  );
}
