import { DNS_HEADER_BYTES, MAX_LABEL_BYTES, MAX_NAME_BYTES } from '../constants.ts';
import { DiscoveryError, type MessageProblem } from '../errors.ts';

/** The two bits that tell a pointer; one of them alone tells label types that were never used (RFC 6891 §5). */
const LABEL_TYPE_MASK = 0xc0;
const POINTER_BYTES = 2;
const POINTER_OFFSET_MASK = 0x3fff;
/** A name has at most 127 labels, and an honest writer points at labels only. */
const MAX_POINTERS = 127;

/** A name as it stands in a message. */
export interface NameRead {
  /** Views of the message. */
  readonly labels: readonly Uint8Array[];
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
export function readName(message: Uint8Array, { start, end, pointers }: NamePlace): NameRead {
  const labels: Uint8Array[] = [];
  let next: number | undefined;
  let octets = 1;
  let jumps = 0;
  /** Where the labels being read begin, where the next stands, and what they must not reach beyond. */
  let run = { start, at: start, end };
  for (;;) {
    const { at } = run;
    const refuse = (problem: MessageProblem): Error =>
      new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem, offset: at });
    const length = message[at];
    if (length === undefined || at >= run.end) throw refuse('truncated');
    if (length === 0) return { labels, next: next ?? at + 1 };
    if ((length & LABEL_TYPE_MASK) === LABEL_TYPE_MASK) {
      const low = message[at + 1];
      if (low === undefined || at + POINTER_BYTES > run.end) throw refuse('truncated');
      if (pointers === 'refused') throw refuse('pointer not allowed');
      const target = ((length << 8) | low) & POINTER_OFFSET_MASK;
      if (target >= run.start) throw refuse('pointer not backwards');
      if (target < DNS_HEADER_BYTES) throw refuse('pointer into the header');
      jumps += 1;
      if (jumps > MAX_POINTERS) throw refuse('too many pointers');
      next ??= at + POINTER_BYTES;
      run = { start: target, at: target, end: at };
      continue;
    }
    if (length > MAX_LABEL_BYTES) throw refuse('reserved label type');
    const labelEnd = at + 1 + length;
    if (labelEnd > run.end) throw refuse('truncated');
    octets += 1 + length;
    if (octets > MAX_NAME_BYTES) throw refuse('name too long');
    labels.push(message.subarray(at + 1, labelEnd));
    run = { ...run, at: labelEnd };
  }
}
