import {
  connectPubky,
  type DurableStore,
  isCodedError,
  type PubkyNetwork,
  type SessionVault,
} from 'pubky-paykit';
import { type DhtNode, openDht, openSharedLevelStore } from 'pubky-paykit/node';
import { asUnusable, HomeFailed } from './home-errors.ts';
import { homeFiles } from './home-files.ts';
import type { HomeSettings } from './home-settings.ts';
import { makePrivateFolder } from './private-files.ts';
import type { Surroundings } from './surroundings.ts';

/** What a home has beside its identity, and is enough to look others up. */
export interface HomeFolder {
  /** Absolute. */
  readonly folder: string;
  /** Of {@link HomeSettings}, for hints. */
  readonly given: string;
  readonly network: PubkyNetwork;
  /** Ledger, queue, what was seen of peers, pins. Other commands may be at work in it: each call waits for its turn. */
  readonly store: DurableStore;
  /** A node of the DHT, if the settings want one. */
  readonly dht: DhtNode | undefined;
  /** Closes the store and leaves the DHT. Never rejects. */
  close(): Promise<void>;
}

async function openStore(
  { folder, given }: Pick<HomeSettings, 'folder' | 'given'>,
  { clock, random, signal }: Surroundings,
): Promise<DurableStore> {
  const location = homeFiles(folder).store;
  try {
    return await openSharedLevelStore({ location, clock, random, signal });
  } catch (error) {
    if (isCodedError(error) && error.code === 'STORE_LOCKED') throw new HomeFailed('locked', folder);
    throw asUnusable(error, 'store unusable', location, given);
  }
}

/**
 * Opens folder, store and network, without the identity: no passphrase is needed. The folder is made if there is none. Other
 * commands may use the same home meanwhile.
 *
 * @throws HomeFailed: `locked`, if something keeps the store to itself, `store unusable`. @throws SessionStoreError, DiscoveryError for a relay that is none,
 * or a node of the DHT that cannot be opened.
 */
export async function openHomeFolder(
  { folder, given, network: options, dht: dhtOptions }: HomeSettings,
  surroundings: Surroundings,
  vault?: SessionVault,
): Promise<HomeFolder> {
  const { fetch, clock } = surroundings;
  await makePrivateFolder(folder);
  const store = await openStore({ folder, given }, surroundings);
  let dht: DhtNode | undefined;
  const close = async (): Promise<void> => {
    await Promise.allSettled([store.close(), dht?.close()]);
  };
  try {
    const network = connectPubky({ ...options, store, vault, fetch, clock });
    dht = dhtOptions && (await openDht({ ...dhtOptions, clock }));
    return { folder, given, network, store, dht, close };
  } catch (error) {
    await close();
    throw error;
  }
}
