import { type CodedErrorFields, isCodedError } from '@pubky-paykit/primitives';
import { SessionStoreError } from '../errors.ts';

/** The database hands on the operating system's words, and nothing else that tells a full disk from a broken one. */
const NO_ROOM = /No space left on device|Disk quota exceeded|File too large|not enough space on the disk/i;

/** The short name a foreign error goes by; never its message, which holds paths. */
function reasonOf(error: unknown): string {
  const code = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return typeof code === 'string' ? code : 'unknown';
}

/** What lies behind the error: opening wraps the reason. */
function rootOf(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? rootOf(error.cause) : error;
}

/**
 * The error of this package for one of the database or the file system. Coded errors pass.
 *
 * @param what Was being done.
 * @param location The folder.
 */
export function storeError(error: unknown, what: string, location: string): CodedErrorFields {
  if (isCodedError(error)) return error;
  const root = rootOf(error);
  const reason = reasonOf(root);
  const options = { cause: error };
  if (reason === 'LEVEL_LOCKED') return new SessionStoreError('STORE_LOCKED', { location }, options);
  if (reason === 'LEVEL_CORRUPTION')
    return new SessionStoreError('STORE_CORRUPTED', { what: 'the folder' }, options);
  if (reason === 'ENOSPC' || (root instanceof Error && NO_ROOM.test(root.message)))
    return new SessionStoreError('STORE_FULL', { what }, options);
  return new SessionStoreError('STORE_IO_FAILED', { what, reason }, options);
}
