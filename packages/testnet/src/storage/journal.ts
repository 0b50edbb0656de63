import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { reasonOf, TestnetError } from '../errors.ts';
import { type Change, changesOf } from './change.ts';
import { onDisk, placeDraft, writeAll, writeDraft } from './durable-files.ts';
import { encodeEntry, JOURNAL_TITLE } from './journal-format.ts';
import { readJournal } from './journal-reader.ts';
import type { MutableState } from './network-state.ts';

/** The files of a journal in its folder: itself, and the shorter one that is about to take its place. */
export const JOURNAL_FILE = 'journal';
export const JOURNAL_DRAFT = 'journal.next';

/** Length of an entry where a journal is written anew, in UTF-16 units of its JSON; one more change may go beyond. */
const RENEWED_ENTRY_LENGTH = 65_536;

/** A journal that has grown to so many times the size it started with, and this much more, is written anew. */
const GROWTH = 4;
const GROWTH_BYTES = 8_388_608;

async function openPresent(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if (reasonOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Writes a journal that leads from nothing to this state. @returns its size. */
async function writeState(handle: FileHandle, state: MutableState): Promise<number> {
  let size = 0;
  const append = async (bytes: Uint8Array): Promise<void> => {
    await writeAll(handle, bytes, size);
    size += bytes.length;
  };
  await append(Buffer.from(JOURNAL_TITLE));
  let some: Change[] = [];
  let length = 0;
  for (const change of changesOf(state)) {
    some.push(change);
    length += JSON.stringify(change).length;
    if (length < RENEWED_ENTRY_LENGTH) continue;
    await append(encodeEntry(some, size));
    some = [];
    length = 0;
  }
  if (some.length > 0) await append(encodeEntry(some, size));
  return size;
}

/**
 * The file in which everything that happens is written down before it is acknowledged. One write at a time: whoever
 * calls `append` or `renew` waits for the one before.
 */
export class Journal {
  readonly #folder: string;
  #handle: FileHandle;
  /** Where the next entry goes. */
  #size: number;
  /** Its size when it was last written anew. */
  #fresh: number;
  #broken: string | undefined;

  private constructor(folder: string, handle: FileHandle, size: number) {
    this.#folder = folder;
    this.#handle = handle;
    this.#size = size;
    this.#fresh = size;
  }

  /**
   * Opens the journal of a folder, or starts one, and cuts off what was never acknowledged.
   *
   * @param state empty; takes what was written down.
   * @throws TESTNET_FOLDER_VERSION, TESTNET_FOLDER_CORRUPT, TESTNET_STORAGE_FAILED
   */
  static async open(folder: string, state: MutableState): Promise<Journal> {
    return onDisk('opening the journal', async () => {
      const draft = join(folder, JOURNAL_DRAFT);
      await rm(draft, { force: true });
      let handle = await openPresent(join(folder, JOURNAL_FILE));
      if (handle === undefined) {
        handle = await writeDraft(draft, async (file) => {
          await writeState(file, state);
        });
        await placeDraft(folder, JOURNAL_DRAFT, JOURNAL_FILE);
      }
      try {
        const size = await readJournal(handle, { folder, file: JOURNAL_FILE, state });
        await handle.truncate(size);
        await handle.datasync();
        return new Journal(folder, handle, size);
      } catch (error) {
        await handle.close();
        throw error;
      }
    });
  }

  /** Whether much of it has been superseded by what came later. */
  get isLong(): boolean {
    return this.#size > this.#fresh * GROWTH + GROWTH_BYTES;
  }

  /**
   * Writes changes down, all or none; resolves once that is durable.
   *
   * @throws TESTNET_STORAGE_FAILED; for good, if what is on the disk is not certain any more.
   */
  async append(changes: readonly Change[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#failure(this.#broken);
    const entry = encodeEntry(changes, this.#size);
    try {
      await writeAll(this.#handle, entry, this.#size);
    } catch (error) {
      await this.#takeBack(error);
      throw this.#failure(reasonOf(error), error);
    }
    try {
      await this.#handle.datasync();
    } catch (error) {
      // Systems forget what they could not write: a second attempt would succeed and mean nothing.
      this.#broken = reasonOf(error);
      throw this.#failure(this.#broken, error);
    }
    this.#size += entry.length;
  }

  /**
   * Replaces the journal by a shorter one that leads to the same state.
   *
   * @throws TESTNET_STORAGE_FAILED; the old one goes on being used, unless it is uncertain which one the name leads to.
   */
  async renew(state: MutableState): Promise<void> {
    // Whatever comes of it, the next attempt is not before it has grown again.
    this.#fresh = this.#size;
    let size = 0;
    const handle = await onDisk('shortening the journal', () =>
      writeDraft(join(this.#folder, JOURNAL_DRAFT), async (file) => {
        size = await writeState(file, state);
      }),
    );
    const before = this.#handle;
    this.#handle = handle;
    try {
      await placeDraft(this.#folder, JOURNAL_DRAFT, JOURNAL_FILE);
    } catch (error) {
      this.#broken = reasonOf(error);
      throw this.#failure(this.#broken, error);
    } finally {
      // Nothing of it is needed any more, and what fails here must not keep the new size from being noted.
      await before.close().catch(() => {});
    }
    this.#size = size;
    this.#fresh = size;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }

  /** After a write that failed half-way, such as on a full disk: the file is as before, or it is given up. */
  async #takeBack(error: unknown): Promise<void> {
    try {
      await this.#handle.truncate(this.#size);
      await this.#handle.datasync();
    } catch {
      this.#broken = reasonOf(error);
    }
  }

  #failure(reason: string, cause?: unknown): TestnetError {
    return new TestnetError('TESTNET_STORAGE_FAILED', { what: 'writing the journal', reason }, { cause });
  }
}
