import {
  type CancelSignal,
  type Clock,
  type IdentitySigner,
  type RandomSource,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import { KEY_BYTES, LOOKUP_TIMEOUT_MS, UPDATE_TIMEOUT_MS, USER_LABEL } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DnsRecord } from '../dns/record.ts';
import { DiscoveryError, shownKey } from '../errors.ts';
import { updatePacket } from '../publishing/update-packet.ts';
import type { PacketStore } from '../relays/packet-store.ts';
import { readPacketOf } from '../relays/read-packet.ts';
import { ownName } from '../signed-packet/own-name.ts';
import { checkLength, type SignedPacket } from '../signed-packet/signed-packet.ts';
import { userRecord } from './homeserver-records.ts';
import { locateEndpoint, type ReadPacket } from './locating.ts';
import { readKey, servicesOf } from './services.ts';

/** A homeserver, and where it answers. */
export interface LocatedHomeserver {
  /** 32 bytes, its Ed25519 key. */
  readonly homeserver: Uint8Array;
  /** An origin, without a slash at its end. */
  readonly url: string;
  /**
   * Unix milliseconds; only if a packet on the way came from memory because nobody could be asked (see
   * `createRememberingPackets`): when the one of them was last seen that was not seen for longest.
   */
  readonly rememberedMs?: number | undefined;
}

/** From identities to homeservers. */
export interface PkarrDirectory {
  /**
   * The homeserver of an identity; undefined if the identity has no packet, or names none in it.
   *
   * @param identity 32 bytes; borrowed.
   * @throws DISCOVERY_HOMESERVER_UNKNOWN if it names one that has no packet, and what `locate` throws.
   */
  find(identity: Uint8Array, options?: DirectoryCall): Promise<LocatedHomeserver | undefined>;
  /**
   * Where a homeserver is, by its own key; undefined if it has no packet.
   *
   * @param homeserver 32 bytes; borrowed.
   * @throws DISCOVERY_NO_ENDPOINT, DISCOVERY_LOCAL_ENDPOINT, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED, and what the store
   * throws.
   */
  locate(homeserver: Uint8Array, options?: DirectoryCall): Promise<LocatedHomeserver | undefined>;
  /**
   * Publishes which homeserver an identity uses, and leaves everything else in its packet as it is.
   *
   * @param signer Signs the packet of the identity.
   * @param homeserver 32 bytes; copied.
   * @throws What {@link updatePacket} throws, but for DISCOVERY_NO_PACKET: this may be the first packet of the identity.
   */
  announce(signer: IdentitySigner, homeserver: Uint8Array, options?: DirectoryCall): Promise<void>;
}

/** What one call of a directory takes. */
export interface DirectoryCall {
  readonly signal?: CancelSignal | undefined;
}

/** What a directory works with. */
export interface DirectoryOptions {
  readonly store: PacketStore;
  readonly clock?: Clock;
  readonly random?: RandomSource;
  /**
   * Hosts that answer plain HTTP, at the port that a private parameter says: `['localhost']` for a test network on this
   * machine. None by default: then a homeserver that says it is on this machine or a private network is refused, because
   * anybody may say so of any identity.
   */
  readonly plainHttpHosts?: readonly string[];
  /** For all of one look-up; 20 s by default. */
  readonly lookupTimeoutMs?: number;
  /** For all of one announcement; 2 minutes by default. */
  readonly updateTimeoutMs?: number;
}

/**
 * Finds homeservers through signed packets, and announces them.
 *
 * @see official-noise §3.5, §4.4, §4.5
 *
 * @example
 * ```ts
 * import { createHomeserverDirectory, createRelay } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * const store = createRelay({ url: 'http://localhost:15411' });
 * const directory = createHomeserverDirectory({ store, plainHttpHosts: ['localhost'] });
 * const url = (await directory.find(identity))?.url; // such as 'http://localhost:6286'
 * ```
 */
export function createHomeserverDirectory(options: DirectoryOptions): PkarrDirectory {
  const { store, clock = systemClock, random = systemRandom } = options;
  const { lookupTimeoutMs = LOOKUP_TIMEOUT_MS, updateTimeoutMs = UPDATE_TIMEOUT_MS } = options;
  const plainHttpHosts = (options.plainHttpHosts ?? []).map((host) => host.toLowerCase());

  function lookUp(
    what: string,
    { signal }: DirectoryCall,
    work: (read: ReadPacket) => Promise<LocatedHomeserver | undefined>,
  ): Promise<LocatedHomeserver | undefined> {
    let rememberedMs: number | undefined;
    const onRemembered = (seenMs: number): void => {
      rememberedMs = Math.min(rememberedMs ?? seenMs, seenMs);
    };
    return withDeadline({ what, clock, timeoutMs: lookupTimeoutMs, signal }, async ({ race }) => {
      const found = await work((publicKey) =>
        race((ended) => readPacketOf(store, publicKey, { signal: ended, onRemembered })),
      );
      return found === undefined || rememberedMs === undefined ? found : { ...found, rememberedMs };
    });
  }

  return {
    async find(identity, call = {}) {
      const asked = copyOfKey('an identity', identity);
      return lookUp('finding a homeserver', call, async (read) => {
        const packet = await read(asked);
        const homeserver = packet && homeserverIn(packet);
        if (homeserver === undefined) return undefined;
        const url = await locateEndpoint(homeserver, read, plainHttpHosts);
        if (url !== undefined) return { homeserver, url };
        throw new DiscoveryError('DISCOVERY_HOMESERVER_UNKNOWN', { homeserver: shownKey(homeserver) });
      });
    },
    async locate(homeserver, call = {}) {
      const asked = copyOfKey('the key of a homeserver', homeserver);
      return lookUp('locating a homeserver', call, async (read) => {
        const url = await locateEndpoint(asked, read, plainHttpHosts);
        return url === undefined ? undefined : { homeserver: asked, url };
      });
    },
    async announce(signer, homeserver, { signal } = {}) {
      const record = userRecord({ identity: signer.publicKey, homeserver });
      const change = { replaces: (other: DnsRecord) => isServiceOf(other, record.name), records: [record] };
      const limits = { clock, random, timeoutMs: updateTimeoutMs, signal };
      await updatePacket(store, signer, change, { ...limits, allowCreate: true });
    },
  };
}

/** The key of the homeserver that the signer of a packet names, if it names one by its key. */
function homeserverIn(packet: SignedPacket): Uint8Array | undefined {
  const services = servicesOf(packet, ownName(packet.publicKey, USER_LABEL), ['HTTPS', 'SVCB']);
  for (const { target } of services) {
    const homeserver = readKey(target);
    if (homeserver !== undefined) return homeserver;
  }
  return undefined;
}

function isServiceOf({ name, data }: DnsRecord, owner: string): boolean {
  return name === owner && (data.type === 'HTTPS' || data.type === 'SVCB');
}

function copyOfKey(what: string, key: Uint8Array): Uint8Array {
  checkLength(what, key, KEY_BYTES, KEY_BYTES);
  return Uint8Array.from(key);
}
