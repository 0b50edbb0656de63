import { createRequire } from 'node:module';
import type { AuthToken, SigninDeepLink } from '@synonymdev/pubky';

interface Sdk {
  readonly AuthToken: typeof AuthToken;
  readonly SigninDeepLink: typeof SigninDeepLink;
}

/** The unmodified SDK, to compare with. It replaces the global `fetch`, which is put back at once. */
export function requireSdk(): Sdk {
  const before = globalThis.fetch;
  try {
    return createRequire(import.meta.url)('@synonymdev/pubky') as Sdk;
  } finally {
    globalThis.fetch = before;
  }
}
