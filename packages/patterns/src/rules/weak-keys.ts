import { equalBytes, hex } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';

/** N8 §3.1: every low-order u-coordinate, little endian, with the two spellings above p. Bit 255 is ignored. */
const LOW_ORDER: readonly Uint8Array[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
  '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
].map((point) => hex.decode(point, KEY_BYTES));

/** The public key of the all-zero secret, which clamps to 2^254 (N8 §3.3, CK-12): a secret everybody knows. */
const ZERO_SECRET_PUBLIC_KEY: Uint8Array = hex.decode(
  '2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74',
  KEY_BYTES,
);

/**
 * True for an X25519 public key (32 bytes) whose shared secret is zero with every honest key.
 *
 * @see N8 §3.1, §3.3, W-02
 */
export function isLowOrder(publicKey: Uint8Array): boolean {
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const masked = Uint8Array.from(publicKey);
  masked[KEY_BYTES - 1] = (masked[KEY_BYTES - 1] as number) & 0x7f;
  let found = false;
  for (const point of LOW_ORDER) found = equalBytes(masked, point) || found;
  return found;
}

/** True for the public key (32 bytes) that belongs to the all-zero secret, clamped as X25519 does. */
export function belongsToZeroSecret(publicKey: Uint8Array): boolean {
  return equalBytes(publicKey, ZERO_SECRET_PUBLIC_KEY);
}
