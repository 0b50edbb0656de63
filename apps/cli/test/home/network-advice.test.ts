import { DiscoveryError } from 'pubky-paykit';
import { describe, expect, it } from 'vitest';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { asNetworkFailure, networkAdvice } from '../../src/home/network-advice.ts';

const settings = (testnet: boolean) => readHomeSettings({ testnet }, { HOME: '/somebody' }, 'publish');

describe('networkAdvice', () => {
  it('sends whoever asks a test network that does not answer to start it', () => {
    for (const code of ['DISCOVERY_OFFLINE', 'HOMESERVER_OFFLINE']) {
      expect(networkAdvice(code, settings(true))).toContain('`paykit testnet --fixed-ports`');
      expect(networkAdvice(code, settings(false))).toBeUndefined();
    }
  });

  it('doubts the key of a homeserver that nobody knows', () => {
    expect(networkAdvice('HOMESERVER_UNLOCATED', settings(false))).toContain(
      'check the key given with --homeserver',
    );
  });

  it('has nothing to add to other codes', () => {
    expect(networkAdvice('DISCOVERY_WEAK_KEY', settings(true))).toBeUndefined();
    expect(networkAdvice(undefined, settings(true))).toBeUndefined();
  });

  it('names options of the command line, and none of a library [F1]', () => {
    const told = networkAdvice('DISCOVERY_LOCAL_ENDPOINT', settings(false));
    expect(told).toContain('--testnet');
    expect(told).toContain('PAYKIT_PLAIN_HTTP_HOSTS');
    expect(networkAdvice('DISCOVERY_NO_RELAY', settings(false))).toMatch(/PAYKIT_RELAYS, or --testnet/);
    expect(networkAdvice('DISCOVERY_NO_RELAY', settings(true))).toContain('`paykit testnet --fixed-ports`');
    expect(networkAdvice('constructor', settings(false))).toBeUndefined();
  });
});

describe('asNetworkFailure', () => {
  it('says which homeserver is where, and what to do about it here [F1]', () => {
    const error = new DiscoveryError('DISCOVERY_LOCAL_ENDPOINT', { homeserver: '8pinx…', host: 'localhost' });
    const { message } = asNetworkFailure(error, settings(false)) as Error;
    expect(message).toMatch(
      /^DISCOVERY_LOCAL_ENDPOINT: the homeserver 8pinx… says it is localhost, .* --testnet/,
    );
    expect(message).not.toContain('plainHttpHosts');
  });

  it('leaves anything else as it is', () => {
    for (const error of [new DiscoveryError('DISCOVERY_WEAK_KEY'), new TypeError('ours')]) {
      expect(asNetworkFailure(error, settings(false))).toBe(error);
    }
  });
});
