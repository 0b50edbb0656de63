import { randomUUID } from 'node:crypto';
import { chmod, link, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { wipe } from 'pubky-paykit';
import { makeFolders, syncFolder } from 'pubky-paykit/node';
import { HomeFailed } from './home-errors.ts';

const OWNER_ONLY_FOLDER = 0o700;
const OWNER_ONLY_FILE = 0o600;

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}

/** The error of the system with the path that it is about, if it has none, or that of a draft. */
function named(error: unknown, path: string, draft?: string): unknown {
  const isOfSystem = error instanceof Error && 'syscall' in error;
  if (isOfSystem && (!('path' in error) || error.path === draft)) Object.assign(error, { path });
  return error;
}

/** Makes a folder that only its owner can look into. @throws HomeFailed if the system does not let it. */
export async function makePrivateFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder, OWNER_ONLY_FOLDER);
    await chmod(folder, OWNER_ONLY_FOLDER);
  } catch (error) {
    throw new HomeFailed('folder refused', `${folder} (${codeOf(error) ?? 'unknown'})`);
  }
}

/**
 * Writes a file that only its owner can read: whole beside its place, then put there at once, so that a crash leaves the
 * file before or the file after.
 *
 * @param content Borrowed.
 * @param options.replace Whether one that is there may be replaced.
 * @returns Whether it was written: not if one is there that may not be replaced.
 */
export async function writePrivateFile(
  path: string,
  content: Uint8Array,
  { replace }: { readonly replace: boolean },
): Promise<boolean> {
  const folder = dirname(path);
  const draft = join(folder, `.draft-${randomUUID()}`);
  try {
    const file = await open(draft, 'wx', OWNER_ONLY_FILE);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    // A rename would replace what is there; a link never does.
    await (replace ? rename(draft, path) : link(draft, path));
    await syncFolder(folder);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // Nobody has named the draft, and what fails of an open file names nothing.
    throw named(error, path, draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/**
 * Reads a file that cannot be large.
 *
 * @param maximumBytes Inclusive. @returns A fresh buffer, `undefined` if there is no file, `'too large'` if it is longer.
 */
export async function readSmallFile(
  path: string,
  maximumBytes: number,
): Promise<Uint8Array | 'too large' | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const buffer = new Uint8Array(maximumBytes + 1);
  try {
    let length = 0;
    while (length < buffer.length) {
      const { bytesRead } = await file.read(buffer, length, buffer.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    return length > maximumBytes ? 'too large' : buffer.slice(0, length);
  } catch (error) {
    throw named(error, path);
  } finally {
    wipe(buffer);
    await file.close();
  }
}
