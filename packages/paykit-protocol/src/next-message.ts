import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import { MESSAGE_TIMEOUT_MS } from './constants.ts';
import { withDeadline } from './deadline.ts';
import { PaykitError } from './errors.ts';
import { receiveWithin } from './message-channel.ts';
import type { PaykitMessage } from './messages.ts';
import type { MessageReceiver } from './ports.ts';

/** How long a channel is served. */
export interface ListeningOptions {
  readonly clock?: Clock | undefined;
  /** Longest wait for the next message, and for sending one, in milliseconds; default 60 000. */
  readonly messageTimeoutMs?: number | undefined;
  /** Ends the service at once, with an error. */
  readonly signal?: CancelSignal | undefined;
  /**
   * Ends the service between two messages, without an error: the one being dealt with is finished first, those that were not
   * read yet are lost, and one-way payers never learn of it. `signal` ends it at once.
   */
  readonly closing?: CancelSignal | undefined;
}

/** Aborted as soon as one of two signals is. */
function eitherSignal(first?: CancelSignal, second?: CancelSignal): CancelSignal | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  const both = [first, second];
  return {
    get aborted() {
      return both.some(({ aborted }) => aborted);
    },
    addEventListener: (type, listener) =>
      both.forEach((signal) => void signal.addEventListener(type, listener)),
    removeEventListener: (type, listener) =>
      both.forEach((signal) => void signal.removeEventListener(type, listener)),
  };
}

function isCancelled(error: unknown): boolean {
  return error instanceof PaykitError && error.code === 'PAYKIT_CANCELLED';
}

/**
 * The next message, or `undefined` once the peer has closed or `closing` is aborted.
 *
 * @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED, PAYKIT_CHANNEL_FAILED, the codes of `decodeMessage`, or the channel's own
 */
export async function nextMessage(
  channel: MessageReceiver,
  options: ListeningOptions,
): Promise<PaykitMessage | undefined> {
  const { clock = systemClock, messageTimeoutMs: timeoutMs = MESSAGE_TIMEOUT_MS, signal, closing } = options;
  const wait = { what: 'the next message', clock, timeoutMs, signal: eitherSignal(signal, closing) };
  try {
    return await withDeadline(wait, (deadline) => receiveWithin(deadline, channel));
  } catch (error) {
    if (closing?.aborted && !signal?.aborted && isCancelled(error)) return undefined;
    throw error;
  }
}
