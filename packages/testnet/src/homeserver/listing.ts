import { comparePaths, placeOf } from '../storage/path-order.ts';

/** What a listing is asked for. */
export interface ListingQuery {
  /** Ends with a slash. */
  readonly directory: string;
  /** Entries at most. */
  readonly limit: number;
  /** Entries come after this one, or before it if `reverse`. */
  readonly cursor?: string | undefined;
  readonly reverse: boolean;
  /** Directories instead of what is in them. */
  readonly shallow: boolean;
}

/** The first text behind everything that begins with `directory`: the slash is followed by the digit zero. */
function behind(directory: string): string {
  return `${directory.slice(0, -1)}0`;
}

/** What a path is listed as: itself, or the directory it is in directly below `directory`. */
function nameOf(path: string, { directory, shallow }: ListingQuery): string {
  const slash = shallow ? path.indexOf('/', directory.length) : -1;
  return slash === -1 ? path : path.slice(0, slash + 1);
}

function isGroup(name: string): boolean {
  return name.endsWith('/');
}

function forward(paths: readonly string[], query: ListingQuery, start: number, end: number): string[] {
  const { cursor, limit } = query;
  const names: string[] = [];
  let at = cursor === undefined ? start : Math.max(start, placeOf(paths, cursor));
  while (at < end && names.length < limit) {
    const name = nameOf(paths[at] ?? '', query);
    if (cursor === undefined || comparePaths(name, cursor) > 0) names.push(name);
    at = isGroup(name) ? placeOf(paths, behind(name)) : at + 1;
  }
  return names;
}

/** Where to start backwards: the directory a cursor is in comes before the cursor, but some of its paths behind it. */
function startOf(cursor: string, query: ListingQuery): string {
  if (!query.shallow || !cursor.startsWith(query.directory)) return cursor;
  const name = nameOf(cursor, query);
  return isGroup(name) ? behind(name) : cursor;
}

function backward(paths: readonly string[], query: ListingQuery, start: number, end: number): string[] {
  const { cursor, limit } = query;
  const names: string[] = [];
  let at = cursor === undefined ? end : Math.min(end, placeOf(paths, startOf(cursor, query)));
  while (at > start && names.length < limit) {
    const name = nameOf(paths[at - 1] ?? '', query);
    if (cursor === undefined || comparePaths(name, cursor) < 0) names.push(name);
    at = isGroup(name) ? placeOf(paths, name) : at - 1;
  }
  return names;
}

/**
 * One page of what is below a directory, in the order of bytes.
 *
 * @param paths all files of a user, sorted; not gone through beyond the page.
 * @returns undefined if there is no such directory: one without files is none.
 */
export function listDirectory(paths: readonly string[], query: ListingQuery): readonly string[] | undefined {
  const start = placeOf(paths, query.directory);
  const end = placeOf(paths, behind(query.directory));
  if (start === end) return undefined;
  return query.reverse ? backward(paths, query, start, end) : forward(paths, query, start, end);
}
