import type { CancelSignal } from '@pubky-paykit/primitives';

/** What ends a call that touches files. */
export interface FileCall {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds for all of the call. */
  readonly timeoutMs?: number | undefined;
}

/** How a file is read. */
export interface FileRead extends FileCall {
  /**
   * Inclusive. A longer file is an error, and never more than this is read. Throw it with the code HOMESERVER_ANSWER_TOO_LARGE:
   * by any other one a publication cannot tell that what stands in its place may be replaced.
   */
  readonly maximumBytes?: number | undefined;
}

/** How a folder is listed. */
export interface FileListing extends FileCall {
  /** Most paths in one page. */
  readonly limit?: number | undefined;
  /** Where the page before ended. */
  readonly cursor?: string | undefined;
  /** Only what is directly inside; folders with a slash at their end. */
  readonly shallow?: boolean | undefined;
}

/**
 * The files of identities as everybody reads them, wherever they are kept. `PublicStorage` of the package `homeserver`
 * fits. Calls fail with coded errors.
 */
export interface PublicFiles {
  /**
   * A whole file; `undefined` if there is none, which is not "nobody could be asked".
   *
   * @param owner 32 bytes, the Ed25519 public key; borrowed.
   * @param path Absolute, such as `/pub/noise.app/v0/default`.
   */
  get(
    owner: Uint8Array,
    path: string,
    options?: FileRead,
  ): Promise<{ readonly bytes: Uint8Array } | undefined>;
  /**
   * One page of the files below a folder; one that does not exist is empty.
   *
   * @param owner 32 bytes; borrowed.
   * @param directory Absolute, with a slash at its end.
   * @returns Absolute paths, and where to go on; no cursor at the end.
   */
  listPage(
    owner: Uint8Array,
    directory: string,
    options?: FileListing,
  ): Promise<{ readonly paths: readonly string[]; readonly cursor: string | undefined }>;
}
