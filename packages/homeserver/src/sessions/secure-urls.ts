import { HomeserverError } from '../errors.ts';

/** Hosts that are this machine. */
const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
const ORIGIN = /^(https?):\/\/(\[[0-9a-f:]+\]|[a-z0-9_.-]+)(?::\d{1,5})?$/i;
const HOST_OF = /^(https?):\/\/(\[[0-9a-f:]+\]|[a-z0-9_.-]+)(?::\d{1,5})?(?=\/|$)/i;

/** Whether this is the address of a server and nothing more: scheme, host, port. */
export function isOrigin(url: string): boolean {
  return ORIGIN.test(url);
}

/**
 * Refuses to send anything over plain http to other machines.
 *
 * @param what Names the address in the error.
 * @param insecureHosts Names of other machines that plain http is good enough for: test networks.
 * @throws HOMESERVER_INSECURE_URL
 */
export function requireSecure(url: string, what: string, insecureHosts: readonly string[]): void {
  const [, scheme = '', host = ''] = HOST_OF.exec(url) ?? [];
  if (scheme.toLowerCase() === 'https') return;
  if (scheme !== '' && (LOOPBACK.test(host) || insecureHosts.includes(host))) return;
  throw new HomeserverError('HOMESERVER_INSECURE_URL', { what });
}
