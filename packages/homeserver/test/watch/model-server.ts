import type { FetchBodyReader, FetchResponse } from '@pubky-paykit/primitives';
import {
  formatEventMessage,
  formatListing,
  formatResource,
  type StorageEvent,
} from '../../src/wire/index.ts';
import { OWNER } from '../fetch-homeserver.ts';
import { answer, type SeenRequest } from '../scripted-fetch.ts';

/** A stream that a watch holds open. */
interface OpenStream {
  readonly path: string;
  push(chunk: string | Uint8Array): void;
  end(): void;
}

const hashOf = (version: number): string => Buffer.alloc(32, version).toString('base64');

/** The parts of a homeserver that a watch asks: files with their etags, listings, and the event stream. */
export function createModelServer() {
  const files = new Map<string, string>();
  const events: StorageEvent[] = [];
  const streams = new Set<OpenStream>();
  let versions = 0;

  const note = (event: Omit<StorageEvent, 'cursor' | 'owner'>): void => {
    const stored = { ...event, owner: OWNER, cursor: `${events.length + 1}` };
    events.push(stored);
    for (const stream of streams) {
      if (stored.path.startsWith(stream.path)) stream.push(formatEventMessage(stored));
    }
  };
  const openStream = (path: string, behind: number): FetchResponse => {
    const waiting: (string | Uint8Array)[] = events
      .slice(behind)
      .filter((event) => event.path.startsWith(path))
      .map(formatEventMessage);
    let ended = false;
    let wake: () => void = () => {};
    const stream: OpenStream = {
      path,
      push(chunk) {
        waiting.push(chunk);
        wake();
      },
      end() {
        ended = true;
        streams.delete(stream);
        wake();
      },
    };
    streams.add(stream);
    const reader: FetchBodyReader = {
      async read() {
        while (waiting.length === 0 && !ended) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const chunk = waiting.shift();
        if (chunk === undefined) return { done: true };
        return { done: false, value: typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk };
      },
      async cancel() {
        stream.end();
      },
    };
    return {
      status: 200,
      headers: new Headers({ 'content-type': 'text/event-stream' }),
      body: { getReader: () => reader },
      arrayBuffer: async () => new ArrayBuffer(0),
    };
  };
  const answerEvents = (query: URLSearchParams): FetchResponse => {
    if (server.events === 'missing') return answer(404);
    if (server.events === 'failing') return answer(500);
    const cursor = Number((query.get('user') ?? '').split(':')[1] ?? 0);
    if (query.get('live') === 'true') return openStream(query.get('path') ?? '/', cursor);
    const last = events.at(-1);
    const body = last === undefined ? '' : formatEventMessage(last);
    return answer(200, body, { 'content-type': 'text/event-stream' });
  };
  const list = (directory: string, query: URLSearchParams): FetchResponse => {
    const cursor = query.get('cursor')?.slice(52);
    const paths = [...files.keys()].sort().filter((path) => path.startsWith(directory));
    const page = paths.filter((path) => cursor === undefined || path > cursor).slice(0, 3);
    return page.length === 0 ? answer(404) : answer(200, formatListing(OWNER, page));
  };
  const server = {
    /** What the event stream does. */
    events: 'working' as 'working' | 'failing' | 'missing',
    /** While set, every request fails with this status. */
    failing: undefined as number | undefined,
    files,
    put(path: string) {
      versions += 1;
      const hash = hashOf(versions);
      files.set(path, hash);
      note({ type: 'PUT', path, contentHash: hash });
    },
    delete(path: string) {
      if (files.delete(path)) note({ type: 'DEL', path });
    },
    /** Something that the stream says and that did not happen. */
    lie(chunk: string | Uint8Array) {
      for (const stream of streams) stream.push(chunk);
    },
    breakStreams() {
      for (const stream of [...streams]) stream.end();
    },
    get openStreams() {
      return streams.size;
    },
    /** The line of a resource. */
    resource: (path: string) => formatResource({ owner: OWNER, path }),
    answer({ url, method }: SeenRequest): FetchResponse {
      if (server.failing !== undefined) return answer(server.failing);
      const { pathname, searchParams } = new URL(url);
      if (pathname === '/events-stream') return answerEvents(searchParams);
      if (pathname.endsWith('/')) return list(pathname, searchParams);
      const etag = files.get(pathname);
      return etag === undefined || method !== 'HEAD' ? answer(404) : answer(200, null, { etag: `"${etag}"` });
    },
  };
  return server;
}
