import { zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import type { HttpRequest } from '../http/exchange.ts';

/** Whose storage a request is about. */
export interface Tenant {
  readonly publicKey: Uint8Array;
  /** z-base-32. */
  readonly key: string;
}

function readTenant(key: string | null | undefined): Tenant | undefined {
  try {
    return { publicKey: zBase32.decode(key ?? '', KEY_BYTES), key: key ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * The tenant a request names: in `pubky-host`, or else by its host name, or else by `?pubky-host=`.
 *
 * @see official-noise §3.4
 */
export function tenantOf(request: HttpRequest): Tenant | undefined {
  return (
    readTenant(request.header('pubky-host')) ??
    readTenant(request.header('host')) ??
    readTenant(new URLSearchParams(request.query).get('pubky-host'))
  );
}
