import type { FetchResponse, PlatformSignal } from '@pubky-paykit/primitives';

/** A request to the homeserver of somebody. */
export interface TenantRequest {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Path and query, percent-encoded. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Borrowed until the response has come. */
  readonly body?: Uint8Array;
  /** Whether the platform may add cookies of its own. */
  readonly credentials: 'include' | 'omit';
  readonly signal: PlatformSignal;
}

/**
 * How requests reach the homeserver of an identity: what tells the adapters apart. It finds the server and says for whom the
 * request is; it does not judge the answer and follows no redirect.
 */
export interface TenantTransport {
  /**
   * @param owner 32 bytes; borrowed.
   * @throws HOMESERVER_NO_HOMESERVER, HOMESERVER_UNLOCATED, HOMESERVER_INSECURE_URL; whatever else it throws counts as offline
   *   unless it is coded.
   */
  send(owner: Uint8Array, request: TenantRequest): Promise<FetchResponse>;
}
