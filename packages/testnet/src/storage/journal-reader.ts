import type { FileHandle } from 'node:fs/promises';
import { TestnetError } from '../errors.ts';
import { applyChange } from './change.ts';
import {
  type Damage,
  ENTRY_HEAD_BYTES,
  JOURNAL_TITLE,
  readEntry,
  readEntryLength,
} from './journal-format.ts';
import type { MutableState } from './network-state.ts';

/** Up to `length` bytes; fewer only where the file ends. */
async function readAt(handle: FileHandle, position: number, length: number): Promise<Uint8Array> {
  const buffer = new Uint8Array(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(buffer, done, length - done, position + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}

const TITLE_WORDS = /^pubky-paykit-testnet journal [^\n]{1,20}\n/;

/** @throws TESTNET_FOLDER_VERSION, TESTNET_FOLDER_CORRUPT */
async function checkTitle(handle: FileHandle, folder: string, file: string): Promise<void> {
  const found = Buffer.from(await readAt(handle, 0, JOURNAL_TITLE.length)).toString('latin1');
  if (found === JOURNAL_TITLE) return;
  if (TITLE_WORDS.test(`${found}\n`)) {
    throw new TestnetError('TESTNET_FOLDER_VERSION', {
      folder,
      found: found.trim(),
      expected: JOURNAL_TITLE.trim(),
    });
  }
  throw new TestnetError('TESTNET_FOLDER_CORRUPT', { folder, file, offset: 0 });
}

type Step = { readonly next: number } | Damage;

/** Reads the entry at `offset` into the state. */
async function readOne(handle: FileHandle, offset: number, size: number, state: MutableState): Promise<Step> {
  const head = await readAt(handle, offset, ENTRY_HEAD_BYTES);
  const length = readEntryLength(head, offset);
  if (typeof length === 'string') return length;
  const next = offset + ENTRY_HEAD_BYTES + length;
  if (next > size) return 'torn';
  const payload = await readAt(handle, offset + ENTRY_HEAD_BYTES, length);
  const changes = readEntry(head, payload, next === size);
  if (typeof changes === 'string') return changes;
  try {
    for (const change of changes) applyChange(state, change);
  } catch {
    return 'corrupt';
  }
  return { next };
}

/**
 * Reads a journal, one entry in memory at a time.
 *
 * @param state takes what was written down.
 * @returns where the readable part ends. What is behind it was never acknowledged.
 * @throws TESTNET_FOLDER_VERSION, TESTNET_FOLDER_CORRUPT
 */
export async function readJournal(
  handle: FileHandle,
  { folder, file, state }: { readonly folder: string; readonly file: string; readonly state: MutableState },
): Promise<number> {
  await checkTitle(handle, folder, file);
  const { size } = await handle.stat();
  let offset = JOURNAL_TITLE.length;
  while (offset < size) {
    const step = await readOne(handle, offset, size, state);
    if (step === 'corrupt') throw new TestnetError('TESTNET_FOLDER_CORRUPT', { folder, file, offset });
    if (step === 'torn') break;
    offset = step.next;
  }
  return offset;
}
