import { createTestnet } from '@pubky-paykit/testnet';
import { describe, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';
import { findChromium, runPage } from '../chromium.mjs';
import { REPORT } from '../report.mjs';

const chromium = findChromium();
const demanded = process.env['CI'] === 'true';
if (chromium === undefined && !demanded)
  console.log('Skipped: no Chromium here (Debian: apt-get install chromium).');

describe('homeservers in a browser', () => {
  it.skipIf(chromium === undefined && !demanded)(
    'are used by the unmodified SDK and by both adapters, on the test network [Q4] [I3]',
    async () => {
      const testnet = await createTestnet({
        logger: { debug: console.log, info: console.log, warn: console.log, error: console.log },
      });
      try {
        const script = (await bundle('homeserver.mjs', 'browser', 'esm')) + REPORT;
        const network = {
          relay: testnet.relay.url,
          homeserver: testnet.homeserver.publicKey,
          authRelay: testnet.authRelay.url,
        };
        expect(chromium, 'CI installs chromium').toBeDefined();
        const result = await runPage(chromium as string, { script, data: JSON.stringify(network) });
        const kept = { passed: expect.any(Number), skipped: 1, failures: [] };
        expect(result).toEqual({ sdk: 'done', overFetch: kept, overSdk: kept, fetchUntouched: true });
        const { overFetch, overSdk } = result as {
          overFetch: { passed: number };
          overSdk: { passed: number };
        };
        expect(Math.min(overFetch.passed, overSdk.passed)).toBeGreaterThan(40);
      } finally {
        await testnet.close();
      }
    },
    150_000,
  );
});
