import { loadPubky } from './load-pubky.ts';
import { createSdkHomeserverWith, type SdkHomeserver, type SdkHomeserverOptions } from './sdk-homeserver.ts';

/**
 * Accounts and storage through the official SDK, which is loaded when it is first needed. In a browser the page keeps the
 * session cookies, and exported sessions hold none.
 *
 * @example
 * ```ts
 * import { createSdkHomeserver } from '@pubky-paykit/homeserver/sdk';
 * import { Secret } from '@pubky-paykit/primitives';
 * const homeserver = createSdkHomeserver({ testnetHost: 'localhost' });
 * const seed = Secret.take(crypto.getRandomValues(new Uint8Array(32)));
 * declare const key: Uint8Array;
 * const session = await homeserver.signUp(seed, { homeserver: key });
 * ```
 */
export function createSdkHomeserver(options: SdkHomeserverOptions = {}): SdkHomeserver {
  return createSdkHomeserverWith(loadPubky, 'platform', options);
}
