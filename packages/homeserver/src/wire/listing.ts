import { zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { isStoragePath } from './storage-path.ts';

const SCHEME = 'pubky://';
const KEY_BYTES = 32;
const KEY_CHARACTERS = 52;

/** Most entries a server gives at once, and what it gives unless told (official server 0.6). */
export const LIST_MAXIMUM_LIMIT = 1000;
/** How many entries a server gives if nobody asks for a number (official server 0.6). */
export const LIST_DEFAULT_LIMIT = 100;

/** A file or directory of somebody. */
export interface PubkyResource {
  /** 32 bytes. */
  readonly owner: Uint8Array;
  /** Plain text, not percent-encoded; ends with a slash if it is a directory. */
  readonly path: string;
}

/**
 * A line of a listing, `pubky://{z32}/pub/…`: the path as stored, not percent-encoded.
 *
 * @param owner 32 bytes; borrowed.
 */
export function formatResource({ owner, path }: PubkyResource): string {
  return `${SCHEME}${zBase32.encode(owner)}${path}`;
}

/**
 * Takes such a line apart. The path is not judged: a server may hold names that {@link isStoragePath} refuses.
 *
 * @returns `undefined` if it is malformed.
 */
export function parseResource(line: string): PubkyResource | undefined {
  const key = line.slice(SCHEME.length, SCHEME.length + KEY_CHARACTERS);
  const path = line.slice(SCHEME.length + KEY_CHARACTERS);
  if (!line.startsWith(SCHEME) || !path.startsWith('/')) return undefined;
  try {
    return { owner: zBase32.decode(key, KEY_BYTES), path };
  } catch {
    return undefined;
  }
}

/** The body of a listing. Paths are plain, of one owner (32 bytes, borrowed), in the order they should have. */
export function formatListing(owner: Uint8Array, paths: readonly string[]): string {
  return paths.map((path) => formatResource({ owner, path })).join('\n');
}

/** What a listing says. */
export interface Listing {
  /** Paths below the directory that can be used. */
  readonly paths: readonly string[];
  /** The path of the last line, usable or not: where the next page starts. */
  readonly last: string | undefined;
  /** How many lines name paths that our rules refuse, such as names with `%2f` in them. */
  readonly skipped: number;
}

const badListing = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'listing', fault });

/**
 * Parses the body of a listing. Every line must name something of this owner below this directory: a server cannot make us
 * read elsewhere.
 *
 * @param owner 32 bytes; borrowed.
 * @param directory Ends with a slash.
 * @param maximum Most lines that are taken (inclusive).
 * @throws HOMESERVER_BAD_ANSWER
 */
export function parseListing(body: string, owner: Uint8Array, directory: string, maximum: number): Listing {
  const prefix = `${SCHEME}${zBase32.encode(owner)}`;
  const lines = body.split('\n', maximum + 2).filter((line) => line !== '');
  if (lines.length > maximum) throw badListing('too many lines');
  const all = lines.map((line) => {
    const path = line.slice(prefix.length);
    if (!line.startsWith(prefix)) throw badListing('not of this owner');
    if (!path.startsWith(directory) || path === directory) throw badListing('outside the directory');
    return path;
  });
  const paths = all.filter((path) => isStoragePath(path));
  return { paths, last: all.at(-1), skipped: all.length - paths.length };
}
