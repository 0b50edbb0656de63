import { readdir, realpath } from 'node:fs/promises';
import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import { makeFolders } from '@pubky-paykit/primitives/node';
import { STORE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore } from '../store/durable-store.ts';
import { encodeFormat, FORMAT_KEY, REVISION_KEY, requireFormat } from './layout.ts';
import type { LevelDatabase } from './level-database.ts';
import { storeError } from './level-errors.ts';
import { createLevelStore } from './level-store.ts';
import { claimFolder } from './open-folders.ts';
import { decodeRevision, encodeRevision } from './stored-value.ts';

/** How to open a folder. */
export interface OpenLevelStoreOptions {
  /** Path of the folder; made, for this user only, if it does not exist. Nothing else may be in it. */
  readonly location: string;
  readonly clock?: Clock | undefined;
  /** Milliseconds for opening, and for each call that does not say otherwise; 10 000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Gives up opening. */
  readonly signal?: CancelSignal | undefined;
}

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

async function open(location: string, clock: Clock, timeoutMs: number): Promise<DurableStore> {
  const { ClassicLevel } = await loadDatabase();
  await makeFolders(location, FOLDER_MODE);
  // By its one real name: locks go by names.
  const folder = await realpath(location);
  const onClosed = await claimFolder(folder);
  if (onClosed === undefined) throw new SessionStoreError('STORE_LOCKED', { location });
  try {
    await requireStoreOrEmpty(folder);
    const database = new ClassicLevel<string, Uint8Array>(folder, {
      keyEncoding: 'utf8',
      valueEncoding: 'view',
    });
    await database.open();
    try {
      const revision = await readRevision(database);
      return createLevelStore({ database, onClosed, revision, location, clock, timeoutMs });
    } catch (error) {
      await database.close();
      throw error;
    }
  } catch (error) {
    onClosed();
    throw error;
  }
}

/**
 * A store in a folder of this machine, over LevelDB: one process at a time, which survives its crash and a loss of power.
 * Commits at the same time are written together. Needs the package `classic-level`.
 *
 * @throws STORE_LOCKED while it is open here or in another process.
 * @throws STORE_CORRUPTED, STORE_NEWER_FORMAT if the folder is damaged, of another program, or of a later version.
 * @throws STORE_ADAPTER_MISSING, STORE_FULL, STORE_IO_FAILED, STORE_CANCELLED, STORE_TIMED_OUT
 *
 * @example
 * ```ts
 * import { openLevelStore } from '@pubky-paykit/session-store/level';
 * const store = await openLevelStore({ location: './paykit-data' });
 * await store.commit([{ type: 'put', key: 'peers/alice', value: Uint8Array.of(1) }]);
 * await store.close();
 * ```
 */
export function openLevelStore({
  location,
  clock = systemClock,
  timeoutMs = STORE_TIMEOUT_MS,
  signal,
}: OpenLevelStoreOptions): Promise<DurableStore> {
  return withDeadline({ what: 'opening', clock, timeoutMs, signal }, async ({ race }) => {
    const opening = open(location, clock, timeoutMs).catch((error: unknown) => {
      throw storeError(error, 'opening', location);
    });
    try {
      return await race(() => opening);
    } catch (error) {
      // Given up, it must not keep the folder to itself.
      opening.then((store) => store.close()).catch(() => {});
      throw error;
    }
  });
}
