/// <reference path="./bittorrent-dht.d.ts" />
import type { EventEmitter } from 'node:events';
import { DiscoveryError } from '../errors.ts';

const MODULE = 'bittorrent-dht';

/** A mutable item as the package has it: whatever another node sent, once its signature was verified. @see BEP 44 */
export interface FoundItem {
  readonly v?: unknown;
  readonly seq?: unknown;
  readonly sig?: unknown;
}

/** A mutable item to be stored. */
export interface StoredItem {
  /** 32 bytes. */
  readonly k: Buffer;
  /** At most 999 bytes, although nodes take 1000. */
  readonly v: Buffer;
  readonly seq: number;
  /** 64 bytes. */
  readonly sig: Buffer;
  /** The `seq` that is to be replaced. */
  readonly cas?: number;
}

/** Whether a signature is one of a key over a message. What is passed may be anything. */
export type Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

/** What other nodes answer with an error carries the number of BEP 44; others have none, or that of the system. */
export type MainlineError = Error & { readonly code?: unknown };

/** The part of a node of `bittorrent-dht` 11 that is used. */
export interface MainlineClient {
  listen(port: number, host: string, onListening: () => void): void;
  address(): { readonly port: number };
  on(event: 'error' | 'warning', listener: (error: MainlineError) => void): void;
  get(
    target: Buffer,
    options: { readonly cache: false; readonly verify: Verify },
    onFound: (error: MainlineError | null | undefined, item: FoundItem | null | undefined) => void,
  ): void;
  /** Throws for an item that is too long. Nodes that have a newer item refuse, but one that has none is enough. */
  put(item: StoredItem, onStored: (error: MainlineError | null | undefined) => void): void;
  destroy(onDestroyed: () => void): void;
}

/** What a node is made with. */
export interface MainlineOptions {
  /** `host:port` each. */
  readonly bootstrap: readonly string[];
  readonly verify: Verify;
  /** Instead of a socket of its own. */
  readonly socket: EventEmitter;
  /** Values of others that are kept. */
  readonly maxValues: number;
  /** Peers of others that are kept. */
  readonly maxPeers: number;
}

/** Makes a node, which is idle until it listens. */
export type MainlineClass = new (options: MainlineOptions) => MainlineClient;

/** Loads the package when it is wanted, so that nobody else needs it installed. @throws DISCOVERY_DHT_MISSING */
export async function loadMainline(
  load: () => Promise<unknown> = () => import('bittorrent-dht'),
): Promise<MainlineClass> {
  try {
    return ((await load()) as { readonly Client: MainlineClass }).Client;
  } catch (cause) {
    throw new DiscoveryError('DISCOVERY_DHT_MISSING', { module: MODULE }, { cause });
  }
}
