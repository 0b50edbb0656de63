import { DHT_READ_TIMEOUT_MS, SET_MARGIN_MS } from '../constants.ts';
import { createPacketTarget, type PacketTargetOptions } from '../publications/packet-target.ts';
import type { PublicationTarget } from '../publications/publication.ts';
import type { PacketSource, PacketStore } from '../relays/packet-store.ts';
import { createRelaySet } from '../relays/relay-set.ts';

/** Where and how the packet of an identity is published in the DHT. */
export interface DhtTargetOptions extends Omit<PacketTargetOptions, 'packets'> {
  /** The node; borrowed. */
  readonly dht: PacketStore;
  /** The relays that the packet is published to otherwise: what only they have must not get lost. */
  readonly relays: PacketSource;
}

/**
 * Publishes into the packet of an identity as the DHT has it, made of the newest that DHT or relays have: each takes what is
 * newer than its own, so a packet that was made of one alone could wipe out what only the other has. Relays that cannot be
 * reached hold up nothing, as long as the DHT has a packet. It is read back from the DHT.
 *
 * `publish` throws what that of `createPacketTarget` and the calls of the node throw.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 *
 * @example
 * ```ts
 * import type { PacketStore } from '@pubky-paykit/pkarr-discovery';
 * import { createDhtTarget, type Dht } from '@pubky-paykit/pkarr-discovery/dht';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const dht: Dht;
 * declare const relays: PacketStore;
 * declare const signer: IdentitySigner;
 * const target = createDhtTarget({ dht, relays, signer });
 * ```
 */
export function createDhtTarget(options: DhtTargetOptions): PublicationTarget {
  const { dht, relays, name = 'dht', ...target } = options;
  return createPacketTarget({ ...target, name, packets: besideRelays(dht, relays, target.clock) });
}

/** The DHT, where what is made new is made of what relays have as well. */
function besideRelays(
  dht: PacketStore,
  relays: PacketSource,
  clock: PacketTargetOptions['clock'],
): PacketStore {
  /** What the DHT had when it was last read for an update: what it is to compare with. */
  let held: bigint | undefined;
  const put: PacketStore['put'] = (packet, { signal } = {}) => dht.put(packet, { signal, replacing: held });
  const both = createRelaySet({
    relays: [
      {
        name: dht.name,
        async get(publicKey, options) {
          held = undefined;
          const packet = await dht.get(publicKey, options);
          held = packet?.timestamp;
          return packet;
        },
        put,
      },
      // Nothing is ever put through the set.
      { name: `relays ${relays.name}`, get: (publicKey, options) => relays.get(publicKey, options), put },
    ],
    readTimeoutMs: DHT_READ_TIMEOUT_MS + SET_MARGIN_MS,
    remembered: 1,
    ...(clock !== undefined && { clock }),
  });
  return {
    name: dht.name,
    get: (publicKey, options = {}) => (options.forUpdate ? both : dht).get(publicKey, options),
    put,
  };
}
