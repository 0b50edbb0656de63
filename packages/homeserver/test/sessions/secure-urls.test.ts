import { describe, expect, it } from 'vitest';
import { isOrigin, requireSecure } from '../../src/sessions/secure-urls.ts';
import { codeOf } from '../thrown.ts';

describe('requireSecure', () => {
  it.each([
    'https://relay.example/link/',
    'http://localhost:15412/link',
    'http://127.0.0.1/link',
    'http://127.8.9.1:1',
    'http://[::1]:15412/link',
    'http://docker-host:1/link',
  ])('lets %s pass', (url) => {
    expect(() => requireSecure(url, 'auth relay', ['docker-host'])).not.toThrow();
  });

  it.each([
    'http://relay.example/link',
    'http://localhost.example/link',
    'http://127.0.0.1.example/',
    'http://user@localhost/',
    'http://localhost@relay.example/',
    'http://docker-host.example/',
    'ftp://localhost/',
    'localhost',
    '',
  ])('refuses %j', (url) => {
    expect(codeOf(() => requireSecure(url, 'auth relay', ['docker-host']))).toBe('HOMESERVER_INSECURE_URL');
  });
});

describe('isOrigin', () => {
  it('is scheme, host and port, and nothing more', () => {
    for (const url of ['https://a.example', 'http://localhost:6286', 'http://[::1]:1'])
      expect(isOrigin(url)).toBe(true);
    for (const url of [
      'https://a.example/',
      'https://a@b',
      'https://a?b',
      'a.example',
      'https://',
      'https://a b',
    ]) {
      expect(isOrigin(url)).toBe(false);
    }
  });
});
