import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Logger } from '@pubky-paykit/primitives';
import { isCodedError } from '@pubky-paykit/primitives';
import { TestnetError } from '../errors.ts';
import { makeFolder, onDisk } from './durable-files.ts';
import { openFolderBodies } from './folder-bodies.ts';
import { isLockName, lockFolder } from './folder-lock.ts';
import { JOURNAL_DRAFT, JOURNAL_FILE, Journal } from './journal.ts';
import { emptyState, type MutableState } from './network-state.ts';
import { type ChangeLog, createStore, type Store } from './store.ts';

const BODIES_FOLDER = 'bodies';

const OWN_NAMES = new Set([JOURNAL_FILE, JOURNAL_DRAFT, BODIES_FOLDER]);

/** @throws TESTNET_FOLDER_FOREIGN, so that nobody's photographs end up among our files. */
async function checkOwn(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes(JOURNAL_FILE)) return;
  const found = names.find((name) => !OWN_NAMES.has(name) && !isLockName(name));
  if (found !== undefined) throw new TestnetError('TESTNET_FOLDER_FOREIGN', { folder, found });
}

function wantedBodies(state: MutableState): Set<string> {
  const wanted = new Set<string>();
  for (const user of state.users.values()) {
    for (const { body } of user.files.values()) wanted.add(body);
  }
  return wanted;
}

function logOver(journal: Journal, logger: Logger): ChangeLog {
  return {
    append: (changes) => journal.append(changes),
    async tidy(state) {
      if (!journal.isLong) return;
      try {
        await journal.renew(state);
      } catch (error) {
        logger.warn('the journal could not be shortened', {
          error: isCodedError(error) ? error.code : 'unknown',
        });
      }
    },
    close: () => journal.close(),
  };
}

/**
 * A store in a folder, for one process at a time: it is there again after any end of the process, with everything that
 * was acknowledged.
 *
 * ```
 * journal      every change, one entry after the other
 * bodies/      the contents of files, by number
 * lock-N       who serves from it
 * ```
 *
 * @param path made if it is not there; empty, or from an earlier network.
 * @throws TESTNET_FOLDER_IN_USE, TESTNET_FOLDER_FOREIGN, TESTNET_FOLDER_VERSION, TESTNET_FOLDER_CORRUPT,
 * TESTNET_STORAGE_FAILED
 */
export async function openFolderStore(path: string, logger: Logger): Promise<Store> {
  const folder = resolve(path);
  const bodiesFolder = join(folder, BODIES_FOLDER);
  await onDisk('opening the folder', async () => {
    await makeFolder(folder);
    await checkOwn(folder);
  });
  const lock = await lockFolder(folder);
  let journal: Journal | undefined;
  try {
    const state = emptyState();
    journal = await Journal.open(folder, state);
    await onDisk('opening the folder', () => makeFolder(bodiesFolder));
    const bodies = await openFolderBodies({
      folder: bodiesFolder,
      wanted: wantedBodies(state),
      missing: (name) =>
        new TestnetError('TESTNET_FOLDER_CORRUPT', { folder, file: `${BODIES_FOLDER}/${name}`, offset: 0 }),
    });
    const store = createStore(state, logOver(journal, logger), bodies);
    return { ...store, close: () => store.close().finally(() => lock.release()) };
  } catch (error) {
    await journal?.close();
    await lock.release();
    throw error;
  }
}
