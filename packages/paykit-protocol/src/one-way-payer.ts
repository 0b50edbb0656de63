import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import { CONFIRMATION_TIMEOUT_MS } from './constants.ts';
import { withDeadline } from './deadline.ts';
import { sendWithin } from './message-channel.ts';
import type { OneWaySender } from './ports.ts';
import { copyReceipt, type PaykitReceipt } from './receipt.ts';

/** How a one-way request is sent. */
export interface SendOneWayOptions {
  readonly clock?: Clock | undefined;
  /** Milliseconds; default 30 000. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: CancelSignal | undefined;
}

/**
 * Sends a request over a channel that brings nothing back, such as that of pattern N. When it resolves, the channel has
 * taken the bytes: whether they arrive nobody says, nothing is confirmed, and there is no receipt to pay by.
 *
 * Pass a throw-away key as `payer`: the session hides who sends, and the receipt would name the real one (P8 W-06). The
 * payee takes no claim for proven that comes this way.
 *
 * @param sender A two-way channel does not fit: its payee would answer. Use `requestReceipt` there.
 * @param provisional Copied at once.
 * @throws PAYKIT_BAD_FIELD if the request is out of bounds; nothing was sent then.
 * @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED, PAYKIT_CHANNEL_FAILED, or the channel's own codes
 * @see P8 §3.8
 * @example
 * ```ts
 * import { createProvisionalReceipt, type OneWaySender, sendOneWayRequest } from '@pubky-paykit/paykit-protocol';
 * async function ask(sender: OneWaySender, throwAway: Uint8Array, payee: Uint8Array) {
 *   await sendOneWayRequest(sender, createProvisionalReceipt({ payer: throwAway, payee, methodId: 'lightning' }));
 * }
 * ```
 */
export async function sendOneWayRequest(
  sender: OneWaySender,
  provisional: PaykitReceipt,
  options: SendOneWayOptions = {},
): Promise<void> {
  const { clock = systemClock, timeoutMs = CONFIRMATION_TIMEOUT_MS, signal } = options;
  const provisionalReceipt = copyReceipt(provisional);
  const wait = { what: 'sending the request', clock, timeoutMs, signal };
  await withDeadline(wait, (deadline) =>
    sendWithin(deadline, sender, { type: 'RequestReceipt', provisionalReceipt }),
  );
}
