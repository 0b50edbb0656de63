import type { LoadedPubky, PubkyModule } from './pubky-module.ts';

/**
 * Loads the SDK as browsers and their bundlers do. Its build for them leaves the page's `fetch` alone; should another one
 * replace it, the page gets it back before anything else runs.
 */
export async function loadPubky(): Promise<LoadedPubky> {
  const page = globalThis as { fetch?: unknown };
  const before = page.fetch;
  try {
    return { module: (await import('@synonymdev/pubky')) as unknown as PubkyModule };
  } finally {
    if (page.fetch !== before) page.fetch = before;
  }
}
