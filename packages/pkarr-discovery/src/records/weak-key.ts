import { isCanonical, isLowOrder } from '@pubky-paykit/primitives/x25519';
import { DiscoveryError } from '../errors.ts';

/**
 * Refuses X25519 public keys that no honest device publishes: those whose shared secret is zero with everybody, and
 * encodings of a coordinate other than the canonical one, by which one key could pass for another.
 *
 * @param publicKey 32 bytes; borrowed.
 * @throws DISCOVERY_WEAK_KEY
 * @see N8 §3.1
 */
export function requireStrongKey(publicKey: Uint8Array): void {
  if (isCanonical(publicKey) && !isLowOrder(publicKey)) return;
  throw new DiscoveryError('DISCOVERY_WEAK_KEY');
}
