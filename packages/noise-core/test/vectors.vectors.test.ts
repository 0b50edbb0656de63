import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { parseVectorFile, runVector } from '../src/testing.ts';
import { BACKENDS, vectorParts } from './parties.ts';

/** Public vectors of snow, outside of the repository. */
const SNOW = fileURLToPath(new URL('../../../../shared/vectors/snow.txt', import.meta.url));
const SNOW_VECTORS = 408;
/** Vectors in the repository, by file, with their number. */
const OWN = { 'fallback.vectors.json': 1, 'pubky-noise-0.8.vectors.json': 4 };

const hasSnow = existsSync(SNOW);
if (!hasSnow && process.env['CI'] !== 'true') {
  console.warn(
    'skipped: the vectors of snow are not there (../shared/vectors/snow.txt beside the repository)',
  );
}

describe.each(BACKENDS)('noise-core on %s', (name, backend) => {
  const parts = vectorParts(backend);
  const run = (file: string | URL, count: number) =>
    parseVectorFile(readFileSync(file, 'utf8'))
      .slice(0, count)
      .map((vector) => ({ label: vector.label, ...runVector(vector, parts) }));
  // noble takes several seconds for all of them, and CI has the time; OpenSSL always runs all.
  const snowVectors = name === 'node' ? SNOW_VECTORS : effort(SNOW_VECTORS);

  it.skipIf(!hasSnow && process.env['CI'] !== 'true')(
    `passes ${snowVectors} vectors of snow, none skipped [I1]`,
    () => {
      const outcomes = run(SNOW, snowVectors);
      expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([]);
      expect(outcomes).toHaveLength(snowVectors);
    },
  );

  it.each(Object.entries(OWN))('passes %s, all %i of its vectors [I1]', (file, count) => {
    const outcomes = run(new URL(`vectors/${file}`, import.meta.url), Number.POSITIVE_INFINITY);
    expect(outcomes.filter(({ result }) => result !== 'passed')).toEqual([]);
    expect(outcomes).toHaveLength(count);
  });
});

describe('the vectors of the repository', () => {
  it('are all run', () => {
    const files = readdirSync(new URL('vectors/', import.meta.url));
    expect(files.sort()).toEqual(Object.keys(OWN).sort());
  });
});
