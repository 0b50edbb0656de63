import type { CancelSignal, IdentitySigner } from '@pubky-paykit/primitives';

/** Where a homeserver answers. */
export interface HomeserverEndpoint {
  /** 32 bytes: its key. */
  readonly homeserver: Uint8Array;
  /** Scheme, host and port, without slash at the end. Plain `http:` only for test networks: the directory decides which. */
  readonly url: string;
}

/** Finds homeservers, and says which one an identity has: `createHomeserverDirectory` of pkarr-discovery fits. */
export interface HomeserverDirectory {
  /** The homeserver of an identity (32 bytes); `undefined` if it has announced none. */
  find(
    identity: Uint8Array,
    options?: { readonly signal?: CancelSignal },
  ): Promise<HomeserverEndpoint | undefined>;
  /** The homeserver with this key (32 bytes); `undefined` if it has announced no address. */
  locate(
    homeserver: Uint8Array,
    options?: { readonly signal?: CancelSignal },
  ): Promise<HomeserverEndpoint | undefined>;
  /** Announces that the identity has this homeserver, leaving its other records alone. */
  announce(
    signer: IdentitySigner,
    homeserver: Uint8Array,
    options?: { readonly signal?: CancelSignal },
  ): Promise<void>;
}
