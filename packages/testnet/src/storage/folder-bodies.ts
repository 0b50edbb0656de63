import { type FileHandle, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '@pubky-paykit/primitives/node';
import { CHUNK_BYTES } from '../constants.ts';
import { reasonOf, TestnetError } from '../errors.ts';
import type { BodyDraft, BodyStore, OpenBody } from './body-store.ts';
import { OWNER_ONLY_FILE, onDisk, writeAll } from './durable-files.ts';

/** Names count up, so that no path of a client and no case of a letter is ever part of one. */
const NAME = /^[0-9a-f]{16}$/;
const NAME_DIGITS = 16;

function nameOf(number: number): string {
  return number.toString(16).padStart(NAME_DIGITS, '0');
}

const WRITING = 'writing a file';
const READING = 'reading a file';

function draftAt(handle: FileHandle, folder: string, name: string): BodyDraft {
  const path = join(folder, name);
  return {
    write: (chunk) => onDisk(WRITING, () => writeAll(handle, chunk)),
    keep: () =>
      onDisk(WRITING, async () => {
        await handle.sync();
        await handle.close();
        await syncFolder(folder);
        return name;
      }),
    async drop() {
      await handle.close().catch(() => {});
      await rm(path, { force: true }).catch(() => {});
    },
  };
}

/** Exactly `length` bytes. */
async function readExactly(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) throw new RangeError('the file is shorter than it was when it was kept');
    done += bytesRead;
  }
  return buffer;
}

function openBody(handle: FileHandle, bytes: number): OpenBody {
  return {
    async *read() {
      for (let position = 0; position < bytes; position += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES, bytes - position);
        yield await onDisk(READING, () => readExactly(handle, position, length));
      }
    },
    readWhole: () => onDisk(READING, () => readExactly(handle, 0, bytes)),
    close: () => handle.close(),
  };
}

/** What {@link openFolderBodies} needs. */
export interface FolderBodiesOptions {
  /** Holds the contents and nothing else. */
  readonly folder: string;
  /** The ids that are still wanted. */
  readonly wanted: ReadonlySet<string>;
  /** Made when a content that is wanted is not there. */
  readonly missing: (name: string) => Error;
}

/**
 * Contents in files of a folder. What nobody wants is removed: it was never acknowledged, or has been replaced.
 *
 * @throws What `missing` made, TESTNET_STORAGE_FAILED
 */
export async function openFolderBodies({ folder, wanted, missing }: FolderBodiesOptions): Promise<BodyStore> {
  const names = await onDisk('opening the files', () => readdir(folder));
  const present = new Set(names.filter((name) => NAME.test(name)));
  const lost = [...wanted].find((name) => !present.has(name));
  if (lost !== undefined) throw missing(lost);
  const surplus = [...present].filter((name) => !wanted.has(name));
  await Promise.all(surplus.map((name) => rm(join(folder, name), { force: true }).catch(() => {})));
  let next = 1;
  for (const name of present) next = Math.max(next, Number.parseInt(name, NAME_DIGITS) + 1);
  return {
    async create() {
      const name = nameOf(next);
      next += 1;
      const handle = await onDisk(WRITING, () => open(join(folder, name), 'wx', OWNER_ONLY_FILE));
      return draftAt(handle, folder, name);
    },
    async open(id, bytes) {
      try {
        return openBody(await open(join(folder, id), 'r'), bytes);
      } catch (error) {
        const reason = reasonOf(error);
        if (reason === 'ENOENT') return undefined;
        throw new TestnetError('TESTNET_STORAGE_FAILED', { what: READING, reason }, { cause: error });
      }
    },
    async remove(id) {
      await rm(join(folder, id), { force: true }).catch(() => {});
    },
  };
}
