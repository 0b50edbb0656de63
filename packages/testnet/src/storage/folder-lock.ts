import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, TestnetError } from '../errors.ts';
import { OWNER_ONLY_FILE, onDisk } from './durable-files.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from './process-identity.ts';

/** Names of locks, `lock-1`, `lock-2` …: the highest number counts. */
const LOCK = /^lock-(\d{1,15})$/;

/** A lock that is being written. */
export const LOCK_DRAFT: RegExp = /^lock\.[0-9a-f-]{36}$/;

/** Whether a name in the folder belongs to the lock. */
export function isLockName(name: string): boolean {
  return LOCK.test(name) || LOCK_DRAFT.test(name);
}

/** Holds a folder for this process. */
export interface FolderLock {
  /** Never rejects; again does nothing. */
  release(): Promise<void>;
}

async function numbersIn(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names.flatMap((name) => LOCK.exec(name)?.[1] ?? []).map(Number);
}

async function highestIn(folder: string): Promise<number> {
  return Math.max(0, ...(await numbersIn(folder)));
}

/** Who holds a lock; undefined if it was released, or has gone. */
async function holderOf(path: string): Promise<ProcessIdentity | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  const [, processId, born] = /^(\d{1,10}) (.*)\n$/.exec(text) ?? [];
  return processId === undefined || born === undefined ? undefined : { processId: Number(processId), born };
}

/** Writes a file and lets `use` give it a name; the name it had meanwhile is gone afterwards. */
async function withDraft(folder: string, text: string, use: (draft: string) => Promise<void>): Promise<void> {
  const draft = join(folder, `lock.${randomUUID()}`);
  await writeFile(draft, text, { mode: OWNER_ONLY_FILE, flag: 'wx' });
  try {
    await use(draft);
  } finally {
    await rm(draft, { force: true });
  }
}

/** Takes the number for this process; false if somebody else has it, or a higher one. Exported for its tests. */
export async function claimLock(folder: string, number: number, text: string): Promise<boolean> {
  const path = join(folder, `lock-${number}`);
  try {
    // A link is there at once and whole, and never replaces another one.
    await withDraft(folder, text, (draft) => link(draft, path));
  } catch (error) {
    if (reasonOf(error) === 'EEXIST') return false;
    throw error;
  }
  // Whoever was faster may have removed this number, as too low, before we took it.
  if ((await highestIn(folder)) === number) return true;
  await rm(path, { force: true });
  return false;
}

/**
 * Takes a folder for this process. A lock whose process has died, or released it, is taken over: by the next number,
 * which only one can get, so two that try at once never both succeed. Numbers are never used again.
 *
 * @throws TESTNET_FOLDER_IN_USE, TESTNET_STORAGE_FAILED
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const { processId, born } = await ownIdentity();
  return onDisk('locking the folder', async () => {
    for (;;) {
      const highest = await highestIn(folder);
      const holder = await holderOf(join(folder, `lock-${highest}`));
      if (holder !== undefined && (await isAlive(holder))) {
        throw new TestnetError('TESTNET_FOLDER_IN_USE', { folder, processId: holder.processId });
      }
      if (await claimLock(folder, highest + 1, `${processId} ${born}\n`))
        return heldLock(folder, highest + 1);
    }
  });
}

async function heldLock(folder: string, number: number): Promise<FolderLock> {
  const lower = (await numbersIn(folder)).filter((other) => other < number);
  await Promise.all(lower.map((other) => rm(join(folder, `lock-${other}`), { force: true })));
  let released = false;
  return {
    async release() {
      if (released) return;
      released = true;
      const path = join(folder, `lock-${number}`);
      // Kept, but empty: without it the next one would start again at a number that is low.
      await withDraft(folder, '', (draft) => rename(draft, path)).catch(() => {});
    },
  };
}
