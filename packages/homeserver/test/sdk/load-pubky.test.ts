import { describe, expect, it } from 'vitest';
import { createSdkHomeserver } from '../../src/sdk/index.ts';
import { loadPubky } from '../../src/sdk/load-pubky.ts';

describe('loadPubky', () => {
  it('gives the fetch of the process back where the build of the SDK replaces it', async () => {
    const before = globalThis.fetch;
    const { module, answers } = await loadPubky();
    expect(globalThis.fetch).toBe(before);
    expect([typeof module.Client, answers]).toEqual(['function', undefined]);
  });

  it('is not called before the SDK is needed', () => {
    expect(createSdkHomeserver().storage).toBeDefined();
  });
});
