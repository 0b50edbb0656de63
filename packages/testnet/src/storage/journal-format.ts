import { createHash } from 'node:crypto';
import { type Change, readChange } from './change.ts';

/** The first line of a journal: what it is, and in which version of this format. */
export const JOURNAL_TITLE = 'pubky-paykit-testnet journal 1\n';

/** Longest entry. One request makes a few changes of some kilobytes at most. */
export const ENTRY_BYTES = 1_048_576;

const LENGTH_BYTES = 4;
const LENGTH_CHECK_BYTES = 4;
const DIGEST_BYTES = 16;

/** What stands before the changes of an entry. */
export const ENTRY_HEAD_BYTES: number = LENGTH_BYTES + LENGTH_CHECK_BYTES + DIGEST_BYTES;

/** Where a journal stops being readable, and why. */
export type Damage =
  /** The end of a write that was never acknowledged: it is cut off. */
  | 'torn'
  /** Something that was acknowledged has been changed since. */
  | 'corrupt';

/** Tied to its place, so that a length from elsewhere in the file is not taken for one. */
function lengthCheck(length: number, offset: number): Buffer {
  return createHash('sha256').update(`${offset}:${length}`).digest().subarray(0, LENGTH_CHECK_BYTES);
}

function digestOf(payload: Uint8Array): Buffer {
  return createHash('sha256').update(payload).digest().subarray(0, DIGEST_BYTES);
}

/**
 * An entry: changes that happen together or not at all.
 *
 * | offset | bytes  | content                                                        |
 * | ------ | ------ | -------------------------------------------------------------- |
 * | 0      | 4      | length of the changes, big endian                              |
 * | 4      | 4      | check of the length and the place of the entry in the file     |
 * | 8      | 16     | digest of the changes                                          |
 * | 24     | length | the changes, a JSON array; no byte of it is zero               |
 *
 * @param offset where in the file it will stand.
 */
export function encodeEntry(changes: readonly Change[], offset: number): Uint8Array {
  const payload = Buffer.from(JSON.stringify(changes));
  if (payload.length > ENTRY_BYTES) throw new RangeError('the changes are too long for one entry');
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(payload.length);
  return Buffer.concat([length, lengthCheck(payload.length, offset), digestOf(payload), payload]);
}

/**
 * Length of the changes of an entry, from what stands before them.
 *
 * @param head {@link ENTRY_HEAD_BYTES} bytes, or fewer at the end of the file.
 * @param offset where in the file it stands.
 */
export function readEntryLength(head: Uint8Array, offset: number): number | Damage {
  if (head.length < ENTRY_HEAD_BYTES) return 'torn';
  const bytes = Buffer.from(head);
  const length = bytes.readUInt32BE(0);
  const check = bytes.subarray(LENGTH_BYTES, LENGTH_BYTES + LENGTH_CHECK_BYTES);
  if (length <= ENTRY_BYTES && check.equals(lengthCheck(length, offset))) return length;
  // After a loss of power a file may have grown by pages that were never written.
  return bytes.every((byte) => byte === 0) ? 'torn' : 'corrupt';
}

/**
 * The changes of an entry.
 *
 * @param isLast whether the file ends here: only then can an entry be torn.
 */
export function readEntry(
  head: Uint8Array,
  payload: Uint8Array,
  isLast: boolean,
): readonly Change[] | Damage {
  const digest = digestOf(payload);
  if (!digest.equals(Buffer.from(head).subarray(ENTRY_HEAD_BYTES - DIGEST_BYTES))) {
    // JSON has no zero bytes: those are pages that were never written.
    return isLast && payload.includes(0) ? 'torn' : 'corrupt';
  }
  return readChanges(Buffer.from(payload).toString('utf8')) ?? 'corrupt';
}

function readChanges(text: string): readonly Change[] | undefined {
  try {
    const values: unknown = JSON.parse(text);
    if (!Array.isArray(values)) return undefined;
    const changes = values.map(readChange);
    return changes.includes(undefined) ? undefined : (changes as readonly Change[]);
  } catch {
    return undefined;
  }
}
