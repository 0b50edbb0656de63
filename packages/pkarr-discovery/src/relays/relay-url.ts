import { DiscoveryError, shownText } from '../errors.ts';

/**
 * Scheme, host, port and path of a URL that has nothing else. Not the platform's parser: React Native has only half of
 * one, and it forgives more.
 */
const RELAY_URL =
  /^(https?):\/\/([a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(:\d{1,5})?((?:\/[\w.~-]+)*)\/?$/i;
const LOOPBACK = /^(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;
/** Longer ones are not looked at. */
const MAX_URL_CHARACTERS = 2_048;
const MAX_PORT = 0xffff;

/**
 * The URL of a relay without a slash at its end.
 *
 * @throws DISCOVERY_BAD_RELAY_URL, DISCOVERY_INSECURE_RELAY
 */
export function checkRelayUrl(url: string, allowInsecure: boolean): string {
  // The text is not quoted in errors: it may hold a password.
  const parts = url.length > MAX_URL_CHARACTERS ? null : RELAY_URL.exec(url);
  const [, scheme = '', host = '', port = '', path = ''] = parts ?? [];
  if (parts === null || Number(port.slice(1)) > MAX_PORT) throw new DiscoveryError('DISCOVERY_BAD_RELAY_URL');
  if (scheme.toLowerCase() === 'http' && !allowInsecure && !LOOPBACK.test(host)) {
    throw new DiscoveryError('DISCOVERY_INSECURE_RELAY', { host: shownText(host) });
  }
  return `${scheme.toLowerCase()}://${host.toLowerCase()}${port}${path}`;
}
