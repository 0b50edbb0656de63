import { DNS_HEADER_BYTES, MAX_LABEL_BYTES, MAX_NAME_BYTES } from '../constants.ts';
import { DiscoveryError, type MessageProblem } from '../errors.ts';
import { labelText } from './name.ts';

/** The two bits that tell a pointer; one of them alone tells label types that were never used (RFC 6891 §5). */
const LABEL_TYPE_MASK = 0xc0;
const POINTER_BYTES = 2;
const POINTER_OFFSET_MASK = 0x3fff;
/** A name has at most 127 labels, and an honest writer points at labels only. */
const MAX_POINTERS = 127;

/** A name as it stands in a message. */
export interface NameRead {
  /** Its one text, as that of records. */
  readonly text: string;
  /** Where the name ends, which for a compressed one is after its pointer. */
  readonly next: number;
}

/** Where to read a name, and how far. */
export interface NamePlace {
  readonly start: number;
  /** Exclusive: what stands at `start` itself must end here. */
  readonly end: number;
  readonly pointers: 'followed' | 'refused';
}

/**
 * Reads a name, and what its pointers stand for. A pointer must go before the labels that lead to it, so there are no
 * loops; and no name costs more than 127 jumps and 255 bytes, whatever the message.
 *
 * @throws DISCOVERY_BAD_MESSAGE
 * @see RFC 1035 §4.1.4
 */
export function readName(message: Uint8Array, place: NamePlace): NameRead {
  let text = '';
  let next: number | undefined;
  let octets = 1;
  let jumps = 0;
  /** Where the labels being read begin, where the next stands, and what they must not reach beyond. */
  let { start, end } = place;
  let at = start;
  for (;;) {
    const length = message[at];
    if (length === undefined || at >= end) throw refuse('truncated', at);
    if (length === 0) return { text, next: next ?? at + 1 };
    if ((length & LABEL_TYPE_MASK) === LABEL_TYPE_MASK) {
      const low = message[at + 1];
      if (low === undefined || at + POINTER_BYTES > end) throw refuse('truncated', at);
      if (place.pointers === 'refused') throw refuse('pointer not allowed', at);
      const target = ((length << 8) | low) & POINTER_OFFSET_MASK;
      if (target >= start) throw refuse('pointer not backwards', at);
      if (target < DNS_HEADER_BYTES) throw refuse('pointer into the header', at);
      jumps += 1;
      if (jumps > MAX_POINTERS) throw refuse('too many pointers', at);
      next ??= at + POINTER_BYTES;
      end = at;
      start = target;
      at = target;
      continue;
    }
    if (length > MAX_LABEL_BYTES) throw refuse('reserved label type', at);
    const labelEnd = at + 1 + length;
    if (labelEnd > end) throw refuse('truncated', at);
    octets += 1 + length;
    if (octets > MAX_NAME_BYTES) throw refuse('name too long', at);
    // No label is empty, so only before the first one there is no text.
    if (text !== '') text += '.';
    text += labelText(message, at + 1, labelEnd);
    at = labelEnd;
  }
}

function refuse(problem: MessageProblem, offset: number): Error {
  return new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem, offset });
}
