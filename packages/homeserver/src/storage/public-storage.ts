import type { StorageChange, WatchOptions } from '../watch/changes.ts';
import type { CallOptions } from './call-options.ts';

/** What a homeserver tells about a file. What is missing it did not tell, or not in a form that can be read. */
export interface FileStat {
  /** Length in bytes. */
  readonly bytes: number | undefined;
  /** Changes with the content. Opaque, without quotes; the official server uses base 64 of the BLAKE3 hash. */
  readonly etag: string | undefined;
  /** Unix time in milliseconds; servers tell whole seconds. */
  readonly lastModifiedMs: number | undefined;
  /** Media type. The official server guesses it from name and content, whatever was sent with it. */
  readonly contentType: string | undefined;
}

/** A file: its bytes, owned by the caller, and what came with them. */
export interface StoredFile extends Omit<FileStat, 'bytes'> {
  readonly bytes: Uint8Array;
}

/** How to read a file. */
export interface GetOptions extends CallOptions {
  /** Longest file that is accepted, in bytes (inclusive); 16 MiB if left out. Never more is read than that. */
  readonly maximumBytes?: number | undefined;
}

/** What of a directory to list. */
export interface ListOptions extends CallOptions {
  /** Most entries per request, 1 to 1 000; 1 000 if left out. */
  readonly limit?: number | undefined;
  /** Last first. */
  readonly reverse?: boolean | undefined;
  /** Only what is directly inside: files, and directories with a slash at the end. */
  readonly shallow?: boolean | undefined;
}

/** One page of a listing. */
export interface ListPageOptions extends ListOptions {
  /** Where the page before ended: its `cursor`. From the start if left out. */
  readonly cursor?: string | undefined;
}

/** Part of a listing. */
export interface ListPage {
  /** Paths, in byte order of their UTF-8 (`reverse`: backwards). */
  readonly paths: readonly string[];
  /** Where to go on; `undefined` at the end. A page may be empty and not the last. */
  readonly cursor: string | undefined;
  /** Names on the server that this package does not use, such as those with `%2f` in them. */
  readonly skipped: number;
}

/**
 * What everybody may read on any homeserver. Identities are 32-byte public keys, paths plain text such as
 * `/pub/app/My notes`, of directories with a slash at the end.
 *
 * Every call may throw HOMESERVER_BAD_KEY, HOMESERVER_BAD_PATH, HOMESERVER_NO_HOMESERVER, HOMESERVER_UNLOCATED,
 * HOMESERVER_OFFLINE, HOMESERVER_TIMED_OUT, HOMESERVER_CANCELLED, HOMESERVER_RATE_LIMITED, HOMESERVER_SERVER_ERROR,
 * HOMESERVER_REFUSED, HOMESERVER_BAD_ANSWER, HOMESERVER_INSECURE_URL, and the codes of the directory.
 */
export interface PublicStorage {
  /** A whole file; `undefined` if there is none. @throws HOMESERVER_ANSWER_TOO_LARGE */
  get(owner: Uint8Array, path: string, options?: GetOptions): Promise<StoredFile | undefined>;
  /** What is known about a file without its bytes; `undefined` if there is none. */
  stat(owner: Uint8Array, path: string, options?: CallOptions): Promise<FileStat | undefined>;
  /** Whether there is a file. */
  exists(owner: Uint8Array, path: string, options?: CallOptions): Promise<boolean>;
  /** One page of the files below a directory. One that does not exist is empty. @throws HOMESERVER_BAD_LIMIT */
  listPage(owner: Uint8Array, directory: string, options?: ListPageOptions): Promise<ListPage>;
  /** All files below a directory, page by page; holds one page in memory. Time-outs count for each page. */
  list(owner: Uint8Array, directory: string, options?: ListOptions): AsyncIterableIterator<string>;
  /**
   * What is written and deleted from now on below a directory, or of one file. Ends when the signal says so; throws what a
   * new request would not change.
   *
   * @throws HOMESERVER_TOO_MANY_FILES, HOMESERVER_BAD_LIMIT
   */
  watch(owner: Uint8Array, path: string, options?: WatchOptions): AsyncIterableIterator<StorageChange>;
}

/** How to write a file. */
export interface PutOptions extends CallOptions {
  /** Media type; `application/octet-stream` if left out. A hint: servers may guess it themselves. */
  readonly contentType?: string | undefined;
}

/**
 * The storage as somebody who is signed in sees it: reading as everybody does, and writing one's own.
 *
 * Writing may also throw HOMESERVER_SESSION_CLOSED, HOMESERVER_UNAUTHORISED and HOMESERVER_FORBIDDEN.
 */
export interface SessionStorage extends PublicStorage {
  /**
   * Writes a whole file; the last write wins. A put that was cut off can be repeated.
   *
   * @param bytes At most 100 MiB; borrowed until the promise settles.
   * @throws HOMESERVER_BODY_TOO_LARGE, HOMESERVER_QUOTA_EXCEEDED, HOMESERVER_BAD_CONTENT_TYPE
   */
  put(path: string, bytes: Uint8Array, options?: PutOptions): Promise<void>;
  /** Deletes a file. @returns Whether there was one. */
  delete(path: string, options?: CallOptions): Promise<boolean>;
}
