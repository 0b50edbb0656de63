import { type Clock, systemClock } from '@pubky-paykit/primitives';
import { DHT_READ_TIMEOUT_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { createPacketTarget, type PacketTargetOptions } from '../publications/packet-target.ts';
import type { PublicationTarget } from '../publications/publication.ts';
import type { PacketSource, PacketStore, ReadOptions } from '../relays/packet-store.ts';
import { createRelaySet } from '../relays/relay-set.ts';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';

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
 * reached hold up nothing, as long as the DHT has a packet; nothing is published if the DHT has not answered itself, in the
 * time that it says it may take. It is read back from the DHT.
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

/** What has come of reading the DHT for an update. */
type OwnRead =
  | { readonly kind: 'silent' }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** With the timestamp of what it had, in microseconds: what it is to compare with. */
  | { readonly kind: 'read'; readonly held: bigint | undefined };

/** The DHT, where what is made new is made of what relays have as well. */
function besideRelays(dht: PacketStore, relays: PacketSource, clock: Clock = systemClock): PacketStore {
  const { readTimeoutMs = DHT_READ_TIMEOUT_MS } = dht;
  const name = `relays ${relays.name}`;
  let own: OwnRead = { kind: 'silent' };
  const put: PacketStore['put'] = (packet, { signal } = {}) =>
    dht.put(packet, { signal, replacing: own.kind === 'read' ? own.held : undefined });

  /** Reads the DHT, and notes what it had: an answer that came too late for the packet is none to compare with. */
  async function readOwn(
    publicKey: Uint8Array,
    options: ReadOptions = {},
  ): Promise<SignedPacket | undefined> {
    const note = (outcome: OwnRead): void => {
      if (options.signal?.aborted !== true) own = outcome;
    };
    try {
      const packet = await dht.get(publicKey, options);
      note({ kind: 'read', held: packet?.timestamp });
      return packet;
    } catch (error) {
      note({ kind: 'failed', error });
      throw error;
    }
  }

  const both = createRelaySet({
    relays: [
      { name: dht.name, readTimeoutMs, get: readOwn, put },
      // Nothing is ever put through the set.
      { name, readTimeoutMs: relays.readTimeoutMs, get: (key, options) => relays.get(key, options), put },
    ],
    remembered: 1,
    clock,
  });

  return {
    name: dht.name,
    readTimeoutMs: both.readTimeoutMs,
    async get(publicKey, options = {}) {
      if (!options.forUpdate) return dht.get(publicKey, options);
      const startedMs = clock.now();
      own = { kind: 'silent' };
      // Relays that are behind are for others to bring up to date.
      const onBehind = (behind: readonly string[]): void => {
        if (behind.includes(dht.name)) options.onBehind?.([dht.name]);
      };
      const newest = await both.get(publicKey, { ...options, onBehind });
      const outcome = own as OwnRead;
      // What only the DHT has would be lost.
      if (outcome.kind === 'failed') throw outcome.error;
      if (outcome.kind === 'silent') {
        const afterMs = clock.now() - startedMs;
        throw new DiscoveryError('DISCOVERY_TIMED_OUT', { what: `reading from the ${dht.name}`, afterMs });
      }
      return newest;
    },
    put,
  };
}
