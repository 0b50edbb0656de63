import {
  capabilitiesAllow,
  decodeStoragePath,
  readCapabilities,
  type StoragePath,
} from '@pubky-paykit/homeserver/wire';
import { isCodedError } from '@pubky-paykit/primitives';
import { type HttpRequest, Refusal } from '../http/exchange.ts';
import type { Homeserver } from './homeserver.ts';
import { requireTenant, sessionOf } from './session-routes.ts';
import type { Tenant } from './tenant.ts';

/** What a request may work with. */
export interface Admission {
  readonly tenant: Tenant;
  readonly path: StoragePath;
}

/** The path of a request, decoded once. @throws Refusal 400 for one that is not canonical or too long. */
function readPath(encoded: string): StoragePath {
  try {
    return decodeStoragePath(encoded);
  } catch (error) {
    if (!isCodedError(error)) throw error;
    throw new Refusal(400, error.message);
  }
}

/**
 * Lets a request at a file: anybody to read what is public, the sessions of its owner to write what their capabilities
 * cover.
 *
 * @throws Refusal 404 without a tenant, 403 outside of `/pub/` or the capabilities, 401 without a session, 400 for a path
 * that is refused.
 * @see official-noise §3.4
 */
export function admit(homeserver: Homeserver, request: HttpRequest): Admission {
  const tenant = requireTenant(request);
  if (!request.path.startsWith('/pub/')) {
    throw new Refusal(403, "Writing to directories other than '/pub/' is forbidden");
  }
  if (request.method === 'GET' || request.method === 'HEAD') return { tenant, path: readPath(request.path) };
  const found = sessionOf(homeserver, request, tenant);
  if (found === undefined) throw new Refusal(401, 'No session found for session secret');
  const path = readPath(request.path);
  if (!capabilitiesAllow(readCapabilities(found.session.capabilities), request.method, path.text)) {
    throw new Refusal(403, 'Session does not have write access to path');
  }
  return { tenant, path };
}
