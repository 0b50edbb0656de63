import { zBase32 } from '@pubky-paykit/primitives';
import {
  ALIAS_PRIORITY,
  DOMAIN_PRIORITY,
  HOMESERVER_TTL_SECONDS,
  HTTP_PORT_PARAMETER,
  KEY_BYTES,
  PORT_PARAMETER,
  USER_LABEL,
} from '../constants.ts';
import type { DnsRecord } from '../dns/record.ts';
import { ownName } from '../signed-packet/own-name.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';

const LOCAL_HOST = 'localhost';
const HTTPS_PORT = 443;

/** Where a homeserver answers. */
export interface HomeserverAddress {
  /** 32 bytes, its Ed25519 key. */
  readonly homeserver: Uint8Array;
  /** Its domain; `localhost` for a test network on this machine. */
  readonly host: string;
  /** 1 to 65535. */
  readonly port: number;
  /** Whether it speaks plain HTTP, as test homeservers do. By default if its host is `localhost`. */
  readonly plainHttp?: boolean;
}

/**
 * What a homeserver publishes about itself, for clients that know it by its domain. Browsers and the SDK in Node are such
 * clients; there is no endpoint for those that speak TLS with the homeserver's own key.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 * @throws RangeError for a port that is none.
 * @see official-noise §4.4
 *
 * @example
 * ```ts
 * import { homeserverRecords } from '@pubky-paykit/pkarr-discovery';
 * declare const homeserver: Uint8Array; // 32 bytes
 * const records = homeserverRecords({ homeserver, host: 'localhost', port: 6286 });
 * ```
 */
export function homeserverRecords(address: HomeserverAddress): DnsRecord[] {
  const { homeserver, host, port, plainHttp = host === LOCAL_HOST } = address;
  if (!Number.isInteger(port) || port < 1 || port > 0xffff) throw new RangeError(`${port} is not a port`);
  const key = plainHttp ? HTTP_PORT_PARAMETER : PORT_PARAMETER;
  const parameters = new Map<number, Uint8Array>();
  if (plainHttp || port !== HTTPS_PORT) parameters.set(key, Uint8Array.of(port >> 8, port));
  const data = { type: 'HTTPS', priority: DOMAIN_PRIORITY, target: host, parameters } as const;
  return [{ name: ownName(homeserver), ttl: HOMESERVER_TTL_SECONDS, data }];
}

/**
 * What an identity publishes to name its homeserver.
 *
 * @param keys.identity 32 bytes; borrowed.
 * @param keys.homeserver 32 bytes, the key of the homeserver; borrowed.
 * @throws DISCOVERY_WRONG_LENGTH
 * @see official-noise §4.4
 *
 * @example
 * ```ts
 * import { userRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const keys: { identity: Uint8Array; homeserver: Uint8Array }; // 32 bytes each
 * const record = userRecord(keys);
 * ```
 */
export function userRecord(keys: {
  readonly identity: Uint8Array;
  readonly homeserver: Uint8Array;
}): DnsRecord {
  const { identity, homeserver } = keys;
  checkLength('the key of a homeserver', homeserver, KEY_BYTES, KEY_BYTES);
  const target = zBase32.encode(homeserver);
  const data = { type: 'HTTPS', priority: ALIAS_PRIORITY, target, parameters: new Map() } as const;
  return { name: ownName(identity, USER_LABEL), ttl: HOMESERVER_TTL_SECONDS, data };
}
