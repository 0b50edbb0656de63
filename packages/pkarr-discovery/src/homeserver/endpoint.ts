import { HTTP_PORT_PARAMETER, MANDATORY_PARAMETER, PORT_PARAMETER } from '../constants.ts';
import type { ServiceData } from '../dns/record.ts';
import type { EndpointProblem } from '../errors.ts';

/**
 * Labels of letters, digits, hyphens and underscores, two at least. The last begins with a letter: URL parsers read every
 * other name as an IPv4 address, in whatever notation.
 */
const DOMAIN = /^(?=.{1,253}$)(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z](?:[a-z0-9-]*[a-z0-9])?$/;
/** Names of this machine and of private networks (RFC 6761, RFC 6762, RFC 8375), and every name without a dot. */
const LOCAL = /^[^.]+$|(?:^|\.)(?:localhost|local|internal|home\.arpa)$/;
const HTTPS_PORT = 443;
const UINT16_BYTES = 2;

/** The parameters that are understood, or that change nothing for who speaks HTTPS by domain. @see RFC 9460 §7, §8 */
const UNDERSTOOD: ReadonlySet<number> = new Set([1, 2, PORT_PARAMETER, 4, 6, HTTP_PORT_PARAMETER]);

/** The part of a service record that says where. */
export type Endpoint = Pick<ServiceData, 'target' | 'parameters'>;

/** What an endpoint comes to: a URL, or why there is none. */
export type EndpointVerdict =
  | { readonly url: string }
  | { readonly local: string }
  | { readonly problem: EndpointProblem };

/**
 * The URL of an endpoint that is known by its domain. Plain HTTP only for hosts that the caller names, and nothing on this
 * machine or a private network for others: a record is anybody's word.
 *
 * @param plainHttpHosts Borrowed.
 * @see official-noise §3.5
 */
export function readEndpoint(
  { target, parameters }: Endpoint,
  plainHttpHosts: readonly string[],
): EndpointVerdict {
  const host = target.toLowerCase();
  if (host === '') return { problem: 'no domain' };
  if (!isUnderstood(parameters.get(MANDATORY_PARAMETER))) return { problem: 'unknown mandatory parameter' };
  if (plainHttpHosts.includes(host)) {
    const port = readPort(parameters.get(HTTP_PORT_PARAMETER));
    return port === undefined ? { problem: 'bad port' } : { url: `http://${host}:${port}` };
  }
  if (LOCAL.test(host)) return { local: host };
  if (!DOMAIN.test(host)) return { problem: 'bad domain' };
  const given = parameters.get(PORT_PARAMETER);
  const port = given === undefined ? HTTPS_PORT : readPort(given);
  if (port === undefined) return { problem: 'bad port' };
  return { url: port === HTTPS_PORT ? `https://${host}` : `https://${host}:${port}` };
}

/** Two octets, not zero. */
function readPort(bytes: Uint8Array | undefined): number | undefined {
  if (bytes?.length !== UINT16_BYTES) return undefined;
  return readUint16(bytes, 0) || undefined;
}

/** Whether every parameter that must be understood is. */
function isUnderstood(mandatory: Uint8Array = new Uint8Array(0)): boolean {
  if (mandatory.length % UINT16_BYTES !== 0) return false;
  for (let offset = 0; offset < mandatory.length; offset += UINT16_BYTES) {
    if (!UNDERSTOOD.has(readUint16(mandatory, offset))) return false;
  }
  return true;
}

function readUint16(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 8) | (bytes[offset + 1] as number);
}
