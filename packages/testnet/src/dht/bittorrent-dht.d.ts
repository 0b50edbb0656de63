/** The part of `bittorrent-dht` 11 that is used; the package brings no types. */
declare module 'bittorrent-dht' {
  interface MutableItem {
    readonly k: Buffer;
    readonly v: Buffer;
    readonly seq: number;
    readonly sig: Buffer;
  }

  type Verify = (signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array) => boolean;

  export class Client {
    constructor(options: {
      readonly bootstrap: false | readonly string[];
      readonly verify: Verify;
      readonly maxValues: number;
      readonly host: string;
      /** Milliseconds that one query may take. */
      readonly timeout: number;
    });
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
}
