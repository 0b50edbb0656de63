import type { FileCall } from './public-files.ts';

/**
 * The files of one identity, as it writes them itself. `SessionStorage` of the package `homeserver` fits. Calls fail with
 * coded errors.
 */
export interface OwnFiles {
  /**
   * Writes a whole file. A put that was cut off can be repeated.
   *
   * @param bytes Borrowed until the promise settles.
   */
  put(path: string, bytes: Uint8Array, options?: FileCall): Promise<void>;
  /** Deletes a file. @returns Whether there was one. */
  delete(path: string, options?: FileCall): Promise<boolean>;
}
