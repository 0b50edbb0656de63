import {
  type FetchBodyReader,
  type FetchResponse,
  type PlatformSignal,
  zBase32,
} from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { exchange, offline } from '../storage/exchange.ts';
import type { StorageParts } from '../storage/files.ts';
import type { StorageEvent } from '../wire/events.ts';
import { createEventMessages, EVENT_MAXIMUM_BYTES } from './event-messages.ts';

/** Silence after which a stream counts as dead; the official server sends a comment every 15 seconds. */
const SILENCE_MAXIMUM_MS = 45_000;

/** How long a stream is trusted before everything is read anew, as a safety net. */
const STREAM_MAXIMUM_MS = 300_000;

/** Where the events of an identity stand; `undefined` if there have been none. */
export type Position = string | undefined;

/** Events as they happen. */
export interface EventStream {
  /** The next ones; empty if there are none yet; `undefined` once the stream has ended, broken or gone silent. */
  next(options: CallOptions): Promise<readonly StorageEvent[] | undefined>;
  close(): void;
}

/** Statuses of a server that has no event stream, or not for us: asking again would not help. */
const isRefusal = (status: number): boolean => status >= 400 && status < 500 && status !== 429;

interface EventRequest {
  readonly owner: Uint8Array;
  readonly query: string;
}

function send({ transport }: StorageParts, { owner, query }: EventRequest, signal: PlatformSignal) {
  return transport.send(owner, {
    method: 'GET',
    target: `/events-stream?user=${zBase32.encode(owner)}${query}`,
    headers: { accept: 'text/event-stream' },
    credentials: 'omit',
    signal,
  });
}

/** Whether a platform hands out bodies piece by piece, and the server sends what we asked for. */
function isStream(response: FetchResponse): boolean {
  const type = response.headers.get('content-type') ?? '';
  return typeof response.body?.getReader === 'function' && type.startsWith('text/event-stream');
}

/**
 * Where the events of an identity stand now, from the last one.
 *
 * @returns `{ position }`, or `undefined` where there is no event stream that could be read.
 */
export function latestPosition(
  parts: StorageParts,
  owner: Uint8Array,
  options: CallOptions,
): Promise<{ readonly position: Position } | undefined> {
  return exchange<{ readonly position: Position } | undefined>({
    what: 'event stream',
    clock: parts.clock,
    options,
    send: (signal) => send(parts, { owner, query: '&reverse=true&limit=1' }, signal),
    accept: async (response, body) => {
      if (!isStream(response)) return undefined;
      const events = createEventMessages().push(await body(2 * EVENT_MAXIMUM_BYTES));
      return { position: events[0]?.cursor };
    },
    missing: () => undefined,
  });
}

/**
 * Opens the stream behind a position.
 *
 * @returns `undefined` if the server refuses; other failures are thrown.
 */
export async function openEventStream(
  parts: StorageParts,
  owner: Uint8Array,
  path: string,
  position: Position,
  options: CallOptions & { readonly timeoutMs: number },
): Promise<EventStream | undefined> {
  const cursor = position === undefined ? '' : `:${position}`;
  const query = `${cursor}&live=true&path=${encodeURIComponent(path)}`;
  const limits = { what: 'event stream', clock: parts.clock, ...options };
  const response = await withDeadline(limits, ({ race }) =>
    race((signal) => send(parts, { owner, query }, signal)),
  ).catch((error) => {
    throw offline(error, 'homeserver');
  });
  const reader = response.body?.getReader();
  if (reader !== undefined && response.status === 200 && isStream(response)) return readEvents(parts, reader);
  await reader?.cancel();
  if (isRefusal(response.status) || response.status === 200) return undefined;
  throw new HomeserverError('HOMESERVER_SERVER_ERROR', { status: response.status });
}

/** A stream that is being read. Whatever breaks it ends it: the watch goes on from its own memory. */
function readEvents({ clock }: StorageParts, reader: FetchBodyReader): EventStream {
  const messages = createEventMessages();
  const untilMs = clock.now() + STREAM_MAXIMUM_MS;
  const close = (): void => {
    reader.cancel().catch(() => {});
  };
  return {
    close,
    async next({ signal }) {
      try {
        const timeoutMs = Math.min(SILENCE_MAXIMUM_MS, untilMs - clock.now());
        const limits = { what: 'event stream', clock, timeoutMs, signal };
        const { done, value } = await withDeadline(limits, ({ race }) => race(() => reader.read()));
        if (!done && value !== undefined) return messages.push(value);
      } catch {
        // Silence, a broken connection or a malformed message: reading everything anew tells what is so.
      }
      close();
      return undefined;
    },
  };
}
