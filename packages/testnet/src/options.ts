import type { Clock, Logger, RandomSource } from '@pubky-paykit/primitives';
import { DHT_NODES, FILE_BYTES, MEMORY_BYTES, RELAY_PACKETS, TESTNET_PORTS } from './constants.ts';
import type { ServiceName } from './errors.ts';

/** What a homeserver is created with. */
export interface HomeserverOptions {
  /** 32 bytes, the Ed25519 seed of its identity; copied. All zero if not given, like the official test network's. */
  readonly seed?: Uint8Array | undefined;
  /** Whether signing up takes an invite; false if not given. */
  readonly inviteOnly?: boolean | undefined;
  /** Bytes that one user may store, 256 for each file included; inclusive. `Infinity` if not given. */
  readonly quotaBytes?: number | undefined;
  /** Bytes of one file; inclusive. 104 857 600 if not given. */
  readonly fileBytes?: number | undefined;
  /** Password of the administration; `admin` if not given, like the official test network's. */
  readonly adminPassword?: string | undefined;
}

/** What a test network is created with; nothing is needed. */
export interface TestnetOptions {
  /** `free` ones, the default; the `testnet` ones, where SDKs look by themselves; or some by number, 0 for a free one. */
  readonly ports?: 'free' | 'testnet' | Partial<Readonly<Record<ServiceName, number>>> | undefined;
  /** A folder that keeps everything; in memory if not given. */
  readonly folder?: string | undefined;
  /** Bytes of all files together where they are kept in memory; inclusive. 1 GiB if not given. */
  readonly memoryBytes?: number | undefined;
  /** A Mainline DHT behind the relay; of 5 nodes if `true`. None if not given. */
  readonly dht?: boolean | { readonly nodes: number } | undefined;
  /** Identities the relay holds packets of; inclusive. 100 000 if not given. */
  readonly relayPackets?: number | undefined;
  readonly homeserver?: HomeserverOptions | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  readonly logger?: Logger | undefined;
}

/** Options with what applies where a caller says nothing. */
export interface TestnetPlan {
  readonly ports: Readonly<Record<ServiceName, number>>;
  readonly memoryBytes: number;
  readonly relayPackets: number;
  /** 0 for no DHT. */
  readonly dhtNodes: number;
  readonly seed: Uint8Array;
  readonly inviteOnly: boolean;
  readonly quotaBytes: number;
  readonly fileBytes: number;
  readonly adminPassword: string;
}

const SEED_BYTES = 32;
const LARGEST_PORT = 65_535;
const FREE_PORTS = { relay: 0, authRelay: 0, homeserver: 0, admin: 0, dht: 0 } as const;

function portsOf(ports: TestnetOptions['ports']): TestnetPlan['ports'] {
  if (ports === 'testnet') return TESTNET_PORTS;
  const chosen = ports === undefined || ports === 'free' ? FREE_PORTS : { ...FREE_PORTS, ...ports };
  for (const [service, port] of Object.entries(chosen)) {
    if (!Number.isInteger(port) || port < 0 || port > LARGEST_PORT) {
      throw new RangeError(`the port of ${service} must be an integer from 0 to ${LARGEST_PORT}`);
    }
  }
  return chosen;
}

function atLeastOne(name: string, value: number): number {
  if (!(value >= 1)) throw new RangeError(`${name} must be 1 or more`);
  return value;
}

function dhtNodesOf(dht: TestnetOptions['dht'] = false): number {
  if (typeof dht === 'boolean') return dht ? DHT_NODES : 0;
  return atLeastOne('the number of DHT nodes', dht.nodes);
}

/**
 * Fills in what a caller left out.
 *
 * @throws RangeError for a number out of its range or a seed of another length.
 */
export function planOf(options: TestnetOptions): TestnetPlan {
  const { homeserver = {} } = options;
  const seed = Uint8Array.from(homeserver.seed ?? new Uint8Array(SEED_BYTES));
  if (seed.length !== SEED_BYTES) throw new RangeError(`the seed must have ${SEED_BYTES} bytes`);
  return {
    ports: portsOf(options.ports),
    memoryBytes: atLeastOne('memoryBytes', options.memoryBytes ?? MEMORY_BYTES),
    relayPackets: atLeastOne('relayPackets', options.relayPackets ?? RELAY_PACKETS),
    dhtNodes: dhtNodesOf(options.dht),
    seed,
    inviteOnly: homeserver.inviteOnly ?? false,
    quotaBytes: atLeastOne('quotaBytes', homeserver.quotaBytes ?? Number.POSITIVE_INFINITY),
    fileBytes: atLeastOne('fileBytes', homeserver.fileBytes ?? FILE_BYTES),
    adminPassword: homeserver.adminPassword ?? 'admin',
  };
}
