import type { CancelSignal } from '@pubky-paykit/primitives';

/** One request, as the servers of this package see it. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string;
  /** As sent: starts with a slash, still percent-encoded, without the query. */
  readonly path: string;
  /** Without the question mark; empty if there is none. */
  readonly query: string;
  /** @param name in lower case. Several headers of one name come joined by commas, cookies by semicolons. */
  header(name: string): string | undefined;
  /** What `content-length` says, if it says anything. */
  readonly announcedBytes: number | undefined;
  /**
   * The body, piece by piece; each piece is borrowed until the next one.
   *
   * @param maximumBytes inclusive; a longer body is a {@link Refusal} with status 413, at once if it was announced.
   */
  chunks(maximumBytes: number): AsyncIterable<Uint8Array>;
  /** Aborted when the client has gone, or the server closes. */
  readonly signal: CancelSignal;
  /** The answer is a matter of waiting: a silent connection is not closed for being silent. */
  expectSilence(): void;
}

/** One answer. */
export interface HttpReply {
  readonly status: number;
  /** Names in lower case. */
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Uint8Array | string | AsyncIterable<Uint8Array | string>;
  /** Called once the answer is sent or given up, body read or not. */
  readonly release?: () => Promise<void>;
}

/** Instead of an answer: the connection is reset. */
export const CUT = Symbol('cut');

/** Answers requests. What it throws becomes the answer it names ({@link Refusal}), or status 500. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpReply | typeof CUT>;

/** A request that is refused: the answer to it, as an error so that it can be thrown from anywhere below a handler. */
export class Refusal extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  /** @param message is sent as the body: never put secrets or file names of this machine into it. */
  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** The answer that a {@link Refusal} is; anything else is thrown on. */
export function refusalReply(error: unknown): HttpReply {
  if (!(error instanceof Refusal)) throw error;
  return textReply(error.status, error.message, error.headers);
}

/** A short answer in words. */
export function textReply(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): HttpReply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text };
}

/**
 * The whole body of a request, in a fresh buffer.
 *
 * @param maximumBytes inclusive.
 * @throws Refusal with status 413 if it is longer.
 */
export async function readWhole(request: HttpRequest, maximumBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of request.chunks(maximumBytes)) pieces.push(piece);
  // A copy also frees the large buffers that small pieces are views of.
  return new Uint8Array(Buffer.concat(pieces));
}
