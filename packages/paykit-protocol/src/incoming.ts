import { systemClock } from '@pubky-paykit/primitives';
import { MAX_UNVERIFIED_PAYERS, MESSAGE_TIMEOUT_MS } from './constants.ts';
import { withDeadline } from './deadline.ts';
import { PAYKIT_ERRORS, PaykitError } from './errors.ts';
import { sendWithin } from './message-channel.ts';
import type { MessageType, PaykitMessage } from './messages.ts';
import { type ListeningOptions, messagesOf } from './next-message.ts';
import { type AnswerOptions, answerRequest, type RefusedAnswer, type RequestAnswer } from './payee.ts';
import type { MessageChannel } from './ports.ts';
import { type RefusalCode, refusalMessage } from './refusals.ts';

/** A message that changes nothing and gets no reply. */
export interface IgnoredMessage {
  readonly outcome: 'ignored';
  readonly type: MessageType;
  readonly reply?: undefined;
}

/** What a payee makes of any message. */
export type MessageAnswer = RequestAnswer | IgnoredMessage;

/**
 * What a payee who asked for nothing does with each other message. A confirmation is refused and stored nowhere (W-20).
 * An offer gets no Ack: 0.8's payers take a late Ack for the answer to their request (W-28).
 */
const UNASKED: Readonly<Record<Exclude<MessageType, 'RequestReceipt'>, RefusalCode | 'ignored'>> = {
  OfferPrivateEndpoint: 'ignored',
  ConfirmReceipt: 'UNSOLICITED',
  Ack: 'ignored',
  Error: 'ignored',
  Attestation: 'ignored',
};

/**
 * Decides on any message that reaches a payee; requests go to {@link answerRequest}. The caller sends `reply` if there
 * is one.
 *
 * @throws PAYKIT_CANCELLED if `signal` is aborted.
 * @see P8 §2.6
 */
export async function answerMessage(message: PaykitMessage, options: AnswerOptions): Promise<MessageAnswer> {
  if (message.type === 'RequestReceipt') return answerRequest(message, options);
  const reason = UNASKED[message.type];
  if (reason === 'ignored') return { outcome: 'ignored', type: message.type };
  return { outcome: 'refused', reason, reply: refusalMessage(reason) } satisfies RefusedAnswer;
}

/** How a payee serves one channel. */
export interface ServeOptions extends AnswerOptions, ListeningOptions {
  /** Told of each answer once it is sent. */
  readonly onAnswer?: ((answer: MessageAnswer) => void) | undefined;
}

/** The codes of a message that cannot be read; they share the wire code of the reference's `Serde`. */
function isUnreadable(error: unknown): boolean {
  return error instanceof PaykitError && error.wireCode === PAYKIT_ERRORS.PAYKIT_BAD_JSON.wireCode;
}

/** What a refusal of the payer is called. */
const PAYER_REFUSALS: readonly RefusalCode[] = ['WRONG_PAYER', 'PAYER_UNVERIFIED'];

/** Whether the peer named a payer it could not prove to be, which took a look-up to find out. */
function isUnproven(answer: MessageAnswer, { peer }: ServeOptions): boolean {
  return typeof peer === 'function' && answer.outcome === 'refused' && PAYER_REFUSALS.includes(answer.reason);
}

/**
 * Answers every message of one channel, one after the other, until the peer closes it or `closing` is aborted and what has
 * come is answered. A message that cannot be read is answered with `BAD_MESSAGE` and ends the service. So does, once it
 * is answered, the third request refused with `WRONG_PAYER` or `PAYER_UNVERIFIED` if `peer` is a function: each may cost a
 * look-up.
 *
 * @throws PAYKIT_TIMED_OUT if the peer says nothing for too long.
 * @throws PAYKIT_TOO_MANY_REQUESTS, PAYKIT_CANCELLED, PAYKIT_CHANNEL_FAILED, the codes of `decodeMessage`, or the channel's own
 */
export async function serveChannel(channel: MessageChannel, options: ServeOptions): Promise<void> {
  const { clock = systemClock, messageTimeoutMs: timeoutMs = MESSAGE_TIMEOUT_MS, signal, onAnswer } = options;
  const wait = { what: 'sending the answer', clock, timeoutMs, signal };
  const send = (message: PaykitMessage) =>
    withDeadline(wait, (deadline) => sendWithin(deadline, channel, message));
  const nextMessage = messagesOf(channel, options);
  let unproven = 0;
  for (;;) {
    let message: PaykitMessage | undefined;
    try {
      message = await nextMessage();
    } catch (error) {
      if (isUnreadable(error)) await send(refusalMessage('BAD_MESSAGE')).catch(() => {});
      throw error;
    }
    if (message === undefined) return;
    const answer = await answerMessage(message, options);
    if (answer.reply !== undefined) await send(answer.reply);
    onAnswer?.(answer);
    if (isUnproven(answer, options)) unproven += 1;
    if (unproven >= MAX_UNVERIFIED_PAYERS) {
      throw new PaykitError('PAYKIT_TOO_MANY_REQUESTS', { maximum: MAX_UNVERIFIED_PAYERS });
    }
  }
}
