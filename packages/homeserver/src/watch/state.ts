import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { type StorageParts, statFile } from '../storage/files.ts';
import { listAll } from '../storage/listings.ts';
import { versionOf } from './snapshot.ts';

/** How many files are asked about at the same time. */
const AT_ONCE = 4;

/** The paths below a directory. */
async function readPaths(
  parts: StorageParts,
  owner: Uint8Array,
  directory: string,
  maximumFiles: number,
  options: CallOptions,
): Promise<readonly string[]> {
  const paths: string[] = [];
  const entries = listAll(parts, owner, directory, options);
  for (let entry = await entries.next(); !entry.done; entry = await entries.next()) {
    if (paths.length >= maximumFiles) {
      throw new HomeserverError('HOMESERVER_TOO_MANY_FILES', { maximum: maximumFiles });
    }
    paths.push(entry.value);
  }
  return paths;
}

/**
 * What there is below a path now: each file with its version.
 *
 * @param maximumFiles Inclusive. @throws HOMESERVER_TOO_MANY_FILES, and whatever reading may throw.
 */
export async function readState(
  parts: StorageParts,
  owner: Uint8Array,
  path: string,
  maximumFiles: number,
  options: CallOptions,
): Promise<ReadonlyMap<string, string>> {
  const isDirectory = path.endsWith('/');
  const paths = isDirectory ? await readPaths(parts, owner, path, maximumFiles, options) : [path];
  const state = new Map<string, string>();
  const left = paths.values();
  const ask = async (): Promise<void> => {
    for (const each of left) {
      const stat = await statFile(parts, owner, each, options);
      // Deleted since it was listed.
      if (stat !== undefined) state.set(each, versionOf(stat));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return state;
}
