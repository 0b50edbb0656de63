import {
  type CancelSignal,
  type Clock,
  equalBytes,
  type NamedDeadlineOptions,
  systemClock,
} from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import {
  DHT_OPEN_TIMEOUT_MS,
  DHT_READ_TIMEOUT_MS,
  DHT_WRITE_TIMEOUT_MS,
  KEY_BYTES,
  MAX_DHT_CALLS,
} from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import { DiscoveryError, reasonOf } from '../errors.ts';
import type { PacketStore } from '../relays/packet-store.ts';
import { checkLength, compareSignedPackets, type SignedPacket } from '../signed-packet/signed-packet.ts';
import { itemOf, itemSigned, packetIn, targetOf } from './item.ts';
import type { FoundItem, MainlineError } from './mainline-client.ts';
import { type MainlineNode, startNode } from './mainline-node.ts';

/** What nodes answer to an item that does not replace what they have. @see BEP 44 */
const CAS_MISMATCH = 301;
const SEQ_TOO_SMALL = 302;

/**
 * The nodes through which the public DHT is entered, for those who want it: the ones the client in Rust knows. Pass them as
 * `bootstrap`.
 */
export const MAINLINE_BOOTSTRAP: readonly string[] = Object.freeze([
  'router.bittorrent.com:6881',
  'dht.transmissionbt.com:6881',
  'dht.libtorrent.org:25401',
  'relay.pkarr.org:6881',
]);

/** How the DHT is entered. */
export interface DhtOptions {
  /** `host:port` of other nodes, one at least: those of a test network, or {@link MAINLINE_BOOTSTRAP}. */
  readonly bootstrap: readonly string[];
  /** The IPv4 address to listen at; all of this machine by default. */
  readonly host?: string;
  /** The UDP port to listen at; 0, the default, picks one. */
  readonly port?: number;
  /** For reports and errors; `Mainline DHT` by default. */
  readonly name?: string;
  readonly clock?: Clock;
  /** Ends opening; calls have signals of their own. */
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds until the node listens; 10 s by default. */
  readonly openTimeoutMs?: number;
  /** Milliseconds for one read; 15 s by default. */
  readonly readTimeoutMs?: number;
  /** Milliseconds for one write, which reads before and afterwards; 45 s by default. */
  readonly writeTimeoutMs?: number;
}

/** A node of the DHT. It keeps the process alive until it is closed. */
export interface Dht extends PacketStore {
  /** The UDP port it listens at. */
  readonly port: number;
  /** Leaves the DHT. Calls under way fail with DISCOVERY_DHT_CLOSED. May be called again. */
  close(): Promise<void>;
}

/**
 * Enters the Mainline DHT, in Node only; the package `bittorrent-dht` has to be installed.
 *
 * `get` gives the newest packet of those that were found in its time, but for an update, which needs the whole look-up. It
 * throws DISCOVERY_OFFLINE if no node answered, DISCOVERY_BAD_ANSWER, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED,
 * DISCOVERY_DHT_BUSY with more than 32 calls at a time, and DISCOVERY_DHT_CLOSED. `put` throws those,
 * DISCOVERY_CONFLICT, DISCOVERY_NOT_CONFIRMED, DISCOVERY_RELAY_TOO_SMALL for a message of 1000 bytes, and
 * DISCOVERY_DHT_FAILED. It reads the packet before and afterwards: nodes that have a newer one keep it, and say nothing as
 * long as another one takes the old.
 *
 * @throws DISCOVERY_DHT_MISSING, DISCOVERY_DHT_FAILED, DISCOVERY_TIMED_OUT, DISCOVERY_CANCELLED
 * @throws TypeError for bootstrap nodes and ports that are none.
 * @see BEP 5, BEP 44, official-noise §4.1
 *
 * @example
 * ```ts
 * import { MAINLINE_BOOTSTRAP, openDht } from '@pubky-paykit/pkarr-discovery/dht';
 * declare const publicKey: Uint8Array; // 32 bytes
 * const dht = await openDht({ bootstrap: MAINLINE_BOOTSTRAP });
 * const packet = await dht.get(publicKey); // undefined if there is none
 * await dht.close();
 * ```
 */
export async function openDht(options: DhtOptions): Promise<Dht> {
  const { bootstrap, host = '0.0.0.0', port = 0, clock = systemClock, signal } = options;
  const { openTimeoutMs: timeoutMs = DHT_OPEN_TIMEOUT_MS } = options;
  return dhtOver(await startNode({ bootstrap, host, port, clock, timeoutMs, signal }), options);
}

/** The DHT through a node that listens. */
export function dhtOver(
  node: MainlineNode,
  options: Omit<DhtOptions, 'bootstrap' | 'host' | 'port' | 'signal' | 'openTimeoutMs'>,
): Dht {
  const { name = 'Mainline DHT', clock = systemClock } = options;
  const { readTimeoutMs = DHT_READ_TIMEOUT_MS, writeTimeoutMs = DHT_WRITE_TIMEOUT_MS } = options;
  const calls = new Set<() => void>();
  let closing: Promise<void> | undefined;

  /** The package has no patience of its own, and calls back late or, once it is destroyed, never. */
  async function patiently<Result>(
    limits: Omit<NamedDeadlineOptions, 'clock'>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    if (closing !== undefined) throw new DiscoveryError('DISCOVERY_DHT_CLOSED');
    if (calls.size >= MAX_DHT_CALLS) throw new DiscoveryError('DISCOVERY_DHT_BUSY', { calls: calls.size });
    let end = (): void => {};
    const ended = new Promise<never>((_, reject) => {
      end = () => reject(new DiscoveryError('DISCOVERY_DHT_CLOSED'));
    });
    calls.add(end);
    try {
      return await withDeadline({ ...limits, clock }, ({ race }) =>
        race(() => Promise.race([ended, work()])),
      );
    } finally {
      calls.delete(end);
    }
  }

  /** @param onVerified Told of each item of the key that a node has, before the look-up is over. */
  async function find(
    publicKey: Uint8Array,
    onVerified: (signature: Uint8Array, signed: Uint8Array) => void = () => {},
  ): Promise<SignedPacket | undefined> {
    const target = targetOf(publicKey);
    const hearing = node.hear(target);
    const search = new Promise<FoundItem | null | undefined>((resolve, reject) => {
      const options = {
        cache: false,
        verify(signature: Uint8Array, message: Uint8Array, key: Uint8Array): boolean {
          // Items of other keys are not even looked at.
          if (!(key instanceof Uint8Array && equalBytes(key, publicKey))) return false;
          if (!verifyStrictly(signature, message, key)) return false;
          onVerified(signature, message);
          return true;
        },
      } as const;
      node.client.get(target, options, (error, found) => (error ? reject(offline(error)) : resolve(found)));
    });
    try {
      const item = await search;
      if (item) return packetIn(item, publicKey, name);
      // The package says the same of an item that nobody has, and of nodes none of which answered this.
      if (!hearing.isHeard()) throw offline();
      return undefined;
    } finally {
      hearing.end();
    }
  }

  async function store(packet: SignedPacket, replacing: bigint | undefined): Promise<void> {
    const item = itemOf(packet, name, replacing);
    const present = await find(packet.publicKey);
    const order = present === undefined ? 0 : compareSignedPackets(present, packet);
    if (order > 0) throw conflict(SEQ_TOO_SMALL);
    // Without `replacing` it was made of nothing: the read before has missed what this one has found.
    if (order < 0 && replacing !== present?.timestamp) throw conflict(CAS_MISMATCH);
    const refusal = await new Promise<MainlineError | undefined>((resolve) => {
      node.client.put(item, (error) => resolve(error ?? undefined));
    });
    const published = await find(packet.publicKey);
    const newer = published === undefined ? -1 : compareSignedPackets(published, packet);
    // Nodes that have this very packet refuse it as well.
    if (newer === 0) return;
    if (newer > 0) throw conflict(SEQ_TOO_SMALL);
    if (refusal?.code === CAS_MISMATCH || refusal?.code === SEQ_TOO_SMALL) throw conflict(refusal.code);
    throw new DiscoveryError('DISCOVERY_NOT_CONFIRMED', { tries: 1 }, { cause: refusal });
  }

  function offline(cause?: MainlineError): Error {
    const reason = cause === undefined ? 'no node answered' : reasonOf(cause);
    return new DiscoveryError('DISCOVERY_OFFLINE', { relay: name, reason }, { cause });
  }

  function conflict(status: number): Error {
    return new DiscoveryError('DISCOVERY_CONFLICT', { relay: name, status });
  }

  return {
    name,
    port: node.port,
    readTimeoutMs,
    async get(publicKey, { signal, forUpdate = false } = {}) {
      checkLength('a public key', publicKey, KEY_BYTES, KEY_BYTES);
      const asked = Uint8Array.from(publicKey);
      const limits = { what: `reading from the ${name}`, timeoutMs: readTimeoutMs, signal };
      let newest: FoundItem | undefined;
      const note = (signature: Uint8Array, signed: Uint8Array): void => {
        const item = itemSigned(signature, signed);
        if (item !== undefined && Number(item.seq) > Number(newest?.seq ?? -1)) newest = item;
      };
      try {
        return await patiently(limits, () => find(asked, note));
      } catch (error) {
        // Nodes that are slow must not hide what others have; but an update has to know of all that can be known.
        const isLate = error instanceof DiscoveryError && error.code === 'DISCOVERY_TIMED_OUT';
        if (newest === undefined || forUpdate || !isLate) throw error;
        return packetIn(newest, asked, name);
      }
    },
    async put(packet, { signal, replacing } = {}) {
      const limits = { what: `storing in the ${name}`, timeoutMs: writeTimeoutMs, signal };
      await patiently(limits, () => store(packet, replacing));
      return { stored: [name], failed: [] };
    },
    close() {
      closing ??= node.destroy();
      for (const end of calls) end();
      return closing;
    },
  };
}
