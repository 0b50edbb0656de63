import { ONE_WAY_MAX_REQUESTS } from './constants.ts';
import { PaykitError } from './errors.ts';
import { type ListeningOptions, messagesOf } from './next-message.ts';
import { type NoteOptions, noteRequest, type RequestNote } from './one-way-payee.ts';
import type { OneWayReceiver } from './ports.ts';

/** How a payee serves one channel that takes no answers. */
export interface OneWayOptions extends NoteOptions, ListeningOptions {
  /** Told of each request, once it is noted or refused. */
  readonly onNote?: ((note: RequestNote) => void) | undefined;
}

/**
 * Notes the requests of one channel, one after the other, until the peer closes it or `closing` is aborted and what has
 * come is noted; other messages are ignored. Nothing is ever sent and no payment confirmed. A message that cannot be read ends the service, and so does
 * the 17th request: 0.8 sends one, and nobody shall fill the store through one session.
 *
 * @param receiver A two-way channel does not fit: its payer would wait for an answer. Use `serveChannel` there.
 * @throws PAYKIT_TOO_MANY_REQUESTS
 * @throws PAYKIT_TIMED_OUT if the peer says nothing for too long.
 * @throws PAYKIT_CANCELLED, PAYKIT_CHANNEL_FAILED, the codes of `decodeMessage`, or the channel's own
 * @see P8 §3.8
 */
export async function serveOneWayChannel(receiver: OneWayReceiver, options: OneWayOptions): Promise<void> {
  const nextMessage = messagesOf(receiver, options);
  let requests = 0;
  for (;;) {
    const message = await nextMessage();
    if (message === undefined) return;
    if (message.type !== 'RequestReceipt') continue;
    if (++requests > ONE_WAY_MAX_REQUESTS) {
      throw new PaykitError('PAYKIT_TOO_MANY_REQUESTS', { maximum: ONE_WAY_MAX_REQUESTS });
    }
    const note = await noteRequest(message, options);
    options.onNote?.(note);
  }
}
