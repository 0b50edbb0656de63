import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from '../constants.ts';
import { DiscoveryError, type RecordProblem, shownText } from '../errors.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** Printable ASCII without the space. */
const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;
const MAX_BYTE = 0xff;
/** Printable ASCII without backslashes: a text that stands for its own bytes, and is the only one to do so. */
const PLAIN_TEXT = /^[!-[\]-~]+$/;
/** The length octets of its labels take the place of the dots, but for the first and the empty last one. */
const MAX_PLAIN_NAME_CHARACTERS = MAX_NAME_BYTES - 2;

/** What a name takes on the wire when it is not compressed: each label with its length, and the empty last one. */
export function nameBytes(labels: readonly Uint8Array[]): number {
  return labels.reduce((sum, label) => sum + 1 + label.length, 1);
}

/** Whether a text is a name without escapes, as nearly all are, if its labels are neither empty nor too long. */
export function isPlainName(text: string): boolean {
  return text.length <= MAX_PLAIN_NAME_CHARACTERS && PLAIN_TEXT.test(text);
}

/** @throws DISCOVERY_BAD_RECORD for a label of this length. */
export function checkLabel(text: string, length: number): void {
  if (length === 0) throw refuseName('empty label', text);
  if (length > MAX_LABEL_BYTES) throw refuseName('label too long', text);
}

function refuseName(problem: RecordProblem, text: string): Error {
  return new DiscoveryError('DISCOVERY_BAD_RECORD', { problem, record: shownText(text) });
}

function characterOf(byte: number): string {
  if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
  if (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) return String.fromCharCode(byte);
  return `\\${String(byte).padStart(3, '0')}`;
}

/** By byte, 1 for one that stands for itself. */
const PLAIN_BYTES = Uint8Array.from({ length: MAX_BYTE + 1 }, (_, byte) =>
  Number(characterOf(byte).length === 1),
);

function isPlainLabel(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (PLAIN_BYTES[bytes[at] as number] === 0) return false;
  return true;
}

/**
 * The text of the label that stands in some bytes.
 *
 * @param bytes Borrowed.
 * @see RFC 1035 §5.1
 */
export function labelText(bytes: Uint8Array, start: number, end: number): string {
  if (!isPlainLabel(bytes, start, end)) return Array.from(bytes.subarray(start, end), characterOf).join('');
  let text = '';
  let at = start;
  // One at a time would take three times as long, and a decoder of UTF-8 is not everywhere.
  for (; at + 8 <= end; at += 8) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
      bytes[at + 4] as number,
      bytes[at + 5] as number,
      bytes[at + 6] as number,
      bytes[at + 7] as number,
    );
  }
  for (; at + 4 <= end; at += 4) {
    text += String.fromCharCode(
      bytes[at] as number,
      bytes[at + 1] as number,
      bytes[at + 2] as number,
      bytes[at + 3] as number,
    );
  }
  for (; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

/**
 * The one text of a name given by its labels.
 *
 * @param labels Borrowed.
 * @see RFC 1035 §5.1
 */
export function formatName(labels: readonly Uint8Array[]): string {
  return labels.map((label) => labelText(label, 0, label.length)).join('.');
}

/**
 * The labels of a name, fresh; none for the empty text, which is the root.
 *
 * @throws DISCOVERY_BAD_RECORD for an empty label, one of more than 63 bytes, a name of more than 255 bytes, a character
 * outside ASCII, or a backslash that escapes nothing.
 * @see RFC 1035 §2.3.4, §5.1
 */
export function parseName(text: string): Uint8Array[] {
  if (text === '') return [];
  // Every byte takes one character at least and four at most: nothing longer is looked at.
  if (text.length > 4 * MAX_NAME_BYTES) throw refuseName('name too long', text);
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  const endLabel = (): void => {
    checkLabel(text, label.length);
    labels.push(Uint8Array.from(label));
    label = [];
  };
  // One escaped byte, one dot, or one plain character at a time.
  for (const [token, decimal, escaped] of text.matchAll(/\\(\d{3})|\\([^\d])|[\s\S]/gu)) {
    if (token === '.') {
      endLabel();
      continue;
    }
    if (token === '\\') throw refuseName('bad escape', text);
    const byte = decimal === undefined ? (escaped ?? token).codePointAt(0) : Number(decimal);
    if (byte === undefined || byte > (decimal === undefined ? 0x7f : MAX_BYTE)) {
      throw refuseName(decimal === undefined ? 'character outside ASCII' : 'bad escape', text);
    }
    label.push(byte);
  }
  endLabel();
  if (nameBytes(labels) > MAX_NAME_BYTES) throw refuseName('name too long', text);
  return labels;
}
