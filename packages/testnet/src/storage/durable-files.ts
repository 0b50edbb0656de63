import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeFolders, syncFolder } from '@pubky-paykit/primitives/node';
import { reasonOf, TestnetError } from '../errors.ts';

/** Sessions and whole accounts are in there: nobody else on this machine may look. */
export const OWNER_ONLY_FOLDER = 0o700;
export const OWNER_ONLY_FILE = 0o600;

/**
 * Runs work on files; what fails comes out with our code.
 *
 * @throws TESTNET_STORAGE_FAILED, or the error of the work if it has a code of ours.
 */
export async function onDisk<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof TestnetError) throw error;
    throw new TestnetError('TESTNET_STORAGE_FAILED', { what, reason: reasonOf(error) }, { cause: error });
  }
}

/**
 * The folders that hold a new name once `folder` was made, the innermost first. Exported for its test: no test can cut the power.
 *
 * @param first the outermost folder that was made: `folder` itself, or one above it.
 */
export function holdersOf(first: string, folder: string): readonly string[] {
  const holder = dirname(folder);
  return folder === first || holder === folder ? [holder] : [holder, ...holdersOf(first, holder)];
}

/** Makes a folder and those above it, and makes that durable. @param folder absolute. */
export async function makeFolder(folder: string): Promise<void> {
  const [first] = await makeFolders(folder, OWNER_ONLY_FOLDER);
  if (first === undefined) return;
  for (const holder of holdersOf(first, folder)) await syncFolder(holder);
}

/** Writes all of it; one write of the system may take only a part. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position?: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at);
    done += bytesWritten;
  }
}

/**
 * Writes a whole file, durably, under a name that nobody reads.
 *
 * @returns its handle, open for reading and writing.
 */
export async function writeDraft(
  path: string,
  write: (handle: FileHandle) => Promise<void>,
): Promise<FileHandle> {
  const handle = await open(path, 'w+', OWNER_ONLY_FILE);
  try {
    await write(handle);
    await handle.sync();
    return handle;
  } catch (error) {
    await handle.close().catch(() => {});
    // On a disk that is full it would take the room that is needed most.
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}

/** Gives a draft its name, whatever had it before: at once, and durably. */
export async function placeDraft(folder: string, draft: string, name: string): Promise<void> {
  await rename(join(folder, draft), join(folder, name));
  await syncFolder(folder);
}
