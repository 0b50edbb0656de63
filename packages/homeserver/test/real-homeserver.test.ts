import { describe, it } from 'vitest';
import { homeserverContract } from '../src/testing.ts';
import { realNetwork } from './networks.ts';
import { runContract } from './run-contract.ts';
import { fetchWorld, sdkWorld } from './worlds.ts';

const real = realNetwork();

if (typeof real === 'string') {
  console.log(`Skipped: ${real}.`);
  describe('a real homeserver [T2]', () => {
    it.skip(real);
  });
} else {
  runContract('createFetchHomeserver on a real homeserver [T2]', homeserverContract(fetchWorld(real)));
  runContract('createSdkHomeserver on a real homeserver [T2]', homeserverContract(sdkWorld(real)));
}
