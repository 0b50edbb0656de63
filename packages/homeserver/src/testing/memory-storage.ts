import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { checkedContentType, checkedMaximumBytes } from '../storage/files.ts';
import { checkedKey } from '../storage/keys.ts';
import { checkedListing, iteratePages } from '../storage/listings.ts';
import type { PublicStorage, SessionStorage } from '../storage/public-storage.ts';
import { parseStoragePath } from '../wire/storage-path.ts';
import type { MemoryAccount } from './memory-account.ts';
import { watchMemory } from './memory-watch.ts';

/** What a storage in memory asks its network. */
export interface MemoryStorageParts {
  /** @throws HOMESERVER_OFFLINE, HOMESERVER_CANCELLED */
  reach(options: CallOptions | undefined, what: string): Promise<void>;
  /** @throws HOMESERVER_NO_HOMESERVER */
  accountOf(owner: Uint8Array): MemoryAccount;
}

/** The reading half of the port over accounts in memory. */
export function createMemoryStorage({ reach, accountOf }: MemoryStorageParts): PublicStorage {
  const read: PublicStorage['get'] = async (owner, path, options) => {
    const key = checkedKey(owner, 'owner');
    const { text } = parseStoragePath(path, 'file');
    await reach(options, 'file');
    return accountOf(key).read(text);
  };
  const listPage: PublicStorage['listPage'] = async (owner, directory, options = {}) => {
    const key = checkedKey(owner, 'owner');
    const { text } = checkedListing(directory, options);
    await reach(options, 'listing');
    return accountOf(key).list(text, options);
  };
  return {
    async get(owner, path, options) {
      const maximumBytes = checkedMaximumBytes(options);
      const file = await read(owner, path, options);
      if (file === undefined || file.bytes.length <= maximumBytes) return file;
      throw new HomeserverError('HOMESERVER_ANSWER_TOO_LARGE', { what: 'file', maximumBytes });
    },
    async stat(owner, path, options) {
      const file = await read(owner, path, options);
      return file && { ...file, bytes: file.bytes.length };
    },
    async exists(owner, path, options) {
      return (await read(owner, path, options)) !== undefined;
    },
    listPage,
    list: (owner, directory, options) =>
      iteratePages((cursor) => listPage(owner, directory, { ...options, cursor })),
    watch: (owner, path, options) => watchMemory(accountOf(checkedKey(owner, 'owner')), path, options),
  };
}

/** What a session in memory asks before it writes. @throws HOMESERVER_SESSION_CLOSED, HOMESERVER_UNAUTHORISED, … */
export type Authorise = (method: 'PUT' | 'DELETE', path: string) => void;

/** Both halves. @param owner 32 bytes. */
export function createMemorySessionStorage(
  parts: MemoryStorageParts,
  owner: Uint8Array,
  authorise: Authorise,
): SessionStorage {
  return {
    ...createMemoryStorage(parts),
    async put(path, bytes, options) {
      const { text } = parseStoragePath(path, 'file');
      const contentType = checkedContentType(bytes, options);
      await parts.reach(options, 'put');
      authorise('PUT', text);
      parts.accountOf(owner).write(text, bytes, contentType);
    },
    async delete(path, options) {
      const { text } = parseStoragePath(path, 'file');
      await parts.reach(options, 'delete');
      authorise('DELETE', text);
      return parts.accountOf(owner).remove(text);
    },
  };
}
