import type { Clock } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { ListPage, ListPageOptions, StoredFile } from '../storage/public-storage.ts';
import type { StorageChange } from '../watch/changes.ts';
import { contentEtag } from '../wire/etag.ts';
import { LIST_MAXIMUM_LIMIT } from '../wire/listing.ts';

/** The files of one identity, and who wants to know of changes. */
export interface MemoryAccount {
  /** A copy. */
  read(path: string): StoredFile | undefined;
  /** Copies its input. @throws HOMESERVER_QUOTA_EXCEEDED */
  write(path: string, bytes: Uint8Array, contentType: string): void;
  /** @returns Whether there was one. */
  remove(path: string): boolean;
  list(directory: string, options: ListPageOptions): ListPage;
  /** Every path. */
  paths(): readonly string[];
  /** Calls back after every change, until the function it returns is called. */
  onChange(listener: (change: StorageChange) => void): () => void;
}

const byteOrder = (left: string, right: string): number => {
  const [a, b] = [Array.from(left), Array.from(right)];
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const difference = (a[index]?.codePointAt(0) ?? 0) - (b[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
};

/** What stands directly in a directory for a path somewhere below: the file, or the directory it is in. */
function shallowPath(directory: string, path: string): string {
  const slash = path.indexOf('/', directory.length);
  return slash < 0 ? path : path.slice(0, slash + 1);
}

/** Without files. @param quotaBytes Most bytes of all files together (inclusive). */
export function createMemoryAccount(clock: Clock, quotaBytes: number): MemoryAccount {
  const files = new Map<string, StoredFile>();
  const listeners = new Set<(change: StorageChange) => void>();
  const tell = (change: StorageChange): void => {
    for (const listener of [...listeners]) listener(change);
  };
  const usedWithout = (path: string): number =>
    [...files].reduce((sum, [each, { bytes }]) => sum + (each === path ? 0 : bytes.length), 0);

  return {
    read(path) {
      const file = files.get(path);
      return file && { ...file, bytes: file.bytes.slice() };
    },
    write(path, bytes, contentType) {
      if (usedWithout(path) + bytes.length > quotaBytes)
        throw new HomeserverError('HOMESERVER_QUOTA_EXCEEDED');
      const etag = contentEtag(bytes);
      const lastModifiedMs = Math.floor(clock.now() / 1000) * 1000;
      files.set(path, { bytes: Uint8Array.from(bytes), etag, lastModifiedMs, contentType });
      tell({ type: 'put', path, etag });
    },
    remove(path) {
      const removed = files.delete(path);
      if (removed) tell({ type: 'delete', path, etag: undefined });
      return removed;
    },
    list(directory, { cursor, limit = LIST_MAXIMUM_LIMIT, reverse = false, shallow = false }) {
      const below = [...files.keys()].filter((path) => path.startsWith(directory));
      const entries = shallow ? below.map((path) => shallowPath(directory, path)) : below;
      const sign = reverse ? -1 : 1;
      const paths = [...new Set(entries)]
        .sort((left, right) => sign * byteOrder(left, right))
        .filter((path) => cursor === undefined || sign * byteOrder(cursor, path) < 0)
        .slice(0, limit);
      return { paths, cursor: paths.at(-1), skipped: 0 };
    },
    paths: () => [...files.keys()],
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
