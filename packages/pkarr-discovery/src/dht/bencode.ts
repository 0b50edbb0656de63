/** A value of bencode; texts are bytes, and whole numbers beyond 2^53 lose their last digits. @see BEP 3 */
export type Bencoded = number | Uint8Array | readonly Bencoded[] | BencodedMap;

/** A dictionary, its keys one character for each byte. */
export type BencodedMap = ReadonlyMap<string, Bencoded>;

/** Deeper than any message of the DHT, and far from the end of the stack. */
const MAX_DEPTH = 16;
const [INTEGER, LIST, DICTIONARY, END, COLON, MINUS] = [0x69, 0x6c, 0x64, 0x65, 0x3a, 0x2d];
const [ZERO, NINE] = [0x30, 0x39];
/** Digits of a number that is read; 2^64 has 20. */
const MAX_DIGITS = 20;

/** A value, and where it ends. */
interface Read<Value> {
  readonly value: Value;
  readonly end: number;
}

/**
 * The first value in a datagram; undefined if it is none. Stricter than the package, so that both see the same in what is
 * taken: lengths are digits and within the datagram, no key stands twice. What follows the value is read over.
 *
 * @param bytes Bounded by the caller; texts share its memory.
 */
export function decodeBencode(bytes: Uint8Array): Bencoded | undefined {
  return valueAt(bytes, 0, MAX_DEPTH)?.value;
}

function valueAt(bytes: Uint8Array, at: number, depth: number): Read<Bencoded> | undefined {
  if (depth === 0) return undefined;
  if (bytes[at] === INTEGER) return integerAt(bytes, at + 1);
  if (bytes[at] === LIST) return listAt(bytes, at + 1, depth - 1);
  if (bytes[at] === DICTIONARY) return dictionaryAt(bytes, at + 1, depth - 1);
  return textAt(bytes, at);
}

/** Digits, one at least, and what ends them. */
function digitsAt(bytes: Uint8Array, at: number, ending: number): Read<number> | undefined {
  let value = 0;
  for (let end = at; end <= at + MAX_DIGITS; end++) {
    const byte = bytes[end] ?? 0;
    if (byte === ending) return end === at ? undefined : { value, end: end + 1 };
    if (byte < ZERO || byte > NINE) return undefined;
    value = value * 10 + (byte - ZERO);
  }
  return undefined;
}

function integerAt(bytes: Uint8Array, at: number): Read<number> | undefined {
  const isNegative = bytes[at] === MINUS;
  const digits = digitsAt(bytes, isNegative ? at + 1 : at, END);
  return digits && { value: isNegative ? -digits.value : digits.value, end: digits.end };
}

function textAt(bytes: Uint8Array, at: number): Read<Uint8Array> | undefined {
  const length = digitsAt(bytes, at, COLON);
  if (length === undefined || length.value > bytes.length - length.end) return undefined;
  const end = length.end + length.value;
  return { value: bytes.subarray(length.end, end), end };
}

function listAt(bytes: Uint8Array, start: number, depth: number): Read<readonly Bencoded[]> | undefined {
  const value: Bencoded[] = [];
  let at = start;
  while (bytes[at] !== END) {
    const item = valueAt(bytes, at, depth);
    if (item === undefined) return undefined;
    value.push(item.value);
    at = item.end;
  }
  return { value, end: at + 1 };
}

function dictionaryAt(bytes: Uint8Array, start: number, depth: number): Read<BencodedMap> | undefined {
  const value = new Map<string, Bencoded>();
  let at = start;
  while (bytes[at] !== END) {
    const key = textAt(bytes, at);
    if (key === undefined) return undefined;
    const item = valueAt(bytes, key.end, depth);
    if (item === undefined) return undefined;
    const name = String.fromCharCode(...key.value);
    if (value.has(name)) return undefined;
    value.set(name, item.value);
    at = item.end;
  }
  return { value, end: at + 1 };
}
