import { type ByteReader, concatBytes, decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';

/** Numbers of 64 bits take at most ten groups of seven. */
const VARINT_MAXIMUM_BYTES = 10;
const GROUP_BITS = 7n;
const GROUP_MASK = 0x7fn;
const MORE = 0x80;

/**
 * An unsigned number in groups of seven bits, lowest first, the top bit set on all but the last: the varint of postcard.
 *
 * @param value 0 to 2^64−1.
 */
export function encodeVarint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = value;
  do {
    const group = Number(left & GROUP_MASK);
    left >>= GROUP_BITS;
    bytes.push(left === 0n ? group : group | MORE);
  } while (left !== 0n);
  return Uint8Array.from(bytes);
}

/**
 * Reads a varint in its shortest form.
 *
 * @returns `undefined` if it is padded or over 64 bits.
 * @throws PRIMITIVES_OUT_OF_BOUNDS if the input ends in the middle.
 */
export function readVarint(reader: ByteReader): bigint | undefined {
  let value = 0n;
  for (let group = 0; group < VARINT_MAXIMUM_BYTES; group++) {
    const byte = reader.uint8();
    value |= (BigInt(byte) & GROUP_MASK) << (GROUP_BITS * BigInt(group));
    if (byte & MORE) continue;
    const padded = byte === 0 && group > 0;
    return padded || BigInt.asUintN(64, value) !== value ? undefined : value;
  }
  return undefined;
}

/** A text as postcard writes it: length in bytes, then UTF-8. */
export function encodeString(text: string): Uint8Array {
  const bytes = encodeUtf8(text);
  return concatBytes(encodeVarint(BigInt(bytes.length)), bytes);
}

/**
 * Reads a text; the announced length is checked against what is left before anything is decoded.
 *
 * @returns `undefined` if its length is malformed.
 * @throws PRIMITIVES_OUT_OF_BOUNDS, PRIMITIVES_BAD_UTF8
 */
export function readString(reader: ByteReader): string | undefined {
  const length = readVarint(reader);
  return length === undefined ? undefined : decodeUtf8(reader.bytes(Number(length)));
}
