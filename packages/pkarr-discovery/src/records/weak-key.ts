import { equalBytes, hex } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';

/** N8 §3.1: every low-order u-coordinate in its canonical encoding, little endian. */
const LOW_ORDER: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
].map((point) => hex.decode(point, KEY_BYTES));

/** 2^255 − 19, little endian (RFC 7748 §4.1): the first number that is no canonical coordinate. */
const FIELD_PRIME: Uint8Array = hex.decode(
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  KEY_BYTES,
);

/** True for the one encoding X25519 writes of a coordinate: below the prime, which leaves bit 255 clear. */
function isCanonical(publicKey: Uint8Array): boolean {
  for (let i = KEY_BYTES - 1; i >= 0; i--) {
    const difference = (publicKey[i] as number) - (FIELD_PRIME[i] as number);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/**
 * Refuses X25519 public keys that no honest device publishes: those whose shared secret is zero with everybody, and
 * encodings of a coordinate other than the canonical one, by which one key could pass for another.
 *
 * @param publicKey 32 bytes; borrowed.
 * @throws DISCOVERY_WEAK_KEY
 * @see N8 §3.1
 */
export function requireStrongKey(publicKey: Uint8Array): void {
  if (isCanonical(publicKey) && !LOW_ORDER.some((point) => equalBytes(point, publicKey))) return;
  throw new DiscoveryError('DISCOVERY_WEAK_KEY');
}
