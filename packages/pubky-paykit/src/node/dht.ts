import {
  createPacketRecordSource,
  type KeyRecordSource,
  type PublicationTarget,
} from '@pubky-paykit/pkarr-discovery';
import {
  createDhtTarget,
  type Dht,
  type DhtOptions,
  openDht as openDhtNode,
} from '@pubky-paykit/pkarr-discovery/dht';
import type { Clock, IdentitySigner, RandomSource } from '@pubky-paykit/primitives';
import { given } from '../given.ts';
import type { PubkyNetwork } from '../pubky-network.ts';

/** Whose packet is published in the DHT. */
export interface DhtPublishing {
  readonly network: Pick<PubkyNetwork, 'packets'>;
  readonly signer: IdentitySigner;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
}

/** A node of the DHT, and what it is plugged in with. It keeps the process alive until it is closed. */
export interface DhtNode extends Dht {
  /** For `connectPeerKeys({ sources })`: what is published in the DHT, also while no relay can be reached. */
  readonly source: KeyRecordSource;
  /** For `keepOwnKeys({ targets })`: publishes there, beside the relays and without wiping out what only they have. */
  target(options: DhtPublishing): PublicationTarget;
}

/**
 * Enters the Mainline DHT. The package `bittorrent-dht` has to be installed for it; nothing else needs it.
 *
 * @throws DISCOVERY_DHT_MISSING if it is not, DISCOVERY_DHT_FAILED, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED
 * @throws TypeError for bootstrap nodes that are none.
 * @see docs/discovery.md
 *
 * @example
 * ```ts
 * import { connectPeerKeys, connectPubky, createMemoryStore } from 'pubky-paykit';
 * import { MAINLINE_BOOTSTRAP, openDht } from 'pubky-paykit/node';
 * declare const peer: Uint8Array; // 32 bytes, an identity
 * const dht = await openDht({ bootstrap: MAINLINE_BOOTSTRAP });
 * const network = connectPubky();
 * const { finder } = connectPeerKeys({ network, store: createMemoryStore(), sources: [dht.source] });
 * const key = await finder.find(peer); // from homeserver, relays and DHT; undefined if it has published none
 * await dht.close();
 * ```
 */
export async function openDht(options: DhtOptions): Promise<DhtNode> {
  const dht = await openDhtNode(options);
  return {
    ...dht,
    source: createPacketRecordSource({ packets: dht, name: 'dht' }),
    target: ({ network, signer, clock, random }) =>
      createDhtTarget({ dht, relays: network.packets, signer, ...given({ clock, random }) }),
  };
}
