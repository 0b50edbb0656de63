import { zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { checkLength } from './signed-packet.ts';

/**
 * The name of a record in the packet of a key: `label.z32`, or the key alone without a label.
 *
 * @param publicKey 32 bytes; borrowed.
 * @param label One label or several, such as `_pubky` or `_noise.phone`.
 * @throws DISCOVERY_WRONG_LENGTH
 * @see official-noise §4.1
 *
 * @example
 * ```ts
 * import { ownName } from '@pubky-paykit/pkarr-discovery';
 * ownName(new Uint8Array(32), '_pubky'); // '_pubky.yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy'
 * ```
 */
export function ownName(publicKey: Uint8Array, label?: string): string {
  checkLength('a public key', publicKey, KEY_BYTES, KEY_BYTES);
  const apex = zBase32.encode(publicKey);
  return label === undefined ? apex : `${label}.${apex}`;
}
