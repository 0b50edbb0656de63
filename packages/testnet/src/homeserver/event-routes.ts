import { formatEventMessage, formatEventPage, type StorageEvent } from '@pubky-paykit/homeserver/wire';
import { zBase32 } from '@pubky-paykit/primitives';
import { EVENT_KEEP_ALIVE_MS, KEY_BYTES } from '../constants.ts';
import { type HttpReply, type HttpRequest, Refusal } from '../http/exchange.ts';
import type { StoredEvent } from '../storage/network-state.ts';
import { type EventStreamQuery, eventsBehind, readEventStreamQuery } from './event-query.ts';
import type { Homeserver } from './homeserver.ts';
import { readPageQuery } from './page-query.ts';

function toStorageEvent({ type, user, path, id, etag }: StoredEvent): StorageEvent {
  const owner = zBase32.decode(user, KEY_BYTES);
  return { type, owner, path, cursor: String(id), contentHash: etag };
}

/** `GET /events/`: what happened on the whole homeserver behind a cursor, one line each, and the next cursor. */
export async function eventPage({ store }: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const { limit, cursor = '0' } = readPageQuery(request.query);
  if (!/^\d{1,15}$/.test(cursor)) throw new Refusal(400, 'Invalid cursor');
  const events: StoredEvent[] = [];
  for (const event of eventsBehind(store.state.events, Number(cursor))) {
    if (events.length >= limit) break;
    events.push(event);
  }
  const last = events.at(-1);
  return {
    status: 200,
    headers: { 'content-type': 'text/plain' },
    body: formatEventPage({
      events: events.map(toStorageEvent),
      cursor: last === undefined ? undefined : String(last.id),
    }),
  };
}

/** A line that means nothing, and shows that the connection lives. */
const KEEP_ALIVE = ':\n\n';

function wanted(event: StoredEvent, { users, path, reverse }: EventStreamQuery): boolean {
  if (!users.has(event.user) || !event.path.startsWith(path)) return false;
  const cursor = users.get(event.user);
  return cursor === undefined || (reverse ? event.id < cursor : event.id > cursor);
}

async function* backwards({ store }: Homeserver, query: EventStreamQuery): AsyncGenerator<StoredEvent> {
  // A copy: the list is cut from its front while a slow client reads.
  for (const event of [...store.state.events].reverse()) if (wanted(event, query)) yield event;
}

/** The event before the first one that may be wanted. */
function startOf({ users }: EventStreamQuery, events: readonly StoredEvent[]): number {
  const oldest = (events[0]?.id ?? 1) - 1;
  const earliest = Math.min(...[...users.values()].map((cursor) => cursor ?? oldest));
  return Math.max(oldest, earliest);
}

async function* forwards(
  { store, bell }: Homeserver,
  { signal }: HttpRequest,
  query: EventStreamQuery,
): AsyncGenerator<StoredEvent | undefined> {
  const { events } = store.state;
  const listener = bell.listen();
  try {
    let position = startOf(query, events);
    while (!signal.aborted) {
      // What was forgotten before a client could read it is a gap it must hear of: the stream ends.
      if ((events[0]?.id ?? 0) > position + 1) return;
      for (const event of eventsBehind(events, position)) {
        position = event.id;
        if (wanted(event, query)) yield event;
      }
      if (!query.live) return;
      if (!(await listener.next(EVENT_KEEP_ALIVE_MS, signal))) yield undefined;
    }
  } finally {
    listener.stop();
  }
}

async function* messages(
  source: AsyncIterable<StoredEvent | undefined>,
  limit: number,
): AsyncGenerator<string> {
  let sent = 0;
  for await (const event of source) {
    yield event === undefined ? KEEP_ALIVE : formatEventMessage(toStorageEvent(event));
    if (event !== undefined) sent += 1;
    if (sent > 0 && sent >= limit) return;
  }
}

/**
 * `GET /events-stream`: what happened to the files of some users, and, if wanted, what happens from then on, as
 * server-sent events.
 *
 * @see official-noise §3.4
 */
export async function eventStream(homeserver: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const query = readEventStreamQuery(request.query);
  if ([...query.users.keys()].some((user) => !homeserver.store.state.users.has(user))) {
    throw new Refusal(404, 'Not Found');
  }
  request.expectSilence();
  const source = query.reverse ? backwards(homeserver, query) : forwards(homeserver, request, query);
  return {
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' },
    body: messages(source, query.limit),
  };
}
