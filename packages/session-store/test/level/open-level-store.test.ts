import { describe, it } from 'vitest';
import { openLevelStore } from '../../src/level/index.ts';
import { storeConformance, storeReopenConformance } from '../../src/testing.ts';
import { temporaryFolder } from './folder.ts';

describe('openLevelStore', () => {
  for (const { name, run } of storeConformance) {
    it(name, () => run(() => openLevelStore({ location: temporaryFolder() })));
  }
  for (const { name, run } of storeReopenConformance) {
    it(`[S5.2] ${name}`, () => {
      const location = temporaryFolder();
      return run(() => ({ open: () => openLevelStore({ location }) }));
    });
  }
});
