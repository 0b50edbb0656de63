import { equalBytes } from '../bytes.ts';
import { hex } from '../codecs/hex.ts';

/** RFC 8032 §5.1.5. */
export const KEY_BYTES = 32;
/** RFC 8032 §5.1.6: R, then s. */
export const SIGNATURE_BYTES = 64;

const coordinates = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => hex.decode(text, KEY_BYTES));

/** The y-coordinates of the eight points of small order, little endian; the bit of x is left out. */
const SMALL_ORDER: readonly Uint8Array[] = /* @__PURE__ */ coordinates(
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
);

/** 2^255 − 19, little endian: the first number that is no canonical coordinate. */
const [FIELD_PRIME] = /* @__PURE__ */ coordinates(
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
) as [Uint8Array];

/**
 * Whether the encoding of a point is canonical, and the point not of small order: what verifiers that are lenient about
 * either leave open. Whether there is such a point at all is for them to find out.
 *
 * @param encoded 32 bytes; borrowed.
 */
export function isStrictEncoding(encoded: Uint8Array): boolean {
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const y = Uint8Array.from(encoded);
  y[KEY_BYTES - 1] = (y[KEY_BYTES - 1] as number) & 0x7f;
  return isBelowPrime(y) && !SMALL_ORDER.some((point) => equalBytes(y, point));
}

function isBelowPrime(y: Uint8Array): boolean {
  for (let i = KEY_BYTES - 1; i >= 0; i--) {
    const difference = (y[i] as number) - (FIELD_PRIME[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * Whether everything has the kind and length of its own, and the points of key and signature are encoded strictly.
 *
 * @param signature Should be 64 bytes. @param publicKey Should be 32 bytes.
 */
export function isWellFormed(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): boolean {
  // Verifiers throw for what is no bytes.
  if (![signature, message, publicKey].every((value) => value instanceof Uint8Array)) return false;
  if (signature.length !== SIGNATURE_BYTES || publicKey.length !== KEY_BYTES) return false;
  return isStrictEncoding(publicKey) && isStrictEncoding(signature.subarray(0, KEY_BYTES));
}
