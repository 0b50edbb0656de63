import { equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';
import type { PacketSource, ReadOptions } from './packet-store.ts';

/**
 * Reads a packet from a source that may be anybody's: a packet is signed by its key, so the key must be the one that was
 * asked for.
 *
 * @param publicKey 32 bytes; must not change meanwhile.
 * @throws DISCOVERY_BAD_ANSWER for the packet of another key, and what the source throws.
 */
export async function readPacketOf(
  source: PacketSource,
  publicKey: Uint8Array,
  options: ReadOptions = {},
): Promise<SignedPacket | undefined> {
  const packet = await source.get(publicKey, options);
  if (packet === undefined || equalBytes(packet.publicKey, publicKey)) return packet;
  throw new DiscoveryError('DISCOVERY_BAD_ANSWER', {
    relay: source.name,
    reason: 'the packet of another key',
  });
}
