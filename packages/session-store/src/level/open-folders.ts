import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** One register for all copies of this package in a thread. */
const REGISTER = Symbol.for('@pubky-paykit/session-store/open-folders');
const LOCK_FILE = 'LOCK';
/** Where Linux shows the open files of all threads of this process. */
const OPEN_FILES = '/proc/self/fd';

function openFolders(): Set<string> {
  const register = globalThis as { [REGISTER]?: Set<string> };
  register[REGISTER] ??= new Set();
  return register[REGISTER];
}

/** Whether some thread of this process has the lock file of the folder open; `false` where nobody can tell. */
async function isOpenInThisProcess(folder: string): Promise<boolean> {
  const files = await readdir(OPEN_FILES).catch(() => []);
  const targets = await Promise.all(files.map((file) => readlink(join(OPEN_FILES, file)).catch(() => '')));
  return targets.includes(join(folder, LOCK_FILE));
}

/**
 * Makes sure that LevelDB is never asked for a folder that this process has open. It would refuse, but close its lock file
 * in passing, and with that POSIX gives up the lock of the whole process: another process could open the folder then.
 *
 * @param folder Its real path.
 * @returns Gives the folder back, after its database was closed; `undefined` if it is taken.
 */
export async function claimFolder(folder: string): Promise<(() => void) | undefined> {
  const open = openFolders();
  if (open.has(folder)) return undefined;
  // Taken before anything is waited for.
  open.add(folder);
  const release = (): void => {
    open.delete(folder);
  };
  if (!(await isOpenInThisProcess(folder))) return release;
  release();
  return undefined;
}
