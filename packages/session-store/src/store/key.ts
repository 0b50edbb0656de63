import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { MAX_KEY_CHARACTERS, MAX_SEGMENT_CHARACTERS } from '../constants.ts';
import { SessionStoreError } from '../errors.ts';

const SEPARATOR = '/';
/** The character that sorts next after the separator: it ends the keys below a prefix. */
const AFTER_SEPARATOR = '0';
/** Sorts after every character of a key. */
const AFTER_KEYS = '\u007f';
const SEGMENT = /^[A-Za-z0-9_~-]+$/;
const ESCAPE = '~';
/** What stands for itself in an encoded segment. */
const PLAIN = /^[A-Za-z0-9_-]$/;
const ESCAPED_BYTE = /^[0-9a-f]{2}$/;

function bad(reason: string): SessionStoreError {
  return new SessionStoreError('STORE_BAD_KEY', { reason });
}

/** @throws STORE_BAD_KEY unless the text follows the grammar of {@link DurableStore}. It is never quoted: it may be anything. */
export function requireKey(key: string): void {
  if (typeof key !== 'string') throw bad('not a text');
  if (key.length > MAX_KEY_CHARACTERS) throw bad(`${key.length} characters long`);
  for (const segment of key.split(SEPARATOR)) {
    if (segment === '') throw bad('an empty segment');
    if (segment.length > MAX_SEGMENT_CHARACTERS) throw bad(`a segment of ${segment.length} characters`);
    if (!SEGMENT.test(segment)) throw bad('a character that is not allowed');
  }
}

/** Whether {@link requireKey} takes it. */
export function isKey(text: string): boolean {
  try {
    requireKey(text);
    return true;
  } catch {
    return false;
  }
}

/** Where some keys lie in the order of all; both ends are exclusive, and need not be keys. */
export interface KeyRange {
  readonly after: string;
  readonly before: string;
}

/**
 * The keys below a prefix and behind a cursor.
 *
 * @param prefix A key, or empty for all keys.
 * @throws STORE_BAD_KEY
 */
export function keyRange(prefix: string, cursor: string | undefined): KeyRange {
  if (prefix !== '') requireKey(prefix);
  if (cursor !== undefined) requireKey(cursor);
  const first = prefix === '' ? '' : prefix + SEPARATOR;
  return {
    after: cursor !== undefined && cursor > first ? cursor : first,
    before: prefix === '' ? AFTER_KEYS : prefix + AFTER_SEPARATOR,
  };
}

/** A key below a prefix. Both are checked by whoever uses the result. */
export function joinKey(prefix: string, key: string): string {
  return prefix + SEPARATOR + key;
}

/** What {@link joinKey} put behind the prefix. */
export function relativeKey(prefix: string, key: string): string {
  return key.slice(prefix.length + SEPARATOR.length);
}

/**
 * Any text (a device name, say) as one segment of a key: letters, digits, `-` and `_` stand for themselves, every other
 * byte of its UTF-8 is `~` and two digits. Different texts give different segments.
 *
 * @throws STORE_BAD_KEY if the text is empty, not well-formed, or needs more than 255 characters.
 *
 * @example
 * ```ts
 * import { encodeSegment } from '@pubky-paykit/session-store';
 * encodeSegment("Alice's phone"); // Alice~27s~20phone
 * ```
 */
export function encodeSegment(text: string): string {
  // Before anything is allocated: each character needs at least one.
  if (text.length > MAX_SEGMENT_CHARACTERS) throw bad(`a text of ${text.length} characters`);
  const bytes = encodeUtf8(text);
  // A lone surrogate would become U+FFFD, like any other.
  if (decodeUtf8(bytes) !== text) throw bad('not well-formed');
  const segment = Array.from(bytes, (byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : ESCAPE + byte.toString(16).padStart(2, '0');
  }).join('');
  requireKey(segment);
  return segment;
}

/**
 * The text that {@link encodeSegment} made this segment of.
 *
 * @throws STORE_BAD_KEY if it made it of none.
 *
 * @example
 * ```ts
 * import { decodeSegment } from '@pubky-paykit/session-store';
 * decodeSegment('Alice~27s~20phone'); // Alice's phone
 * ```
 */
export function decodeSegment(segment: string): string {
  requireKey(segment);
  const bytes: number[] = [];
  for (let at = 0; at < segment.length; at++) {
    if (segment[at] !== ESCAPE) {
      bytes.push(segment.charCodeAt(at));
      continue;
    }
    const digits = segment.slice(at + 1, at + 3);
    if (!ESCAPED_BYTE.test(digits)) throw bad('an unfinished escape');
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  const text = textOf(Uint8Array.from(bytes));
  if (text === undefined || encodeSegment(text) !== segment) throw bad('not what encodeSegment makes');
  return text;
}

function textOf(bytes: Uint8Array): string | undefined {
  try {
    return decodeUtf8(bytes);
  } catch {
    return undefined;
  }
}
