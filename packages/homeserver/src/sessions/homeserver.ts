import type { Secret } from '@pubky-paykit/primitives';
import type { CallOptions } from '../storage/call-options.ts';
import type { PublicStorage, SessionStorage } from '../storage/public-storage.ts';
import type { Capability } from '../wire/capabilities.ts';

/** Somebody who is signed in. */
export interface HomeserverSession {
  /** 32 bytes; a fresh copy at every access. */
  readonly publicKey: Uint8Array;
  /** What the homeserver granted. */
  readonly capabilities: readonly Capability[];
  readonly storage: SessionStorage;
  /** Whether it was signed out or closed. */
  readonly closed: boolean;
  /**
   * What {@link Homeserver.restore} takes: UTF-8 of `{z32}:{cookie}`, as good as being signed in. Where the platform keeps the
   * cookies (browsers), the part behind the colon is empty, and restoring works in the same browser only.
   *
   * @returns Owned by the caller, who destroys it. @throws HOMESERVER_SESSION_CLOSED
   */
  export(): Secret;
  /**
   * Ends the session on the server, and closes it. If the request fails it is still open, so that it can be tried again; if
   * only the vault fails it is over, and `resume` finds that out.
   *
   * @throws HOMESERVER_SESSION_CLOSED, HOMESERVER_VAULT_FAILED, and whatever a request may throw.
   */
  signOut(options?: CallOptions): Promise<void>;
  /** Forgets the session here, and wipes its cookie. On the server it goes on. Calling it again does nothing. */
  close(): void;
}

/** Where to sign up. */
export interface SignUpOptions extends CallOptions {
  /** 32 bytes: the key of the homeserver. */
  readonly homeserver: Uint8Array;
  /** Where the homeserver asks for one; good for one sign-up. */
  readonly invite?: string | undefined;
}

/** How to sign in. */
export interface SignInOptions extends CallOptions {
  /** Where the account is (32 bytes), if the identity has not announced it or should do so anew. */
  readonly homeserver?: Uint8Array | undefined;
}

/** How to answer a sign-in link. */
export interface ApprovalOptions extends CallOptions {
  /**
   * Whether its owner has agreed to be signed up with the homeserver that the link names; no if left out. That is more than the
   * link's capabilities: the identity moves there, and that homeserver gets a token for everything, which it could as well hand
   * in at the one where the identity was before. Never pass it for a link of unknown origin.
   */
  readonly signUp?: boolean | undefined;
}

/** What an app asks for. */
export interface AuthFlowOptions {
  /** Such as `/pub/app/:rw`, several separated by commas. */
  readonly capabilities: string;
  /** Base address of the auth relay that app and signer meet at, such as `https://relay.example/link/`. */
  readonly relay: string;
  /** Asks the signer to sign up first. */
  readonly signUp?: { readonly homeserver: Uint8Array; readonly invite?: string | undefined } | undefined;
}

/** A sign-in that waits for a signer. */
export interface AuthFlow {
  /**
   * The link for the signer, as a QR code or to open: a secret, for whoever has it can take part.
   *
   * @throws HOMESERVER_FLOW_CLOSED
   */
  readonly url: string;
  /**
   * Waits for the signer and signs in. Once only; it can be called again after it failed with a retryable code.
   *
   * @param options Without `timeoutMs` it waits for five minutes.
   * @throws HOMESERVER_FLOW_CLOSED, HOMESERVER_BAD_SEALED_TOKEN, HOMESERVER_BAD_TOKEN, HOMESERVER_TOKEN_EXPIRED,
   *   HOMESERVER_TOKEN_EARLY, HOMESERVER_NOT_SIGNED_UP, and whatever a request may throw.
   */
  session(options?: CallOptions): Promise<HomeserverSession>;
  /** Stops waiting and wipes the secret. Calling it again does nothing. */
  close(): void;
  /** Without the link. */
  toJSON(): string;
}

/**
 * Storage and accounts on homeservers, whichever way requests get there.
 *
 * @typeParam Identity What signs for an identity: a signer, or for the SDK the seed.
 */
export interface Homeserver<Identity> {
  /** What everybody may read. */
  readonly storage: PublicStorage;
  /**
   * Makes an account, announces the homeserver as that of the identity, and signs in with every capability.
   *
   * @throws HOMESERVER_ALREADY_SIGNED_UP, HOMESERVER_INVITE_REFUSED, HOMESERVER_TOKEN_REFUSED, HOMESERVER_UNLOCATED, …
   */
  signUp(identity: Identity, options: SignUpOptions): Promise<HomeserverSession>;
  /** Signs in with every capability. @throws HOMESERVER_NOT_SIGNED_UP, HOMESERVER_TOKEN_REFUSED, HOMESERVER_NO_HOMESERVER, … */
  signIn(identity: Identity, options?: SignInOptions): Promise<HomeserverSession>;
  /**
   * Takes an exported session up again, and asks the server whether it is still good.
   *
   * @param exported Borrowed. @throws HOMESERVER_BAD_SESSION_EXPORT, HOMESERVER_UNAUTHORISED, …
   */
  restore(exported: Secret, options?: CallOptions): Promise<HomeserverSession>;
  /**
   * Takes up the session that the vault holds for somebody; `undefined` if it holds none, or one that is no longer good.
   *
   * @param owner 32 bytes. @throws HOMESERVER_VAULT_FAILED, …
   */
  resume(owner: Uint8Array, options?: CallOptions): Promise<HomeserverSession | undefined>;
  /** Starts a sign-in that another device approves. @throws HOMESERVER_BAD_CAPABILITIES, HOMESERVER_BAD_AUTH_REQUEST */
  startAuthFlow(options: AuthFlowOptions): AuthFlow;
  /**
   * Approves such a sign-in: **show the capabilities of the link to its owner first** (`parseAuthRequest`).
   *
   * @param link Of {@link AuthFlow.url}. If it asks for a sign-up and `signUp` agrees, the identity is signed up first unless it
   *   is already.
   * @throws HOMESERVER_BAD_AUTH_REQUEST, HOMESERVER_BAD_CAPABILITIES, HOMESERVER_INSECURE_URL, HOMESERVER_SIGN_UP_NOT_AGREED, …
   */
  approveAuthRequest(identity: Identity, link: string, options?: ApprovalOptions): Promise<void>;
}
