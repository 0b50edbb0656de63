import { isStoragePath } from '@pubky-paykit/homeserver/wire';
import { zBase32 } from '@pubky-paykit/primitives';
import { EVENT_STREAM_USERS, KEY_BYTES } from '../constants.ts';
import { Refusal } from '../http/exchange.ts';
import type { StoredEvent } from '../storage/network-state.ts';

/** What an event stream is asked for. */
export interface EventStreamQuery {
  /** z-base-32 keys, and behind which event of theirs to start. */
  readonly users: ReadonlyMap<string, number | undefined>;
  /** What paths begin with; empty for all. */
  readonly path: string;
  /** Newest first. */
  readonly reverse: boolean;
  /** Whether to go on with what happens from now. */
  readonly live: boolean;
  /** Events at most; `Infinity` for no limit. */
  readonly limit: number;
}

const LARGEST_LIMIT = 65_535;
/** What is no path of a file, and still the beginning of all of them. */
const ROOTS = new Set(['/', '/pub']);

function readUser(value: string): readonly [string, number | undefined] {
  const colon = value.indexOf(':');
  const user = colon === -1 ? value : value.slice(0, colon);
  try {
    zBase32.decode(user, KEY_BYTES);
  } catch {
    throw new Refusal(400, 'Invalid public key');
  }
  if (colon === -1) return [user, undefined];
  const cursor = value.slice(colon + 1);
  if (!/^\d{1,15}$/.test(cursor)) throw new Refusal(400, 'Invalid cursor');
  return [user, Number(cursor)];
}

function readUsers(values: readonly string[]): ReadonlyMap<string, number | undefined> {
  const given = values.filter((value) => value !== '');
  if (given.length === 0) throw new Refusal(400, 'user parameter is required');
  if (given.length > EVENT_STREAM_USERS) {
    throw new Refusal(400, `Too many users. Maximum allowed: ${EVENT_STREAM_USERS}`);
  }
  return new Map(given.map(readUser));
}

function readPath(text: string): string {
  if (text === '') return '';
  const path = text.startsWith('/') ? text : `/${text}`;
  if (!ROOTS.has(path) && !isStoragePath(path)) throw new Refusal(400, 'Invalid path');
  return path;
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit <= LARGEST_LIMIT)) throw new Refusal(400, 'Invalid limit');
  return limit;
}

/**
 * Reads the query of an event stream; of what may stand once, the last one counts.
 *
 * @throws Refusal 400
 */
export function readEventStreamQuery(query: string): EventStreamQuery {
  const values = new URLSearchParams(query);
  const last = (name: string): string | undefined => values.getAll(name).at(-1);
  const flag = (name: string): boolean => ['true', '1'].includes(last(name) ?? '');
  const [reverse, live] = [flag('reverse'), flag('live')];
  if (live && reverse) throw new Refusal(400, 'Cannot use live mode with reverse ordering');
  return {
    users: readUsers(values.getAll('user')),
    path: readPath(last('path') ?? ''),
    reverse,
    live,
    limit: readLimit(last('limit')),
  };
}

/**
 * The events behind one, in order; also those that come while they are gone through.
 *
 * @param events without gaps: ids count up by one.
 */
export function* eventsBehind(events: readonly StoredEvent[], id: number): Generator<StoredEvent> {
  for (let next = Math.max(id + 1, events[0]?.id ?? 0); ; next += 1) {
    // Found anew each time: the front of the list may be cut off between two steps.
    const event = events[next - (events[0]?.id ?? next)];
    if (event === undefined) return;
    yield event;
  }
}
