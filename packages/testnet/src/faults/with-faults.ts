import type { CancelSignal, Clock } from '@pubky-paykit/primitives';
import { CUT, type HttpHandler, type HttpReply, type HttpRequest, textReply } from '../http/exchange.ts';
import type { Fault, FaultSource } from './fault-switch.ts';

/** A handler that can be told to get something wrong itself. */
export type FaultyHandler<Kind extends Fault> = (
  request: HttpRequest,
  fault: Kind | undefined,
) => Promise<HttpReply | typeof CUT>;

/** Resolves after a time, or once the client has gone. */
function pause(clock: Clock, delayMs: number, signal: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = delayMs === Number.POSITIVE_INFINITY ? () => {} : clock.schedule(delayMs, end);
    if (signal.aborted) end();
    else signal.addEventListener('abort', end);
  });
}

type Body = NonNullable<HttpReply['body']>;

/** The first piece of a body: of files and streams, no more than that is read. */
async function firstPiece(body: Body): Promise<Uint8Array> {
  if (typeof body === 'string' || body instanceof Uint8Array) return Buffer.from(body);
  for await (const piece of body) return Buffer.from(piece);
  return new Uint8Array();
}

/** Half of what a body begins with; reading on fails, which cuts the connection. */
async function* half(body: Body): AsyncGenerator<Uint8Array> {
  const piece = await firstPiece(body);
  yield piece.subarray(0, piece.length >> 1);
  throw new Error('truncated on purpose');
}

function truncated(reply: HttpReply): HttpReply {
  const { body = '' } = reply;
  const whole = typeof body === 'string' || body instanceof Uint8Array;
  // An empty body has no middle to stop in: one byte too many is promised.
  const promised = whole ? { 'content-length': Math.max(Buffer.byteLength(body), 1) } : {};
  return { ...reply, headers: { ...reply.headers, ...promised }, body: half(body) };
}

/** Runs a handler with the faults that are switched on. */
export function withFaults<Kind extends Fault>(
  source: FaultSource<Kind>,
  clock: Clock,
  handler: FaultyHandler<Kind>,
): HttpHandler {
  return async (request) => {
    const fault = source.take(request);
    if (fault === undefined) return handler(request, undefined);
    if (fault.latencyMs !== undefined || fault.hang) request.expectSilence();
    if (fault.latencyMs !== undefined) await pause(clock, fault.latencyMs, request.signal);
    if (fault.refuse) return CUT;
    if (fault.hang) {
      await pause(clock, Number.POSITIVE_INFINITY, request.signal);
      return CUT;
    }
    if (fault.status !== undefined) return textReply(fault.status, 'a fault that was switched on');
    const reply = await handler(request, fault);
    if (reply === CUT || !fault.drop) return reply === CUT || !fault.truncate ? reply : truncated(reply);
    await reply.release?.();
    return CUT;
  };
}
