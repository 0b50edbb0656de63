/// <reference path="./bittorrent-dht.d.ts" />
import { reasonOf, TestnetError } from '../errors.ts';

/** A signed value as the DHT keeps it. @see BEP 44 */
interface MutableItem {
  readonly k: Buffer;
  readonly v: Buffer;
  readonly seq: number;
  readonly sig: Buffer;
}

/** How a node is set up. */
export interface DhtClientOptions {
  readonly bootstrap: false | readonly string[];
  readonly verify: (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;
  readonly maxValues: number;
  readonly host: string;
  /** Milliseconds that one query may take. */
  readonly timeout: number;
}

/** The part of a node of `bittorrent-dht` 11 that is used; the package brings no types. */
export interface DhtClient {
  readonly ready?: boolean;
  address(): { readonly port: number };
  listen(port: number, host: string, onListening: () => void): void;
  on(event: 'error' | 'warning', listener: (error: Error) => void): this;
  once(event: 'ready', listener: () => void): this;
  once(event: 'error', listener: (error: Error) => void): this;
  off(event: 'error', listener: (error: Error) => void): this;
  get(
    target: Buffer,
    options: { readonly cache: boolean },
    onResult: (error: Error | null | undefined, item: Partial<MutableItem> | null) => void,
  ): void;
  put(item: MutableItem, onResult: (error: Error | null | undefined) => void): void;
  destroy(onDestroyed: () => void): void;
}

/** Makes nodes. */
export type DhtClientClass = new (options: DhtClientOptions) => DhtClient;

/** The package is large and only wanted with a DHT. @throws TESTNET_DHT_FAILED */
export async function loadDhtClient(): Promise<DhtClientClass> {
  try {
    const module: { readonly Client: DhtClientClass } = await import('bittorrent-dht');
    return module.Client;
  } catch (error) {
    throw new TestnetError('TESTNET_DHT_FAILED', { reason: reasonOf(error) }, { cause: error });
  }
}
