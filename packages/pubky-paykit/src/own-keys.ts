import type { HomeserverSession } from '@pubky-paykit/homeserver';
import { deriveNoiseKeyPair } from '@pubky-paykit/patterns';
import {
  createFileTarget,
  createKeyKeeper,
  createPacketTarget,
  createPublicationQueue,
  createRestamper,
  DEFAULT_DEVICE,
  type DeriveNoiseKey,
  type DiscoverNoiseKey,
  type KeeperEvent,
  type KeyKeeper,
  type KeyPolicy,
  type PublicationQueue,
  type PublicationTarget,
  type QueueEvent,
} from '@pubky-paykit/pkarr-discovery';
import type { Clock, IdentitySigner, RandomSource, Secret, Telemetry } from '@pubky-paykit/primitives';
import type { DurableStore } from '@pubky-paykit/session-store';
import { given } from './given.ts';
import { openRecordsIn } from './open-records.ts';
import { connectPeerKeys } from './peer-keys.ts';
import type { PubkyNetwork } from './pubky-network.ts';

/** What the keys of a device are kept with. */
export interface OwnKeysOptions {
  readonly network: Pick<PubkyNetwork, 'packets' | 'homeserver'>;
  /** Where the ledger of keys and the queue of publications are; borrowed. Must outlive the process. */
  readonly store: DurableStore;
  readonly signer: IdentitySigner;
  /** Gives the Noise keys, such as {@link deriveFromSeed}. */
  readonly derive: DeriveNoiseKey;
  /** `default` if left out. */
  readonly device?: string | undefined;
  /** A session with the homeserver, to publish there as well; without one the packet alone is published. */
  readonly session?: Pick<HomeserverSession, 'storage'> | undefined;
  /** Further places to publish to. */
  readonly targets?: readonly PublicationTarget[] | undefined;
  /**
   * Finds what is published where there is no ledger, so that a lost one brings no revoked key back. Homeservers and packets
   * of the network are asked if left out, and remembered in the store, as `connectPeerKeys` does.
   */
  readonly discover?: DiscoverNoiseKey | undefined;
  /** When keys are replaced and records signed again; every 90 days with an overlap of 7 if left out. */
  readonly policy?: KeyPolicy | undefined;
  readonly onEvent?: ((event: KeeperEvent | QueueEvent) => void) | undefined;
  readonly telemetry?: Telemetry | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
}

/** The Noise keys of this device. */
export interface OwnKeys {
  /** Publishes, rotates, revokes. */
  readonly keeper: KeyKeeper;
  /** Publications on their way. */
  readonly queue: PublicationQueue;
  /** Keeps and publishes from now on by itself. */
  start(): void;
  /** Stops both, and waits for what is under way. Never rejects. */
  close(): Promise<void>;
}

/**
 * Derives the Noise key of each context from the identity's seed, as 0.8 does for each device.
 *
 * @param seed 32 bytes; borrowed for as long as the function is used.
 * @see N8 §2.1
 */
export function deriveFromSeed(seed: Secret): DeriveNoiseKey {
  return async (context) => {
    const pair = seed.use((bytes) => deriveNoiseKeyPair(bytes, context));
    const publicKey = pair.publicKey.slice();
    pair.destroy();
    return { publicKey };
  };
}

/**
 * Keeps the Noise keys of a device: published on the homeserver and in the identity's packet, fresh, replaced in time.
 *
 * @throws DISCOVERY_BAD_DEVICE
 *
 * @example
 * ```ts
 * import { connectPubky, deriveFromSeed, type DurableStore, keepOwnKeys } from 'pubky-paykit';
 * import type { HomeserverSession, IdentitySigner, Secret } from 'pubky-paykit';
 * declare const parts: { signer: IdentitySigner; seed: Secret; store: DurableStore; session: HomeserverSession };
 * const { seed, ...given } = parts;
 * const keys = keepOwnKeys({ ...given, network: connectPubky(), derive: deriveFromSeed(seed) });
 * await keys.keeper.publish();
 * await keys.queue.flush();
 * keys.start(); // re-stamps and rotates by itself from now on
 * ```
 */
export function keepOwnKeys(options: OwnKeysOptions): OwnKeys {
  const { network, store, signer, session, device = DEFAULT_DEVICE, targets = [] } = options;
  const { derive, policy, onEvent, telemetry, clock, random } = options;
  const { discover = connectPeerKeys({ network, store, clock, random }).discovery.discoverNoiseKey } =
    options;
  const common = given({ clock, random });
  const openRecords = openRecordsIn(store, { clock, random });
  const identity = signer.publicKey;
  const homeserver =
    session === undefined
      ? []
      : [createFileTarget({ identity, own: session.storage, files: network.homeserver.storage })];
  const packet = createPacketTarget({ ...common, packets: network.packets, signer, name: 'packet' });
  const queue = createPublicationQueue({
    ...common,
    identity,
    openRecords,
    targets: [...homeserver, packet, ...targets],
    restamp: createRestamper({ openRecords, signer, device, ...given({ clock }) }),
    onEvent,
    telemetry,
  });
  const keeper = createKeyKeeper({
    ...common,
    openRecords,
    signer,
    device,
    derive,
    queue,
    discover,
    policy,
    onEvent,
    telemetry,
  });
  return {
    keeper,
    queue,
    start() {
      queue.start();
      keeper.start();
    },
    async close() {
      await Promise.all([keeper.close(), queue.close()]);
    },
  };
}
