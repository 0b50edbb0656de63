import { readdir, realpath } from 'node:fs/promises';
import type { Clock } from '@pubky-paykit/primitives';
import { makeFolders } from '@pubky-paykit/primitives/node';
import { SessionStoreError } from '../errors.ts';
import { encodeFormat, FORMAT_KEY, REVISION_KEY, requireFormat } from './layout.ts';
import { createLevelCalls, type LevelCalls } from './level-calls.ts';
import type { LevelDatabase } from './level-database.ts';
import { storeError } from './level-errors.ts';
import { claimFolder } from './open-folders.ts';
import { decodeRevision, encodeRevision } from './stored-value.ts';

/** Only the owner may look into the folder. */
const FOLDER_MODE = 0o700;
/** The file by which the database finds all others. */
const ROOT_FILE = 'CURRENT';
/** What is there if the very first opening was killed: nothing has been stored yet. */
const UNFINISHED = /^(LOCK|LOG|LOG\.old|MANIFEST-\d+|\d+\.dbtmp)$/;
const MODULE = 'classic-level';

/** Loads the database when it is wanted, so that nobody else needs it installed. @throws STORE_ADAPTER_MISSING */
export async function loadDatabase(
  load: () => Promise<typeof import('classic-level')> = () => import('classic-level'),
): Promise<typeof import('classic-level')> {
  try {
    return await load();
  } catch (cause) {
    throw new SessionStoreError('STORE_ADAPTER_MISSING', { module: MODULE }, { cause });
  }
}

/** Without its root file the database would begin anew and delete what it finds. @throws STORE_CORRUPTED */
async function requireStoreOrEmpty(location: string): Promise<void> {
  const files = await readdir(location);
  if (files.includes(ROOT_FILE) || files.every((file) => UNFINISHED.test(file))) return;
  throw new SessionStoreError('STORE_CORRUPTED', { what: 'the folder' });
}

/** Reads the number of the last commit, or makes the folder a store if it is new. */
async function readRevision(database: LevelDatabase): Promise<bigint> {
  const [format, revision] = await database.getMany([FORMAT_KEY, REVISION_KEY]);
  if (format === undefined && (await isEmpty(database))) {
    await database.batch(
      [
        { type: 'put', key: FORMAT_KEY, value: encodeFormat() },
        { type: 'put', key: REVISION_KEY, value: encodeRevision(0n) },
      ],
      { sync: true },
    );
    return 0n;
  }
  requireFormat(format);
  return decodeRevision(revision);
}

async function isEmpty(database: LevelDatabase): Promise<boolean> {
  const iterator = database.iterator({ gt: '', lt: '\u{10ffff}', limit: 1, highWaterMarkBytes: 1 });
  try {
    return (await iterator.nextv(1)).length === 0;
  } finally {
    await iterator.close();
  }
}

/** What the calls of a database are opened with. */
export interface OpenDatabaseOptions {
  readonly location: string;
  readonly clock: Clock;
  /** Milliseconds for one call, unless it says otherwise. */
  readonly timeoutMs: number;
  /** A write failed, and nobody knows what is there: nothing more may be asked. */
  readonly onFailure: (because: string) => void;
  /** Called when the database is closed, with the number of the last commit. */
  readonly onClosed?: (revision: bigint) => void;
}

/** A database that is open. */
export interface OpenDatabase {
  readonly calls: LevelCalls;
  /** Number of the last commit when it was opened. */
  readonly revision: bigint;
}

async function open({
  location,
  onClosed = () => {},
  ...options
}: OpenDatabaseOptions): Promise<OpenDatabase> {
  const { ClassicLevel } = await loadDatabase();
  await makeFolders(location, FOLDER_MODE);
  // By its one real name: locks go by names.
  const folder = await realpath(location);
  const release = await claimFolder(folder);
  if (release === undefined) throw new SessionStoreError('STORE_LOCKED', { location });
  try {
    await requireStoreOrEmpty(folder);
    const database = new ClassicLevel<string, Uint8Array>(folder, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
    });
    await database.open();
    try {
      const revision = await readRevision(database);
      const closed = (last: bigint): void => {
        release();
        onClosed(last);
      };
      const calls = createLevelCalls({ ...options, location, database, onClosed: closed, revision });
      return { calls, revision };
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    release();
    throw error;
  }
}

/**
 * Opens the database in a folder, which is made if there is none.
 *
 * @throws STORE_LOCKED, STORE_CORRUPTED, STORE_NEWER_FORMAT, STORE_ADAPTER_MISSING, STORE_FULL, STORE_IO_FAILED
 */
export async function openDatabase(options: OpenDatabaseOptions): Promise<OpenDatabase> {
  try {
    return await open(options);
  } catch (error) {
    throw storeError(error, 'opening', options.location);
  }
}
