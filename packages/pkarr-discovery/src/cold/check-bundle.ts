import { type Clock, equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { isFormerDevice } from '../lifecycle/former-device.ts';
import { sameRecords } from '../publishing/packet-change.ts';
import { requirePublishable } from '../queue/departure.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { verifyKeyRecord } from '../records/verify-key-record.ts';
import type { PacketSource } from '../relays/packet-store.ts';
import {
  compareSignedPackets,
  parseSignedPacket,
  type SignedPacket,
} from '../signed-packet/signed-packet.ts';
import type { ColdBundle } from './cold-files.ts';
import { recordsWith } from './prepare-offline.ts';

/** A packet to be published. */
export interface CheckedPacket {
  readonly packet: SignedPacket;
  /** Whether it is what is published already. */
  readonly isPublished: boolean;
}

/**
 * Makes sure of everything in a bundle that can be checked without the network: it is not too old, and each record is signed
 * by the identity, of one of the ids of its device, and fresh.
 *
 * @throws DISCOVERY_COLD_EXPIRED, DISCOVERY_BAD_PUBLICATION, and what `verifyKeyRecord` throws.
 */
export function checkBundle(bundle: ColdBundle, clock: Clock): void {
  const sinceMs = Math.floor(millisecondsOf(clock)) - bundle.expiresMs;
  if (sinceMs >= 0) throw new DiscoveryError('DISCOVERY_COLD_EXPIRED', { sinceMs });
  const { identity, device } = bundle;
  for (const publication of bundle.publications) {
    requirePublishable(publication, identity);
    const under = publication.device;
    if (under !== device && !(isFormerDevice(under) && under.startsWith(`${device}-`))) {
      throw new DiscoveryError('DISCOVERY_BAD_PUBLICATION', { problem: 'of another device' });
    }
    if (publication.kind === 'key') verifyKeyRecord(publication, { clock });
  }
}

/**
 * Makes sure that the packet of a bundle is the published one with the records of the bundle in it, and nothing else: who
 * carried the bundle can neither bring an old packet back nor take the homeserver out of it.
 *
 * @returns Undefined for a bundle without a packet.
 * @throws DISCOVERY_COLD_PACKET_CHANGED, DISCOVERY_COLD_PACKET_WRONG, DISCOVERY_BAD_SIGNATURE, DISCOVERY_BAD_MESSAGE, and
 * what the packets throw.
 */
export async function checkPacket(
  bundle: ColdBundle,
  read: () => ReturnType<PacketSource['get']>,
): Promise<CheckedPacket | undefined> {
  if (bundle.packet === undefined) return undefined;
  const { identity, device, publications, replaces = 0n } = bundle;
  const packet = parseSignedPacket(identity, bundle.packet);
  const present = await read();
  if (present !== undefined && compareSignedPackets(present, packet) === 0) {
    return { packet, isPublished: true };
  }
  if (present === undefined || present.timestamp !== replaces || !equalBytes(present.publicKey, identity)) {
    const found = present?.timestamp;
    throw new DiscoveryError('DISCOVERY_COLD_PACKET_CHANGED', { expected: replaces, found });
  }
  if (!sameRecords(packet.records, recordsWith(present.records, publications, bundle.createdMs))) {
    throw new DiscoveryError('DISCOVERY_COLD_PACKET_WRONG', { device });
  }
  return { packet, isPublished: false };
}
