import { type WatchParts, watchStorage } from '../watch/watch.ts';
import { type Credentials, deleteFile, getFile, putFile, statFile } from './files.ts';
import { listAll, listPage } from './listings.ts';
import type { PublicStorage, SessionStorage } from './public-storage.ts';

/** The reading half of the port over any transport. */
export function createPublicStorage(parts: WatchParts): PublicStorage {
  return {
    get: (owner, path, options) => getFile(parts, owner, path, options),
    stat: (owner, path, options) => statFile(parts, owner, path, options),
    exists: async (owner, path, options) => (await statFile(parts, owner, path, options)) !== undefined,
    listPage: (owner, directory, options) => listPage(parts, owner, directory, options),
    list: (owner, directory, options) => listAll(parts, owner, directory, options),
    watch: (owner, path, options) => watchStorage(parts, owner, path, options),
  };
}

/**
 * Both halves.
 *
 * @param owner 32 bytes. @param prove What proves to the server who is writing; asked anew for every request.
 */
export function createSessionStorage(
  parts: WatchParts,
  owner: Uint8Array,
  prove: () => Credentials,
): SessionStorage {
  return {
    ...createPublicStorage(parts),
    put: async (path, bytes, options) => putFile(parts, owner, prove(), path, bytes, options),
    delete: async (path, options) => deleteFile(parts, owner, prove(), path, options),
  };
}
