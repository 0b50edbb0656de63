import {
  createDiscovery,
  createFileRecordSource,
  createKeyCache,
  createKeyFinder,
  createPacketRecordSource,
  type Discovery,
  type DiscoveryPolicy,
  type KeyCache,
  type KeyFinder,
  type KeyFinderEvent,
  type KeyRecordSource,
} from '@pubky-paykit/pkarr-discovery';
import type { Clock, RandomSource, Telemetry } from '@pubky-paykit/primitives';
import type { DurableStore } from '@pubky-paykit/session-store';
import { given } from './given.ts';
import { openRecordsIn } from './open-records.ts';
import type { PubkyNetwork } from './pubky-network.ts';

/** What the keys of peers are found with. */
export interface PeerKeysOptions {
  readonly network: Pick<PubkyNetwork, 'packets' | 'homeserver'>;
  /** Where keys and the memory against roll-back are kept; borrowed. In memory for tests, on disk for everything else. */
  readonly store: DurableStore;
  readonly policy?: DiscoveryPolicy | undefined;
  /** Asked beside homeservers and relays, such as a node of the Mainline DHT. */
  readonly sources?: readonly KeyRecordSource[] | undefined;
  /** Told of rotated, revoked, replaced and contradictory keys, and of outages. */
  readonly onEvent?: ((event: KeyFinderEvent) => void) | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
}

/** The Noise keys of other people. */
export interface PeerKeys {
  /** The key to connect with: cached within policy, else looked up. */
  readonly finder: KeyFinder;
  readonly cache: KeyCache;
  /** Looking up without the cache; `lookUpNoiseKeys` is what a payee confirms payers of IK-raw and XX with. */
  readonly discovery: Discovery;
}

/**
 * Finds Noise keys through homeservers and signed packets, verified and fresh, and keeps them. What has expired is removed once a
 * day, within a call: nothing goes on by itself, and there is nothing to close.
 *
 * @example
 * ```ts
 * import { connectPeerKeys, connectPubky, createMemoryStore } from 'pubky-paykit';
 * declare const peer: Uint8Array; // 32 bytes, an identity
 * const { finder } = connectPeerKeys({ network: connectPubky(), store: createMemoryStore() });
 * const key = await finder.find(peer); // undefined if it has published none
 * key?.noiseKey; // 32 bytes, to connect with; key.reason says why it is this one
 * ```
 */
export function connectPeerKeys(options: PeerKeysOptions): PeerKeys {
  const { network, store, policy, sources = [], onEvent, telemetry, clock, random } = options;
  const common = given({ clock, telemetry });
  const openRecords = openRecordsIn(store, { clock, random });
  // One rule for all: a cached key must not outlive what a look-up would refuse, nor be removed before.
  const rules = {
    maximumAgeSeconds: policy?.maximumAgeSeconds,
    requireSignedFreshness: policy?.requireSignedFreshness,
  };
  const cache = createKeyCache({ ...common, records: openRecords, upkeep: { policy: rules } });
  const discovery = createDiscovery({
    ...common,
    ...given({ policy }),
    sources: [
      createFileRecordSource({ files: network.homeserver.storage }),
      createPacketRecordSource({ packets: network.packets, name: 'relay' }),
      ...sources,
    ],
    memory: cache.memory,
  });
  const finder = createKeyFinder({
    ...common,
    cache,
    discover: discovery.discoverNoiseKey,
    policy: rules,
    onEvent,
    random,
  });
  return { finder, cache, discovery };
}
