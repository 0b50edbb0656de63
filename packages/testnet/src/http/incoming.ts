import type { IncomingMessage } from 'node:http';
import { type HttpRequest, Refusal } from './exchange.ts';

/** Decimal digits and nothing else; the parser has refused what is no length at all. */
function announced(incoming: IncomingMessage): number | undefined {
  const text = incoming.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

function tooLong(maximumBytes: number): Refusal {
  return new Refusal(413, `the body is longer than the ${maximumBytes} bytes allowed`);
}

async function* chunksOf(incoming: IncomingMessage, maximumBytes: number): AsyncGenerator<Uint8Array> {
  if ((announced(incoming) ?? 0) > maximumBytes) throw tooLong(maximumBytes);
  let length = 0;
  // Left open on an early end: destroying the message would take the connection, and the answer, with it.
  for await (const chunk of incoming.iterator({ destroyOnReturn: false })) {
    const piece = chunk as Uint8Array;
    length += piece.length;
    if (length > maximumBytes) throw tooLong(maximumBytes);
    yield piece;
  }
  // A client that goes away in the middle must not leave half a file behind as if it were whole.
  if (!incoming.complete) throw new Refusal(400, 'the body ended before its announced length');
}

/**
 * A request of Node as the handlers see it.
 *
 * @throws Refusal with status 400 unless the target is a path.
 */
export function readRequest(incoming: IncomingMessage, signal: AbortSignal): HttpRequest {
  const target = incoming.url ?? '';
  if (!target.startsWith('/')) throw new Refusal(400, 'the target of the request is not a path');
  const question = target.indexOf('?');
  return {
    method: incoming.method ?? '',
    path: question === -1 ? target : target.slice(0, question),
    query: question === -1 ? '' : target.slice(question + 1),
    header(name) {
      const value = incoming.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    announcedBytes: announced(incoming),
    chunks: (maximumBytes) => chunksOf(incoming, maximumBytes),
    signal,
    expectSilence: () => {
      incoming.socket.setTimeout(0);
    },
  };
}
