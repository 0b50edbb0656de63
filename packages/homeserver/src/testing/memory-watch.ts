import { HomeserverError } from '../errors.ts';
import { linkedSignal } from '../linked-signal.ts';
import { pullIterator } from '../pull-iterator.ts';
import type { StorageChange, WatchOptions } from '../watch/changes.ts';
import { parseStoragePath } from '../wire/storage-path.ts';
import type { MemoryAccount } from './memory-account.ts';

/** Changes as they happen, without polling: several of one file before anybody asks are told as one. */
export function watchMemory(
  account: MemoryAccount,
  path: string,
  options: WatchOptions = {},
): AsyncIterableIterator<StorageChange> {
  const { text, isDirectory } = parseStoragePath(path);
  const { maximumFiles = 1000 } = options;
  const { signal, abort } = linkedSignal(options.signal);
  const isWatched = (each: string): boolean => (isDirectory ? each.startsWith(text) : each === text);
  const waiting = new Map<string, StorageChange>();
  let wake: () => void = () => {};

  const note = (change: StorageChange): void => {
    if (!isWatched(change.path)) return;
    waiting.delete(change.path);
    waiting.set(change.path, change);
    wake();
  };
  const stop = account.onChange(note);
  if (options.present) {
    for (const each of account.paths()) note({ type: 'put', path: each, etag: account.read(each)?.etag });
  }
  signal.addEventListener('abort', () => wake());
  return pullIterator(
    async () => {
      while (waiting.size === 0 && !signal.aborted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      if (signal.aborted) return undefined;
      if (account.paths().filter(isWatched).length > maximumFiles) {
        throw new HomeserverError('HOMESERVER_TOO_MANY_FILES', { maximum: maximumFiles });
      }
      const changes = [...waiting.values()];
      waiting.clear();
      return changes;
    },
    () => {
      stop();
      abort();
    },
  );
}
