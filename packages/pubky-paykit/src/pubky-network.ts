import type { SessionVault } from '@pubky-paykit/homeserver';
import { createFetchHomeserver, type FetchHomeserver } from '@pubky-paykit/homeserver/fetch';
import {
  createHomeserverDirectory,
  createRelay,
  createRelaySet,
  createRememberingPackets,
  type PacketStore,
  type PkarrDirectory,
} from '@pubky-paykit/pkarr-discovery';
import type { Clock, Fetch, Logger, RandomSource, Telemetry } from '@pubky-paykit/primitives';
import type { DurableStore } from '@pubky-paykit/session-store';
import { given } from './given.ts';
import { openRecordsIn } from './open-records.ts';

/** Which network, and what it is reached with. */
export interface PubkyNetworkOptions {
  /** Addresses of pkarr relays, asked together; {@link PUBLIC_RELAYS} if left out. https, or http on this machine. */
  readonly relays?: readonly string[] | undefined;
  /** Hosts whose homeservers may answer plain http: `['localhost']` for a test network. None if left out. */
  readonly plainHttpHosts?: readonly string[] | undefined;
  /**
   * Where the packets are kept that homeservers were found with; borrowed. With it homeservers are found for up to 7 days
   * although no relay can be reached, of as many as 500 identities and homeservers; what is found so says when it was last
   * seen (`rememberedMs`). Without it nothing is kept beyond the process.
   */
  readonly store?: DurableStore | undefined;
  /** Where sessions are kept beyond the process; nowhere if left out. */
  readonly vault?: SessionVault | undefined;
  /** The platform's if left out. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  /** Told of relays that fail, and of homeservers that are found from memory. */
  readonly logger?: Logger | undefined;
  readonly telemetry?: Telemetry | undefined;
}

/** The parts of Pubky that a wallet or a shop works with, over one set of relays. */
export interface PubkyNetwork {
  /** Signed packets of every identity. */
  readonly packets: PacketStore;
  /** From identities to homeservers. */
  readonly directory: PkarrDirectory;
  /** Accounts, sessions and files. */
  readonly homeserver: FetchHomeserver;
}

/** The relays that anybody may use. @see official-noise §4.2 */
export const PUBLIC_RELAYS: readonly string[] = Object.freeze([
  'https://pkarr.pubky.app',
  'https://pkarr.pubky.org',
]);

/** A test network on its fixed ports: `paykit testnet --fixed-ports`, or the official one. @see official-noise §3.6 */
export const LOCAL_TESTNET: Readonly<Required<Pick<PubkyNetworkOptions, 'relays' | 'plainHttpHosts'>>> =
  Object.freeze({
    relays: Object.freeze(['http://localhost:15411']),
    plainHttpHosts: Object.freeze(['localhost']),
  });

/**
 * Wires relays, directory and homeservers together. Nothing is sent before the first call.
 *
 * @throws DISCOVERY_BAD_RELAY_URL, DISCOVERY_INSECURE_RELAY
 * @throws TypeError without relays, or with one twice.
 *
 * @example
 * ```ts
 * import { connectPubky, type IdentitySigner, LOCAL_TESTNET } from 'pubky-paykit';
 * declare const signer: IdentitySigner;
 * declare const peer: Uint8Array; // 32 bytes
 * const { homeserver } = connectPubky(LOCAL_TESTNET);
 * const session = await homeserver.signIn(signer);
 * await session.storage.put('/pub/example.app/hello', new TextEncoder().encode('hello'));
 * const file = await homeserver.storage.get(peer, '/pub/example.app/hello'); // undefined if there is none
 * ```
 */
export function connectPubky(options: PubkyNetworkOptions = {}): PubkyNetwork {
  const { relays = PUBLIC_RELAYS, plainHttpHosts = [], store, vault } = options;
  const { fetch, clock, random, logger, telemetry } = options;
  const common = given({ clock, logger });
  const packets = createRelaySet({
    ...common,
    relays: relays.map((url) => createRelay({ url, ...given({ fetch, clock }) })),
  });
  const remembering =
    store &&
    createRememberingPackets({
      ...common,
      packets,
      openRecords: openRecordsIn(store, { clock, random }),
      telemetry,
    });
  const directory = createHomeserverDirectory({
    store: remembering ?? packets,
    plainHttpHosts,
    ...given({ clock, random }),
  });
  const insecureHosts = plainHttpHosts;
  const homeserver = createFetchHomeserver({
    directory,
    insecureHosts,
    ...given({ fetch, clock, random, logger, vault }),
  });
  return { packets, directory, homeserver };
}
