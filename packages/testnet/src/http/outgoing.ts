import type { ServerResponse } from 'node:http';
import type { HttpReply } from './exchange.ts';

function lengthOf(body: HttpReply['body']): number | undefined {
  if (body === undefined) return 0;
  if (typeof body === 'string') return Buffer.byteLength(body);
  return body instanceof Uint8Array ? body.length : undefined;
}

/** Statuses whose answers have no body, and so no length either. RFC 9110 §8.6, §15.4.5 */
const BODILESS = new Set([204, 304]);

function headersOf({ status, headers = {}, body }: HttpReply): Record<string, string | number> {
  const length = lengthOf(body);
  const known = 'content-length' in headers || BODILESS.has(status) || length === undefined;
  return known ? { ...headers } : { ...headers, 'content-length': length };
}

/** Resolves when more may be written, or never will be. */
function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.on('drain', done);
    response.on('close', done);
  });
}

/**
 * Sends an answer, no faster than the client takes it.
 *
 * @param withBody false for HEAD: headers only.
 * @throws What the body throws. Then the connection must be cut: a client must not take half an answer for a whole one.
 */
export async function sendReply(
  response: ServerResponse,
  reply: HttpReply,
  withBody: boolean,
): Promise<void> {
  const { body } = reply;
  if (response.destroyed) return;
  response.writeHead(reply.status, headersOf(reply));
  if (!withBody || body === undefined) {
    response.end();
    return;
  }
  if (typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  // Streams that have nothing to say yet must still be seen to have begun.
  response.flushHeaders();
  for await (const piece of body) {
    if (response.destroyed) return;
    if (!response.write(piece)) await drained(response);
  }
  response.end();
}
