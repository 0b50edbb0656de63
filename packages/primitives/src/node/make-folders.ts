import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

const codeOf = (error: unknown): unknown => (error as { code?: unknown }).code;

/** Whether there is a folder. @throws EEXIST for what is none, and whatever else the system says but ENOENT. */
async function isFolder(path: string): Promise<boolean> {
  try {
    if ((await stat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  // Fails, and says so as it does for everybody.
  await mkdir(path);
  return true;
}

/**
 * Makes a folder and those above it that are missing. Node's own recursive `mkdir` never ends, and cannot be interrupted,
 * where a file system refuses every new name with ENOENT, as `/proc` does: a mistyped path must not hang a program.
 *
 * @param mode Permissions of folders that are made, such as `0o700`; those that are there keep theirs.
 * @returns The folders that were made, absolute, outermost first.
 * @throws The errors of the system, with their codes.
 *
 * @example
 * ```ts
 * import { makeFolders } from '@pubky-paykit/primitives/node';
 * const made = await makeFolders('data/keys', 0o700);
 * ```
 */
export async function makeFolders(folder: string, mode: number): Promise<readonly string[]> {
  const missing: string[] = [];
  for (let at = resolve(folder); !(await isFolder(at)); at = dirname(at)) {
    missing.unshift(at);
    // The root is always there; where it is not, nothing above it will be.
    if (dirname(at) === at) break;
  }
  const made: string[] = [];
  for (const path of missing) {
    try {
      await mkdir(path, { mode });
      made.push(path);
    } catch (error) {
      // Somebody else was faster.
      if (codeOf(error) !== 'EEXIST' || !(await isFolder(path))) throw error;
    }
  }
  return made;
}
