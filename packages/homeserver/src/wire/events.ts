import { HomeserverError } from '../errors.ts';
import { formatResource, type PubkyResource, parseResource } from './listing.ts';

/** What happened to a file. `DEL` is the word on the wire. */
export type StorageEventType = 'PUT' | 'DEL';

/** Something that was written or deleted, as a server tells it. */
export interface StorageEvent extends PubkyResource {
  readonly type: StorageEventType;
  /** Where to go on after this one: decimal digits. Only in the stream. */
  readonly cursor?: string | undefined;
  /** Base 64 of the BLAKE3 hash of what was written: the etag without its quotes. Only in the stream. */
  readonly contentHash?: string | undefined;
}

/** One answer of `/events/`. */
export interface EventPage {
  readonly events: readonly StorageEvent[];
  /** Where to go on; missing if there was nothing new. */
  readonly cursor: string | undefined;
}

// With the flag `s`: names may hold U+2028 and U+2029, which a dot does not match otherwise.
const LINE = /^(PUT|DEL) (pubky:\/\/.+)$/su;
const CURSOR = /^cursor: (\d{1,20})$/u;
const HASH = /^content_hash: ([A-Za-z0-9+/]{43}=)$/u;

const badEvents = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'list of events', fault });

/** The body of `/events/`: one line an event, then the cursor of the last one. */
export function formatEventPage({ events, cursor }: EventPage): string {
  const lines = events.map((event) => `${event.type} ${formatResource(event)}`);
  return [...lines, ...(cursor === undefined ? [] : [`cursor: ${cursor}`])].join('\n');
}

/**
 * Parses the body of `/events/`.
 *
 * @param maximum Most lines that are taken (inclusive).
 * @throws HOMESERVER_BAD_ANSWER
 */
export function parseEventPage(body: string, maximum: number): EventPage {
  const lines = body.split('\n', maximum + 2).filter((line) => line !== '');
  if (lines.length > maximum) throw badEvents('too many lines');
  const cursor = CURSOR.exec(lines.at(-1) ?? '')?.[1];
  const events = (cursor === undefined ? lines : lines.slice(0, -1)).map((line) => {
    const [, type, url] = LINE.exec(line) ?? [];
    const resource = parseResource(url ?? '');
    if (type === undefined || resource === undefined) throw badEvents('line');
    return { type: type as StorageEventType, ...resource };
  });
  return { events, cursor };
}

/** One message of `/events-stream`, with the empty line that ends it. */
export function formatEventMessage({ type, cursor, contentHash, ...resource }: StorageEvent): string {
  const lines = [formatResource(resource)];
  if (cursor !== undefined) lines.push(`cursor: ${cursor}`);
  if (contentHash !== undefined) lines.push(`content_hash: ${contentHash}`);
  return [`event: ${type}`, ...lines.map((line) => `data: ${line}`), '', ''].join('\n');
}

/**
 * The event in one message of `/events-stream`: its name and its data, lines joined by line feeds.
 *
 * @returns `undefined` for a message of another kind, which a later server may send.
 * @throws HOMESERVER_BAD_ANSWER
 */
export function parseEventMessage(name: string, data: string): StorageEvent | undefined {
  if (name !== 'PUT' && name !== 'DEL') return undefined;
  const [url, ...rest] = data.split('\n');
  const resource = parseResource(url ?? '');
  if (resource === undefined) throw badEvents('resource');
  const find = (pattern: RegExp) =>
    rest.map((line) => pattern.exec(line)?.[1]).find((value) => value !== undefined);
  const cursor = find(CURSOR);
  if (cursor === undefined) throw badEvents('cursor');
  return { type: name, ...resource, cursor, contentHash: find(HASH) };
}
