import { equalBytes, hex } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';

/** The public key of the all-zero secret, which clamps to 2^254 (N8 §3.3, CK-12): a secret everybody knows. */
const ZERO_SECRET_PUBLIC_KEY: Uint8Array = hex.decode(
  '2fe57da347cd62431528daac5fbb290730fff684afc4cfc2ed90995f58cb3b74',
  KEY_BYTES,
);

/** True for the public key (32 bytes) that belongs to the all-zero secret, clamped as X25519 does. */
export function belongsToZeroSecret(publicKey: Uint8Array): boolean {
  return equalBytes(publicKey, ZERO_SECRET_PUBLIC_KEY);
}
