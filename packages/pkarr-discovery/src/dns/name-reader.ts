import { DNS_HEADER_BYTES, MAX_LABEL_BYTES, MAX_NAME_BYTES } from '../constants.ts';
import { DiscoveryError, type MessageProblem } from '../errors.ts';
import { labelText } from './name.ts';

/** The two bits that tell a pointer; one of them alone tells label types that were never used (RFC 6891 §5). */
const LABEL_TYPE_MASK = 0xc0;
const POINTER_BYTES = 2;
const POINTER_OFFSET_MASK = 0x3fff;
/** A name has at most 127 labels, and an honest writer points at labels only. */
const MAX_POINTERS = 127;

/** Whether names may be compressed where they are read. */
export type Pointers = 'followed' | 'refused';

/** The rest of a name, from one of its labels on. */
interface Tail {
  /** Its one text, as that of records. */
  readonly text: string;
  /** What it takes when it is not compressed, with the empty last label. */
  readonly octets: number;
  /** Pointers followed to read it. */
  readonly jumps: number;
  /** Where its own labels end, with the empty one or the pointer behind them. */
  readonly end: number;
}

/** What was read of a name before its tail. */
type Head = Pick<Tail, 'octets' | 'jumps'>;

/** Labels that stand behind one another. */
interface Part {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** Of a name that is not begun. */
const NOTHING: Head = { octets: 1, jumps: 0 };

/**
 * Reads the names of one message, and what their pointers stand for. A pointer must go before the labels that lead to it,
 * so there are no loops; and no name costs more than 127 jumps and 255 bytes, whatever the message.
 *
 * Most names of a message end in the same labels, so it remembers what it has read by where each label stands.
 *
 * @see RFC 1035 §4.1.4
 */
export class NameReader {
  readonly #message: Uint8Array;
  readonly #pointers: Pointers;
  readonly #tails = new Map<number, Tail>();
  #next = 0;

  /** @param message Borrowed, and not to be changed. */
  constructor(message: Uint8Array, pointers: Pointers) {
    this.#message = message;
    this.#pointers = pointers;
  }

  /** Where the last name ended, which for a compressed one is after its pointer. */
  get next(): number {
    return this.#next;
  }

  /**
   * The text of the name at `start`, which ends at `end` (exclusive) at the latest.
   *
   * @throws DISCOVERY_BAD_MESSAGE
   */
  read(start: number, end: number): string {
    return this.#read(start, { start, end }, NOTHING).text;
  }

  /**
   * The rest of a name from `at` on.
   *
   * @param part Where the labels being read began, and what they must not reach beyond.
   */
  #read(at: number, part: Part, head: Head): Tail {
    const length = this.#message[at];
    if (length === undefined || at >= part.end) throw refuse('truncated', at);
    if (length === 0) {
      if (head.jumps === 0) this.#next = at + 1;
      return { text: '', octets: 1, jumps: 0, end: at + 1 };
    }
    if ((length & LABEL_TYPE_MASK) === LABEL_TYPE_MASK) return this.#follow(at, part, head);
    if (length > MAX_LABEL_BYTES) throw refuse('reserved label type', at);
    const labelEnd = at + 1 + length;
    if (labelEnd > part.end) throw refuse('truncated', at);
    const { jumps } = head;
    const octets = head.octets + 1 + length;
    if (octets > MAX_NAME_BYTES) throw refuse('name too long', at);
    const rest = this.#read(labelEnd, part, { octets, jumps });
    const label = labelText(this.#message, at + 1, labelEnd);
    const tail = {
      text: rest.text === '' ? label : `${label}.${rest.text}`,
      octets: rest.octets + 1 + length,
      jumps: rest.jumps,
      end: rest.end,
    };
    this.#tails.set(at, tail);
    return tail;
  }

  /** What the pointer at `at` stands for. */
  #follow(at: number, { start, end }: Part, { octets, jumps }: Head): Tail {
    const high = this.#message[at] as number;
    const low = this.#message[at + 1];
    if (low === undefined || at + POINTER_BYTES > end) throw refuse('truncated', at);
    if (this.#pointers === 'refused') throw refuse('pointer not allowed', at);
    const target = ((high << 8) | low) & POINTER_OFFSET_MASK;
    if (target >= start) throw refuse('pointer not backwards', at);
    if (target < DNS_HEADER_BYTES) throw refuse('pointer into the header', at);
    if (jumps === 0) this.#next = at + POINTER_BYTES;
    const known = this.#tails.get(target);
    // Read by another pointer, its labels may have had more room.
    if (known !== undefined && known.end > at) throw refuse('truncated', target);
    if (jumps + 1 + (known?.jumps ?? 0) > MAX_POINTERS) throw refuse('too many pointers', at);
    if (known !== undefined && octets + known.octets - 1 > MAX_NAME_BYTES) throw refuse('name too long', at);
    const tail = known ?? this.#read(target, { start: target, end: at }, { octets, jumps: jumps + 1 });
    return { text: tail.text, octets: tail.octets, jumps: tail.jumps + 1, end: at + POINTER_BYTES };
  }
}

function refuse(problem: MessageProblem, offset: number): Error {
  return new DiscoveryError('DISCOVERY_BAD_MESSAGE', { problem, offset });
}
