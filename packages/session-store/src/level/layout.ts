import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { SessionStoreError } from '../errors.ts';
import { joinKey, keyRange, relativeKey } from '../store/key.ts';

/** Entries stand below `data`, what the adapter needs for itself below `meta`. */
const DATA = 'data';
/** Names the layout; written when the folder is made. */
export const FORMAT_KEY = 'meta/format';
/** The number of the last commit; written with every one. */
export const REVISION_KEY = 'meta/revision';

/** Of the whole folder: what the keys are, and how numbers are written. */
const FOLDER_FORMAT = 1;
const FORMAT_NAME = 'pubky-paykit-store:';
const DECIMAL = /^[1-9]\d{0,8}$/;

/** Under which key of the database an entry stands. */
export function dataKey(key: string): string {
  return joinKey(DATA, key);
}

/** Where the entries below a prefix and behind a cursor stand in the database; both ends exclusive. */
export function dataRange(prefix: string, cursor: string | undefined): { gt: string; lt: string } {
  const { after, before } = keyRange(prefix, cursor);
  return { gt: dataKey(after), lt: dataKey(before) };
}

/** The key of the entry that stands under a key of the database. */
export function entryKey(stored: string): string {
  return relativeKey(DATA, stored);
}

/** What stands under {@link FORMAT_KEY}. */
export function encodeFormat(): Uint8Array {
  return encodeUtf8(`${FORMAT_NAME}${FOLDER_FORMAT}`);
}

/**
 * Refuses the folder of another program, or of a later version of this one.
 *
 * @throws STORE_CORRUPTED, STORE_NEWER_FORMAT
 */
export function requireFormat(bytes: Uint8Array | undefined): void {
  const text = bytes === undefined ? '' : textOf(bytes);
  const number = text.slice(FORMAT_NAME.length);
  if (!text.startsWith(FORMAT_NAME) || !DECIMAL.test(number)) {
    throw new SessionStoreError('STORE_CORRUPTED', { what: 'the folder' });
  }
  const found = Number(number);
  if (found > FOLDER_FORMAT) {
    throw new SessionStoreError('STORE_NEWER_FORMAT', {
      what: 'the folder',
      found,
      supported: FOLDER_FORMAT,
    });
  }
}

function textOf(bytes: Uint8Array): string {
  try {
    return decodeUtf8(bytes);
  } catch {
    return '';
  }
}
