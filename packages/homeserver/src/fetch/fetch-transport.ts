import {
  type CancelSignal,
  type Clock,
  type Fetch,
  type FetchRequest,
  type FetchResponse,
  isCodedError,
  zBase32,
} from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import { isOrigin } from '../sessions/secure-urls.ts';
import type { TenantRequest, TenantTransport } from '../storage/transport.ts';
import type { HomeserverDirectory, HomeserverEndpoint } from './directory.ts';
import { createEndpointCache } from './endpoint-cache.ts';

/** What requests travel over. */
export interface FetchTransportParts {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly directory: HomeserverDirectory;
}

/** The transport, and what an adapter over it needs besides. */
export interface FetchTransport extends TenantTransport {
  /** Sends to a homeserver by its own key (32 bytes). @throws HOMESERVER_UNLOCATED */
  sendTo(homeserver: Uint8Array, request: TenantRequest): Promise<FetchResponse>;
  /** Makes the directory known that the identity has moved: the next request asks it anew. */
  forget(identity: Uint8Array): void;
}

/** Nothing is followed, and nothing is kept that another user of the platform could see. */
const PLAIN = { redirect: 'manual', cache: 'no-store' } as const satisfies FetchRequest;

/** What a directory throws uncoded says nothing about the homeserver. */
export async function askDirectory<Answer>(what: string, answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (isCodedError(error)) throw error;
    throw new HomeserverError('HOMESERVER_DIRECTORY_FAILED', { what }, { cause: error });
  }
}

/** The address of an endpoint, if it is one: what comes from a directory goes into URLs. */
function originOf({ url }: HomeserverEndpoint): string {
  if (isOrigin(url)) return url;
  throw new HomeserverError('HOMESERVER_INSECURE_URL', { what: 'homeserver' });
}

/** Requests straight to the homeservers that a directory names, for the tenant that the `pubky-host` header names. */
export function createFetchTransport({ fetch, clock, directory }: FetchTransportParts): FetchTransport {
  const cache = createEndpointCache(clock);

  const sendAt = (origin: string, tenant: string, request: TenantRequest): Promise<FetchResponse> => {
    const { method, target, headers, body, credentials, signal } = request;
    return fetch(`${origin}${target}`, {
      ...PLAIN,
      method,
      headers: { ...headers, 'pubky-host': tenant },
      credentials,
      signal,
      ...(body === undefined ? {} : { body }),
    });
  };
  const locate = async (owner: Uint8Array, tenant: string, signal: CancelSignal): Promise<string> => {
    const cached = cache.get(tenant);
    if (cached !== undefined) return cached;
    const endpoint = await askDirectory('find a homeserver', directory.find(owner, { signal }));
    if (endpoint === undefined) throw new HomeserverError('HOMESERVER_NO_HOMESERVER');
    const origin = originOf(endpoint);
    cache.set(tenant, origin);
    return origin;
  };
  return {
    async send(owner, request) {
      const tenant = zBase32.encode(owner);
      const origin = await locate(owner, tenant, request.signal);
      try {
        return await sendAt(origin, tenant, request);
      } catch (error) {
        cache.forget(tenant);
        throw error;
      }
    },
    async sendTo(homeserver, request) {
      const located = directory.locate(homeserver, { signal: request.signal });
      const endpoint = await askDirectory('locate a homeserver', located);
      if (endpoint === undefined) throw new HomeserverError('HOMESERVER_UNLOCATED');
      return sendAt(originOf(endpoint), zBase32.encode(homeserver), request);
    },
    forget(identity) {
      cache.forget(zBase32.encode(identity));
    },
  };
}
