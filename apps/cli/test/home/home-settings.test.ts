import { join } from 'node:path';
import { LOCAL_TESTNET, zBase32 } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../src/command-errors.ts';
import { readHomeSettings, readPublicKey } from '../../src/home/home-settings.ts';

const KEY = zBase32.encode(new Uint8Array(32).fill(5));

describe('readHomeSettings', () => {
  it('takes the option before the environment before the folder of the user', () => {
    const environment = { PAYKIT_HOME: '/from/environment', HOME: '/users/somebody' };
    expect(readHomeSettings({ home: '/from/option' }, environment, 'keys').folder).toBe('/from/option');
    expect(readHomeSettings({}, environment, 'keys').folder).toBe('/from/environment');
    const folder = join('/users/somebody', '.paykit');
    expect(readHomeSettings({}, { HOME: '/users/somebody' }, 'keys').folder).toBe(folder);
  });

  it('reads relays and hosts as lists, and takes the public network without them', () => {
    const environment = { PAYKIT_RELAYS: 'https://a, https://b,', PAYKIT_PLAIN_HTTP_HOSTS: 'localhost' };
    expect(readHomeSettings({}, environment, 'keys').network).toEqual({
      relays: ['https://a', 'https://b'],
      plainHttpHosts: ['localhost'],
    });
    expect(readHomeSettings({}, {}, 'keys').network).toEqual({
      relays: undefined,
      plainHttpHosts: undefined,
    });
    expect(readHomeSettings({ testnet: true }, environment, 'keys').network).toEqual(LOCAL_TESTNET);
  });

  it('takes the homeserver from the option, else from the environment', () => {
    const { homeserver } = readHomeSettings({ homeserver: KEY }, { PAYKIT_HOMESERVER: 'nonsense' }, 'keys');
    expect(homeserver).toEqual(new Uint8Array(32).fill(5));
    expect(readHomeSettings({}, { PAYKIT_HOMESERVER: '' }, 'keys').homeserver).toBeUndefined();
    expect(() => readHomeSettings({}, { PAYKIT_HOMESERVER: 'nonsense' }, 'keys')).toThrow(UsageError);
  });
});

describe('readPublicKey', () => {
  it.each([KEY, `pubky://${KEY}`, `pk:${KEY}`, `pubky${KEY}`, ` ${KEY}\n`])('reads %j', (text) => {
    expect(readPublicKey(text, 'IDENTITY', 'discover')).toEqual(new Uint8Array(32).fill(5));
  });

  it.each(['', KEY.slice(1), `${KEY}y`, 'x'.repeat(52)])('refuses %j', (text) => {
    expect(() => readPublicKey(text, 'IDENTITY', 'discover')).toThrow(UsageError);
  });
});
