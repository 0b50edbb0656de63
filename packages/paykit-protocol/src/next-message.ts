import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import { CLOSING_MAX_MESSAGES, CLOSING_WAIT_MS, MESSAGE_TIMEOUT_MS } from './constants.ts';
import { withDeadline } from './deadline.ts';
import { PaykitError } from './errors.ts';
import { receiveWithin } from './message-channel.ts';
import type { PaykitMessage } from './messages.ts';
import type { MessageReceiver } from './ports.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

/** How long a channel is served. */
export interface ListeningOptions {
  readonly clock?: Clock | undefined;
  /** Longest wait for the next message, and for sending one, in milliseconds; default 60 000. */
  readonly messageTimeoutMs?: number | undefined;
  /** Ends the service at once, with an error. */
  readonly signal?: CancelSignal | undefined;
  /**
   * Ends the service between two messages, without an error: what has come by then is dealt with first, up to 16 messages,
   * of which each has to be there within 50 ms. `signal` ends it at once.
   */
  readonly closing?: CancelSignal | undefined;
}

interface Wait extends Pick<ListeningOptions, 'signal' | 'closing'> {
  readonly clock: Clock;
}

/**
 * Runs `work` with a signal that is aborted with `signal`, or a moment after `closing`. Not together with it: a message
 * that is on its way through the channel in that very tick would have been read, and lost.
 */
async function untilClosed<Result>(
  { clock, signal, closing }: Wait,
  work: (end: CancelSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const end = () => controller.abort();
  let cancelTimer = () => {};
  const endSoon = () => {
    cancelTimer = clock.schedule(CLOSING_WAIT_MS, end);
  };
  if (signal?.aborted) end();
  else signal?.addEventListener('abort', end);
  if (closing?.aborted) endSoon();
  else closing?.addEventListener('abort', endSoon);
  try {
    return await work(controller.signal);
  } finally {
    signal?.removeEventListener('abort', end);
    closing?.removeEventListener('abort', endSoon);
    cancelTimer();
  }
}

function isOver(error: unknown): boolean {
  return (
    error instanceof PaykitError && (error.code === 'PAYKIT_CANCELLED' || error.code === 'PAYKIT_TIMED_OUT')
  );
}

/**
 * A function for the next message of a channel; it gives `undefined` once the peer has closed, or once `closing` is
 * aborted and what has come is read.
 *
 * The function @throws PAYKIT_TIMED_OUT, PAYKIT_CANCELLED, PAYKIT_CHANNEL_FAILED, the codes of `decodeMessage`, or the
 * channel's own.
 */
export function messagesOf(
  channel: MessageReceiver,
  options: ListeningOptions,
): () => Promise<PaykitMessage | undefined> {
  const { clock = systemClock, messageTimeoutMs: timeoutMs = MESSAGE_TIMEOUT_MS, signal, closing } = options;
  let leftToRead = CLOSING_MAX_MESSAGES;
  return async () => {
    if (closing?.aborted && !signal?.aborted && leftToRead-- === 0) return undefined;
    try {
      return await untilClosed({ clock, signal, closing }, (end) =>
        withDeadline({ what: 'the next message', clock, timeoutMs, signal: end }, (deadline) =>
          receiveWithin(deadline, channel),
        ),
      );
    } catch (error) {
      if (closing?.aborted && !signal?.aborted && isOver(error)) return undefined;
      throw error;
    }
  };
}
