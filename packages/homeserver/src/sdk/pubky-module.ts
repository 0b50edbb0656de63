import type { Fetch, FetchResponse } from '@pubky-paykit/primitives';

/**
 * What we use of `@synonymdev/pubky`, by shape: copies of the package do not share their classes, and its newer versions have
 * more. Everything with `free` lives in WebAssembly and is freed by whoever has made it.
 */
export interface PubkyModule {
  readonly Client: {
    new (config?: { pkarr?: { relays?: string[]; requestTimeout?: number } }): PubkyClient;
    testnet(host?: string): PubkyClient;
  };
  readonly Pubky: { withClient(client: PubkyClient): PubkyFacade };
  readonly Keypair: { fromSecret(secret: Uint8Array): PubkyKeypair };
  readonly PublicKey: { from(text: string): PubkyPublicKey };
}

interface Freed {
  free(): void;
}

/**
 * Frees handles. Some calls of the SDK consume what they are given, which its types do not say, and a copy that has panicked
 * may panic again: neither is a failure of what was done.
 */
export function release(...handles: readonly (Freed | undefined)[]): void {
  for (const handle of handles) {
    try {
      handle?.free();
    } catch {
      // It is gone already.
    }
  }
}

export interface PubkyClient extends Freed {
  fetch(url: string, init: Parameters<Fetch>[1]): Promise<FetchResponse>;
}

export interface PubkyFacade extends Freed {
  signer(keypair: PubkyKeypair): PubkySigner;
  getHomeserverOf(publicKey: PubkyPublicKey): Promise<PubkyPublicKey | undefined>;
}

export interface PubkyKeypair extends Freed {
  readonly publicKey: PubkyPublicKey;
}

export interface PubkyPublicKey extends Freed {
  toUint8Array(): Uint8Array;
}

export interface PubkySigner extends Freed {
  readonly pkdns: PubkyDirectory;
  signup(homeserver: PubkyPublicKey, invite?: string | null): Promise<PubkySession>;
  signin(): Promise<PubkySession>;
  approveAuthRequest(link: string): Promise<void>;
}

export interface PubkyDirectory extends Freed {
  publishHomeserverForce(homeserver: PubkyPublicKey): Promise<void>;
}

export interface PubkySession extends Freed {
  /** Base 64 of the session record, exactly as the homeserver sent it. */
  export(): string;
}

/** The answers to sign-ins that the SDK has seen, as it does not hand out the cookies in them. */
export interface SignInAnswers {
  /** The answer behind a session, found by what the session exports; forgotten afterwards. */
  take(exported: string): FetchResponse | undefined;
  /** Whether somebody (32 bytes) was signed in by an answer that nobody has taken; forgotten afterwards. */
  discard(owner: Uint8Array): boolean;
}

/** A copy of the SDK. */
export interface LoadedPubky {
  readonly module: PubkyModule;
  /** Missing where the platform keeps the cookies. */
  readonly answers?: SignInAnswers;
}

/**
 * How the SDK is loaded, once for each adapter.
 *
 * @param fetch What its requests go through, where that can be chosen; they follow no redirects then.
 */
export type PubkyLoader = (fetch: Fetch) => Promise<LoadedPubky>;
