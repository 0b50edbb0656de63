import { PatternsError } from '../errors.ts';
import type { AnySession, Session } from '../sessions/session.ts';
import type { ProfileHandshake } from './handshake.ts';

/** What one step of a handshake leaves to do. */
export interface ExchangeStep<Yields extends AnySession = Session> {
  /** Messages for the peer, in this order; fresh buffers. None while the peer still has something to say. */
  readonly outgoing: readonly Uint8Array[];
  /** The session, once the handshake is done; the caller owns it. Send `outgoing` all the same. */
  readonly session: Yields | undefined;
}

/**
 * Refuses a call that does not fit the turn, before it could end the handshake.
 *
 * @throws PATTERNS_EXCHANGE_CALL
 * @throws TypeError
 */
export function checkExchangeCall(handshake: ProfileHandshake<AnySession>, incoming?: Uint8Array): void {
  if (incoming !== undefined && !(incoming instanceof Uint8Array)) {
    throw new TypeError('a message is a Uint8Array');
  }
  const wanted = handshake.turn === 'read';
  if (wanted === (incoming !== undefined)) return;
  throw new PatternsError('PATTERNS_EXCHANGE_CALL', {
    wanted: wanted ? "the peer's message" : 'no message, because this side speaks',
  });
}

/**
 * Takes a handshake as far as it gets without another message of the peer: for those who carry messages themselves, in
 * requests and answers, files or QR codes. Reads `incoming`, writes as long as it is this side's turn, and finishes.
 *
 * One call is one step of what 0.8 calls start, accept and complete, in every profile: the initiator of N has its session
 * after the first; the responder of NN answers with two messages, which its peer takes in one by one.
 *
 * @param handshake Borrowed. Await each call before the next: a second call while one runs ends it (PATTERNS_BUSY).
 * @param incoming The peer's next message, at most 65 535 bytes; borrowed until the promise is returned. Left out by the
 *   side that speaks first.
 * @throws PATTERNS_EXCHANGE_CALL if a message is missing or out of place; nothing has happened then.
 * @throws What `read`, `write` and `finish` of the handshake throw: it has ended then, and a new one is the recovery.
 * @throws TypeError if `incoming` is no Uint8Array.
 * @see N8 §6.3
 * @example
 * ```ts
 * import { advanceHandshake, type ProfileHandshake } from '@pubky-paykit/patterns';
 * async function answer(responder: ProfileHandshake, request: Uint8Array) {
 *   const { outgoing, session } = await advanceHandshake(responder, request);
 *   return { outgoing, open: session !== undefined };
 * }
 * ```
 */
export async function advanceHandshake<Yields extends AnySession = Session>(
  handshake: ProfileHandshake<Yields>,
  incoming?: Uint8Array,
): Promise<ExchangeStep<Yields>> {
  checkExchangeCall(handshake, incoming);
  if (incoming !== undefined) await handshake.read(incoming);
  const outgoing: Uint8Array[] = [];
  while (handshake.turn === 'write') outgoing.push(await handshake.write());
  return { outgoing, session: handshake.turn === 'done' ? handshake.finish() : undefined };
}
