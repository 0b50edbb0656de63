import { concatBytes, hex, isCodedError } from '@pubky-paykit/primitives';

/** Bytes of a hex text; blanks separate. */
export function bytes(text: string): Uint8Array {
  return hex.decode(text.replaceAll(/\s/g, ''));
}

/** Bytes of an ASCII text. */
export function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Two octets, big endian. */
export function uint16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value);
}

/** 32 equal bytes. */
export function filled(value: number): Uint8Array {
  return new Uint8Array(32).fill(value);
}

/** A copy with one bit changed. */
export function flipped(input: Uint8Array, bit: number): Uint8Array {
  const copy = input.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

/** What a coded error says of itself. */
export interface Thrown {
  readonly code: string;
  readonly context: Readonly<Record<string, unknown>>;
  readonly retryable: boolean;
  readonly cause?: unknown;
}

function coded(error: unknown): Thrown {
  if (!isCodedError(error)) throw error;
  return error as unknown as Thrown;
}

/** The coded error `work` throws; anything else it throws is passed on. */
export function thrownBy(work: () => unknown): Thrown {
  try {
    work();
  } catch (error) {
    return coded(error);
  }
  throw new Error('nothing was thrown');
}

/** The coded error `work` rejects with; anything else is passed on. */
export async function rejectionOf(work: Promise<unknown>): Promise<Thrown> {
  try {
    await work;
  } catch (error) {
    return coded(error);
  }
  throw new Error('nothing was thrown');
}

/** A name on the wire, written out. */
export function wireName(...labels: readonly string[]): Uint8Array {
  const parts = labels.map((label) => concatBytes(Uint8Array.of(label.length), ascii(label)));
  return concatBytes(...parts, Uint8Array.of(0));
}

/** A pointer of a name on the wire. */
export function pointer(offset: number): Uint8Array {
  return uint16(0xc000 | offset);
}

/** A record on the wire, of class IN and with a TTL of one minute. */
export function wireRecord(name: Uint8Array, typeNumber: number, data: Uint8Array): Uint8Array {
  const fixed = concatBytes(uint16(typeNumber), uint16(1), Uint8Array.of(0, 0, 0, 60), uint16(data.length));
  return concatBytes(name, fixed, data);
}

/** How many entries a message says its sections have. */
export interface Counts {
  readonly questions?: number;
  readonly answers?: number;
  readonly authority?: number;
  readonly additional?: number;
}

/** A message on the wire. */
export function wireMessage(counts: Counts, ...parts: readonly Uint8Array[]): Uint8Array {
  const { questions = 0, answers = 0, authority = 0, additional = 0 } = counts;
  const header = [0, 0x8000, questions, answers, authority, additional].map(uint16);
  return concatBytes(...header, ...parts);
}
