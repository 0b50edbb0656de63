import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import {
  CONFIRMATION_TIMEOUT_MS,
  MAX_ACKS,
  SHOWN_CODE_MAX_CHARS,
  SHOWN_TEXT_MAX_CHARS,
} from './constants.ts';
import { type Deadline, withDeadline } from './deadline.ts';
import { PaykitError } from './errors.ts';
import { receiveWithin, sendWithin } from './message-channel.ts';
import type { PaykitMessage } from './messages.ts';
import { type Negotiation, type NegotiationObserver, startNegotiation } from './negotiation.ts';
import { shownCode, shownText } from './peer-text.ts';
import type { MessageChannel, ReceiptStore } from './ports.ts';
import { confirmationDifference, copyReceipt, type PaykitReceipt, receiptEquals } from './receipt.ts';
import type { RefusalCode } from './refusals.ts';
import { storing } from './storing.ts';

/** How a payer asks. */
export interface RequestReceiptOptions {
  /** Where the confirmed receipt goes before it is returned. */
  readonly store: ReceiptStore;
  readonly clock?: Clock | undefined;
  /** For sending and waiting together, and once more for storing; default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: CancelSignal | undefined;
  /** Acks passed over while waiting, inclusive; default 3 (W-28). */
  readonly maxAcks?: number | undefined;
  readonly observer?: NegotiationObserver | undefined;
}

/** The confirmation in a message, or the error that the message is instead. */
function confirmationIn(message: PaykitMessage, request: PaykitReceipt): PaykitReceipt {
  if (message.type === 'Error') {
    // The one refusal that says nothing against the request itself.
    const passing = message.code === ('UNAVAILABLE' satisfies RefusalCode);
    throw new PaykitError(passing ? 'PAYKIT_PEER_UNAVAILABLE' : 'PAYKIT_REFUSED_BY_PEER', {
      peerCode: shownCode(message.code, SHOWN_CODE_MAX_CHARS),
      peerMessage: shownText(message.message, SHOWN_TEXT_MAX_CHARS),
    });
  }
  if (message.type !== 'ConfirmReceipt') {
    throw new PaykitError('PAYKIT_UNEXPECTED_MESSAGE', { type: message.type, wanted: 'ConfirmReceipt' });
  }
  const field = confirmationDifference(request, message.receipt);
  if (field !== undefined) throw new PaykitError('PAYKIT_CONFIRMATION_MISMATCH', { field });
  return copyReceipt(message.receipt);
}

/** The first message that is not an Ack, after `maxAcks` Acks at most. */
async function skipAcks(
  deadline: Deadline,
  channel: MessageChannel,
  negotiation: Negotiation<'payer'>,
  maxAcks: number,
): Promise<PaykitMessage> {
  for (let acks = 0; acks <= maxAcks; acks++) {
    const message = await receiveWithin(deadline, channel);
    if (message === undefined) {
      throw new PaykitError('PAYKIT_CHANNEL_CLOSED', { wanted: 'ConfirmReceipt' });
    }
    if (message.type !== 'Ack') return message;
    negotiation.apply('acknowledge');
  }
  throw new PaykitError('PAYKIT_TOO_MANY_ACKS', { maximum: maxAcks });
}

/** A repeated request finds its own receipt stored already; anything else under that key is a conflict. */
async function keep(store: ReceiptStore, receipt: PaykitReceipt): Promise<void> {
  const kept = await storing(() => store.keep(receipt));
  if (receiptEquals(kept, receipt)) return;
  const field = confirmationDifference(receipt, kept) ?? 'metadata';
  throw new PaykitError('PAYKIT_RECEIPT_CONFLICT', { field });
}

/**
 * Asks the payee for a receipt and returns the confirmed one, stored already. It is accepted only if id, both parties,
 * method, amount, currency and time are those of the request, and its metadata only adds to the request's (W-19).
 *
 * After any error but PAYKIT_STORE_FAILED and PAYKIT_RECEIPT_CONFLICT the channel may hold half an exchange: close it.
 * Sending the same receipt again over a new session is safe, the payee answers repeats with the same confirmation.
 *
 * @param provisional Copied at once.
 * @throws PAYKIT_BAD_FIELD if the request is out of bounds; nothing was sent then.
 * @throws PAYKIT_REFUSED_BY_PEER, PAYKIT_PEER_UNAVAILABLE, PAYKIT_CONFIRMATION_MISMATCH, PAYKIT_UNEXPECTED_MESSAGE, PAYKIT_TOO_MANY_ACKS
 * @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED, PAYKIT_CHANNEL_CLOSED, PAYKIT_CHANNEL_FAILED, or the channel's own codes
 * @throws PAYKIT_STORE_FAILED, PAYKIT_RECEIPT_CONFLICT
 * @see P8 §2.6, §13.3
 */
export async function requestReceipt(
  channel: MessageChannel,
  provisional: PaykitReceipt,
  options: RequestReceiptOptions,
): Promise<PaykitReceipt> {
  const {
    store,
    clock = systemClock,
    timeoutMs = CONFIRMATION_TIMEOUT_MS,
    signal,
    maxAcks = MAX_ACKS,
  } = options;
  const request = copyReceipt(provisional);
  const negotiation = startNegotiation('payer', options.observer);
  try {
    const wait = { what: 'the confirmation', clock, timeoutMs, signal };
    const receipt = await withDeadline(wait, async (deadline) => {
      negotiation.apply('request');
      await sendWithin(deadline, channel, { type: 'RequestReceipt', provisionalReceipt: request });
      return confirmationIn(await skipAcks(deadline, channel, negotiation, maxAcks), request);
    });
    negotiation.apply('accept');
    const storeWait = { what: 'storing the receipt', clock, timeoutMs, signal };
    await withDeadline(storeWait, (deadline) => deadline.race(() => keep(store, receipt)));
    negotiation.apply('store');
    return receipt;
  } catch (error) {
    const refused =
      error instanceof PaykitError &&
      (error.code === 'PAYKIT_REFUSED_BY_PEER' || error.code === 'PAYKIT_PEER_UNAVAILABLE');
    negotiation.apply(refused ? 'refuse' : 'fail');
    throw error;
  }
}
