import { type Fetch, type FetchRequest, type FetchResponse, zBase32 } from '@pubky-paykit/primitives';
import {
  compareSignedPackets,
  createRelay,
  DiscoveryError,
  type PacketStore,
  type ReadOptions,
  type SignedPacket,
  type WriteOptions,
} from '../src/index.ts';

/** A response without a network. */
export function response(
  status: number,
  body: Uint8Array = new Uint8Array(0),
  headers: Readonly<Record<string, string>> = {},
): FetchResponse {
  const chunks = [body];
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    body: {
      getReader: () => ({
        read: async () => {
          const value = chunks.shift();
          return value === undefined ? { done: true } : { done: false, value };
        },
        cancel: async () => {
          chunks.length = 0;
        },
      }),
    },
    arrayBuffer: async () => Uint8Array.from(body).buffer,
  };
}

/** A request that was made. */
export interface Sent extends FetchRequest {
  readonly url: string;
}

/** A relay made of a function, that remembers what it was asked. */
export function scriptedRelay(
  answer: (sent: Sent) => FetchResponse | Promise<FetchResponse>,
  options: Partial<Parameters<typeof createRelay>[0]> = {},
): { readonly relay: PacketStore; readonly sent: Sent[] } {
  const sent: Sent[] = [];
  const fetch: Fetch = async (url, request) => {
    sent.push({ url, ...request });
    return answer({ url, ...request });
  };
  return { relay: createRelay({ url: 'https://relay.example', fetch, ...options }), sent };
}

/**
 * A store with the rules of a relay before 1.0: it refuses what is not newer, and compares with what is to be replaced. It
 * is here and now: every call happens in one step.
 */
export class ModelStore implements PacketStore {
  readonly name: string;
  readonly #packets = new Map<string, SignedPacket>();
  /** What every call does before anything else, such as to wait or to throw. */
  before: (call: 'get' | 'put') => Promise<void> | void = () => {};
  /** Whether it says yes to what it is to store, and forgets it: a hostile one, or one whose DHT did not take it. */
  drops = false;
  /** Every packet that was ever stored, in order. */
  readonly history: SignedPacket[] = [];
  readonly reads: ReadOptions[] = [];
  readonly writes: WriteOptions[] = [];

  constructor(name = 'model') {
    this.name = name;
  }

  /** What there is, without asking. */
  peek(publicKey: Uint8Array): SignedPacket | undefined {
    return this.#packets.get(zBase32.encode(publicKey));
  }

  /** Puts a packet in, whatever is there. */
  force(packet: SignedPacket): void {
    this.#packets.set(zBase32.encode(packet.publicKey), packet);
  }

  /** Loses a packet. */
  forget(publicKey: Uint8Array): void {
    this.#packets.delete(zBase32.encode(publicKey));
  }

  async get(publicKey: Uint8Array, options: ReadOptions = {}): Promise<SignedPacket | undefined> {
    this.reads.push(options);
    await this.before('get');
    return this.peek(publicKey);
  }

  async put(packet: SignedPacket, options: WriteOptions = {}) {
    this.writes.push(options);
    await this.before('put');
    const held = this.peek(packet.publicKey);
    if (held !== undefined && compareSignedPackets(held, packet) > 0) throw this.#conflict(409);
    if (held !== undefined && options.replacing !== undefined && options.replacing !== held.timestamp) {
      throw this.#conflict(412);
    }
    if (!this.drops) {
      this.force(packet);
      this.history.push(packet);
    }
    return { stored: [this.name], failed: [] };
  }

  #conflict(status: number): Error {
    return new DiscoveryError('DISCOVERY_CONFLICT', { relay: this.name, status });
  }
}

/** What a store throws that cannot be reached. */
export function offline(relay = 'model'): Error {
  return new DiscoveryError('DISCOVERY_OFFLINE', { relay, reason: 'ECONNREFUSED' });
}
