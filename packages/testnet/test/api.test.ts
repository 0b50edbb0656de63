import { describe, expect, it } from 'vitest';
import * as command from '../src/command/index.ts';
import * as testnet from '../src/index.ts';

describe('public interface', () => {
  it('exports exactly these names', () => {
    expect(Object.keys(testnet).sort()).toEqual([
      'TESTNET_ERRORS',
      'TESTNET_PORTS',
      'TestnetError',
      'createTestnet',
    ]);
    expect(Object.keys(command).sort()).toEqual(['runTestnetCommand']);
  });

  it('has exactly these codes', () => {
    expect(Object.keys(testnet.TESTNET_ERRORS).sort()).toEqual([
      'TESTNET_BAD_ARGUMENTS',
      'TESTNET_CLOSED',
      'TESTNET_DHT_FAILED',
      'TESTNET_FOLDER_CORRUPT',
      'TESTNET_FOLDER_FOREIGN',
      'TESTNET_FOLDER_IN_USE',
      'TESTNET_FOLDER_VERSION',
      'TESTNET_LISTEN_FAILED',
      'TESTNET_PORT_TAKEN',
      'TESTNET_STORAGE_FAILED',
      'TESTNET_STORAGE_FULL',
    ]);
  });
});
