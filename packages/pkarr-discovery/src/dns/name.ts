import { MAX_LABEL_BYTES, MAX_NAME_BYTES } from '../constants.ts';
import { DiscoveryError, type RecordProblem, shownText } from '../errors.ts';

const DOT = 0x2e;
const BACKSLASH = 0x5c;
/** Printable ASCII without the space. */
const FIRST_PRINTABLE = 0x21;
const LAST_PRINTABLE = 0x7e;
const MAX_BYTE = 0xff;

/** What a name takes on the wire when it is not compressed: each label with its length, and the empty last one. */
export function nameBytes(labels: readonly Uint8Array[]): number {
  return labels.reduce((sum, label) => sum + 1 + label.length, 1);
}

function characterOf(byte: number): string {
  if (byte === DOT || byte === BACKSLASH) return `\\${String.fromCharCode(byte)}`;
  if (byte >= FIRST_PRINTABLE && byte <= LAST_PRINTABLE) return String.fromCharCode(byte);
  return `\\${String(byte).padStart(3, '0')}`;
}

/**
 * The one text of a name given by its labels.
 *
 * @param labels Borrowed.
 * @see RFC 1035 §5.1
 */
export function formatName(labels: readonly Uint8Array[]): string {
  return labels.map((label) => Array.from(label, characterOf).join('')).join('.');
}

/**
 * The labels of a name, fresh; none for the empty text, which is the root.
 *
 * @throws DISCOVERY_BAD_RECORD for an empty label, one of more than 63 bytes, a name of more than 255 bytes, a character
 * outside ASCII, or a backslash that escapes nothing.
 * @see RFC 1035 §2.3.4, §5.1
 */
export function parseName(text: string): Uint8Array[] {
  const refuse = (problem: RecordProblem): DiscoveryError =>
    new DiscoveryError('DISCOVERY_BAD_RECORD', { problem, record: shownText(text) });
  if (text === '') return [];
  // Every byte takes one character at least and four at most: nothing longer is looked at.
  if (text.length > 4 * MAX_NAME_BYTES) throw refuse('name too long');
  const labels: Uint8Array[] = [];
  let label: number[] = [];
  const endLabel = (): void => {
    if (label.length === 0) throw refuse('empty label');
    if (label.length > MAX_LABEL_BYTES) throw refuse('label too long');
    labels.push(Uint8Array.from(label));
    label = [];
  };
  // One escaped byte, one dot, or one plain character at a time.
  for (const [token, decimal, escaped] of text.matchAll(/\\(\d{3})|\\([^\d])|[\s\S]/gu)) {
    if (token === '.') {
      endLabel();
      continue;
    }
    if (token === '\\') throw refuse('bad escape');
    const byte = decimal === undefined ? (escaped ?? token).codePointAt(0) : Number(decimal);
    if (byte === undefined || byte > (decimal === undefined ? 0x7f : MAX_BYTE)) {
      throw refuse(decimal === undefined ? 'character outside ASCII' : 'bad escape');
    }
    label.push(byte);
  }
  endLabel();
  if (nameBytes(labels) > MAX_NAME_BYTES) throw refuse('name too long');
  return labels;
}
