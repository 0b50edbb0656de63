import { describe, expect, it } from 'vitest';
import { readHomeSettings } from '../../src/home/home-settings.ts';
import { networkAdvice } from '../../src/home/network-advice.ts';

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
});
