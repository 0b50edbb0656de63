import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { bundle } from '../bundle.mjs';
import { findChromium, runPage } from '../chromium.mjs';
import { REPORT } from '../report.mjs';

const SHARED = fileURLToPath(new URL('../../../../shared/vectors/snow.txt', import.meta.url));
const OWN = fileURLToPath(
  new URL('../../../packages/noise-core/test/vectors/pubky-noise-0.8.vectors.json', import.meta.url),
);
const chromium = findChromium();
const demanded = process.env['CI'] === 'true';
if (chromium === undefined && !demanded)
  console.log('Skipped: no Chromium here (Debian: apt-get install chromium).');

describe('the core packages in a browser', () => {
  it.skipIf(chromium === undefined && !demanded)(
    'pass the Noise vectors and pay in every pattern [Q4] [S3.1]',
    async () => {
      const file = existsSync(SHARED) ? SHARED : OWN;
      const script = (await bundle('payment.mjs', 'browser', 'esm')) + REPORT;
      const data = readFileSync(file, 'utf8');
      expect(chromium, 'CI installs chromium').toBeDefined();
      const result = await runPage(chromium as string, { script, data });
      const passed = (JSON.parse(data) as { vectors: unknown[] }).vectors.length;
      expect(result).toEqual({ vectors: { passed, failed: 0, skipped: 0 }, paid: '1 1 1 1 noted' });
    },
    150_000,
  );
});
