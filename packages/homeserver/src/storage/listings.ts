import { decodeUtf8, zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { pullIterator } from '../pull-iterator.ts';
import { LIST_MAXIMUM_LIMIT, parseListing } from '../wire/listing.ts';
import { PATH_MAXIMUM_BYTES, parseStoragePath } from '../wire/storage-path.ts';
import { exchange } from './exchange.ts';
import type { StorageParts } from './files.ts';
import { checkedKey, checkedLimit } from './keys.ts';
import type { ListOptions, ListPage, ListPageOptions } from './public-storage.ts';

/** Scheme, key, longest path and line feed. */
const LINE_MAXIMUM_BYTES = 8 + 52 + PATH_MAXIMUM_BYTES + 1;

const NOTHING: ListPage = { paths: [], cursor: undefined, skipped: 0 };

const badListing = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'listing', fault });

/** Path and query of a listing; parameters with their value left out mean "yes", but not to every server. */
function listTarget(encoded: string, key: Uint8Array, limit: number, options: ListPageOptions): string {
  const parameters = [`limit=${limit}`];
  if (options.cursor !== undefined) {
    parameters.push(`cursor=${encodeURIComponent(`${zBase32.encode(key)}${options.cursor}`)}`);
  }
  if (options.reverse) parameters.push('reverse=true');
  if (options.shallow) parameters.push('shallow=true');
  return `${encoded}?${parameters.join('&')}`;
}

/** Whether one path stands before another in the byte order of UTF-8, which for well-formed text is that of code points. */
function precedes(left: string, right: string): boolean {
  const [a, b] = [Array.from(left), Array.from(right)];
  const index = a.findIndex((character, at) => character !== b[at]);
  if (index < 0) return a.length < b.length;
  const [x, y] = [a[index], b[index]];
  return y !== undefined && (x?.codePointAt(0) ?? 0) < (y.codePointAt(0) ?? 0);
}

/** A server that does not move on would keep us asking for ever. */
function checkProgress(last: string | undefined, { cursor, reverse }: ListPageOptions): void {
  if (last === undefined || cursor === undefined) return;
  if (!(reverse ? precedes(last, cursor) : precedes(cursor, last))) throw badListing('no progress');
}

/** The directory and the number of entries to ask for. @throws HOMESERVER_BAD_PATH, HOMESERVER_BAD_LIMIT */
export function checkedListing(directory: string, options: ListPageOptions) {
  const path = parseStoragePath(directory, 'directory');
  const limit = checkedLimit(options.limit ?? LIST_MAXIMUM_LIMIT, 'limit', 1, LIST_MAXIMUM_LIMIT);
  if (options.cursor !== undefined && !options.cursor.startsWith(directory)) {
    throw new HomeserverError('HOMESERVER_BAD_PATH', { fault: 'cursor' });
  }
  return { ...path, limit };
}

/** `listPage` of the port. */
export async function listPage(
  { transport, clock }: StorageParts,
  owner: Uint8Array,
  directory: string,
  options: ListPageOptions = {},
): Promise<ListPage> {
  const key = checkedKey(owner, 'owner');
  const { encoded, limit } = checkedListing(directory, options);
  return exchange<ListPage>({
    what: 'listing',
    clock,
    options,
    send: (signal) =>
      transport.send(key, {
        method: 'GET',
        target: listTarget(encoded, key, limit, options),
        credentials: 'omit',
        signal,
      }),
    accept: async (_, body) => {
      const text = decodeListing(await body(limit * LINE_MAXIMUM_BYTES));
      const { paths, last, skipped } = parseListing(text, key, directory, limit);
      checkProgress(last, options);
      return { paths, cursor: last, skipped };
    },
    // The official server has no empty directories: it does not find them.
    missing: () => NOTHING,
  });
}

function decodeListing(body: Uint8Array): string {
  try {
    return decodeUtf8(body);
  } catch {
    throw badListing('not UTF-8');
  }
}

/**
 * All entries, page by page until one is empty: a server may give fewer than it was asked for.
 *
 * @param page The page behind a cursor.
 */
export function iteratePages(
  page: (cursor: string | undefined) => Promise<ListPage>,
): AsyncIterableIterator<string> {
  let cursor: string | undefined;
  let atEnd = false;
  return pullIterator(async () => {
    if (atEnd) return undefined;
    const { paths, cursor: end } = await page(cursor);
    cursor = end;
    atEnd = end === undefined;
    return paths;
  });
}

/** `list` of the port. */
export function listAll(
  parts: StorageParts,
  owner: Uint8Array,
  directory: string,
  options: ListOptions = {},
): AsyncIterableIterator<string> {
  return iteratePages((cursor) => listPage(parts, owner, directory, { ...options, cursor }));
}
