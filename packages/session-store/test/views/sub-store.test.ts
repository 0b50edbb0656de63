import { describe, it } from 'vitest';
import { createMemoryStore } from '../../src/memory/memory-store.ts';
import { storeConformance } from '../../src/testing.ts';
import { subStore } from '../../src/views/sub-store.ts';

describe('subStore', () => {
  for (const { name, run } of storeConformance) {
    // With the prefix, the longest key is too long.
    if (name === 'keeps the longest key') continue;
    it(name, () => run(() => subStore(createMemoryStore(), 'p')));
  }
});
