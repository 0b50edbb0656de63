import { HomeserverError } from '../errors.ts';
import type { FileStat } from '../storage/public-storage.ts';
import type { StorageEvent } from '../wire/events.ts';
import type { StorageChange } from './changes.ts';

/** What a file was like when it was last seen; `undefined` after an event that did not say. */
export type Version = string | undefined;

/** The files below a path as they were last seen, and what has changed since: the memory of a watch. */
export interface Snapshot {
  /** Every change that leads from what was last seen to `state`. */
  compare(state: ReadonlyMap<string, string>): readonly StorageChange[];
  /** What an event changes, which may be nothing: one that a poll has seen already, or an old one told again. */
  apply(event: StorageEvent): readonly StorageChange[];
}

/** Only etags are shown: other versions are ours alone. */
const DATED = 'dated:';
const etagOf = (version: Version): string | undefined => (version?.startsWith(DATED) ? undefined : version);

/** A version from what a server tells about a file. */
export function versionOf({ etag, lastModifiedMs, bytes }: FileStat): string {
  return etag ?? `${DATED}${lastModifiedMs}:${bytes}`;
}

/**
 * Starts from the files given.
 *
 * @param maximumFiles Inclusive. @throws HOMESERVER_TOO_MANY_FILES from `apply`, when an event brings one more.
 */
export function createSnapshot(initial: ReadonlyMap<string, string>, maximumFiles: number): Snapshot {
  let seen = new Map<string, Version>(initial);
  return {
    compare(state) {
      const gone = [...seen.keys()].filter((path) => !state.has(path));
      const written = [...state].filter(([path, version]) => seen.get(path) !== version);
      seen = new Map(state);
      return [
        ...gone.map((path) => ({ type: 'delete', path, etag: undefined }) as const),
        ...written.map(([path, version]) => ({ type: 'put', path, etag: etagOf(version) }) as const),
      ];
    },
    apply({ type, path, contentHash }) {
      if (type === 'DEL') return seen.delete(path) ? [{ type: 'delete', path, etag: undefined }] : [];
      if (seen.has(path) && contentHash !== undefined && seen.get(path) === contentHash) return [];
      if (!seen.has(path) && seen.size >= maximumFiles) {
        throw new HomeserverError('HOMESERVER_TOO_MANY_FILES', { maximum: maximumFiles });
      }
      seen.set(path, contentHash);
      return [{ type: 'put', path, etag: contentHash }];
    },
  };
}
