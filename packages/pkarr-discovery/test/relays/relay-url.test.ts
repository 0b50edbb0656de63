import { describe, expect, it } from 'vitest';
import { checkRelayUrl } from '../../src/relays/relay-url.ts';
import { thrownBy } from '../bytes.ts';

describe('checkRelayUrl', () => {
  it.each([
    ['https://pkarr.pubky.app', 'https://pkarr.pubky.app'],
    ['https://pkarr.pubky.app/', 'https://pkarr.pubky.app'],
    ['HTTPS://Relay.Example:8443/Path/', 'https://relay.example:8443/Path'],
    ['http://localhost:15411', 'http://localhost:15411'],
    ['http://relay.localhost', 'http://relay.localhost'],
    ['http://127.0.0.1:15411', 'http://127.0.0.1:15411'],
    ['http://127.1.2.3', 'http://127.1.2.3'],
    ['http://[::1]:15411/a/b', 'http://[::1]:15411/a/b'],
    ['https://[2001:db8::1]', 'https://[2001:db8::1]'],
  ])('takes %s', (url, expected) => {
    expect(checkRelayUrl(url, false)).toBe(expected);
  });

  it.each([
    '',
    'relay.example',
    'ftp://relay.example',
    'file:///etc/passwd',
    'https://',
    'https://user:password@relay.example',
    'https://user@relay.example',
    'https://relay.example?x=1',
    'https://relay.example/#x',
    'https://relay.example/a//b',
    'https://relay.example/%2e%2e',
    'https://relay.example:65536',
    'https://relay.example:',
    'https://relay example',
    'https://relay.example\n',
    ' https://relay.example',
    'https://relay\\.example',
    `https://${'a'.repeat(10_000_000)}`,
  ])('refuses %.60s, which is no URL of a relay', (url) => {
    const error = thrownBy(() => checkRelayUrl(url, true));
    expect(error.code).toBe('DISCOVERY_BAD_RELAY_URL');
    expect(JSON.stringify(error)).not.toContain('password');
  });

  it.each([
    'http://relay.example',
    'http://localhost.example',
    'http://127.0.0.1.example',
    'http://128.0.0.1',
    'http://127.1',
    'http://10.0.0.1',
    'http://[::2]',
  ])('refuses plain HTTP to %s unless that is meant', (url) => {
    expect(thrownBy(() => checkRelayUrl(url, false)).code).toBe('DISCOVERY_INSECURE_RELAY');
    expect(checkRelayUrl(url, true)).toBe(url);
  });
});
