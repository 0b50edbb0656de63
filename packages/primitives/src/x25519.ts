import { equalBytes } from './bytes.ts';
import { hex } from './codecs/hex.ts';

/** RFC 7748 §5. */
const KEY_BYTES = 32;

const points = (...texts: readonly string[]): readonly Uint8Array[] =>
  texts.map((text) => hex.decode(text, KEY_BYTES));

/** N8 §3.1: every low-order u-coordinate, little endian, with the two spellings above p. Bit 255 is ignored. */
const LOW_ORDER: readonly Uint8Array[] = /* @__PURE__ */ points(
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
);

/** 2^255 − 19, little endian (RFC 7748 §4.1): the first number that is no canonical coordinate. */
const [FIELD_PRIME] = /* @__PURE__ */ points(
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
) as [Uint8Array];

/**
 * True for an X25519 public key whose shared secret is zero with every honest key.
 *
 * @param publicKey 32 bytes; borrowed.
 * @see N8 §3.1, §3.3, W-02
 *
 * @example
 * ```ts
 * import { isLowOrder } from '@pubky-paykit/primitives/x25519';
 * isLowOrder(new Uint8Array(32)); // true
 * ```
 */
export function isLowOrder(publicKey: Uint8Array): boolean {
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const masked = Uint8Array.from(publicKey);
  masked[KEY_BYTES - 1] = (masked[KEY_BYTES - 1] as number) & 0x7f;
  let found = false;
  for (const point of LOW_ORDER) found = equalBytes(masked, point) || found;
  return found;
}

/**
 * True for the one encoding X25519 writes of a coordinate: below the prime, which leaves bit 255 clear. By another one a key
 * could pass for a second key.
 *
 * @param publicKey 32 bytes; borrowed.
 * @see RFC 7748 §5
 *
 * @example
 * ```ts
 * import { isCanonical } from '@pubky-paykit/primitives/x25519';
 * isCanonical(new Uint8Array(32).fill(0xff)); // false
 * ```
 */
export function isCanonical(publicKey: Uint8Array): boolean {
  for (let i = KEY_BYTES - 1; i >= 0; i--) {
    const difference = (publicKey[i] as number) - (FIELD_PRIME[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}
