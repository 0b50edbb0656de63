import { createSdkHomeserverWith, type SdkHomeserver, type SdkHomeserverOptions } from '../sdk-homeserver.ts';
import { loadScopedPubky } from './load-scoped-pubky.ts';

/**
 * Accounts and storage through the official SDK, which is loaded when it is first needed. Each adapter has a copy of it to
 * itself, and each session its own cookie.
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
  return createSdkHomeserverWith(loadScopedPubky, 'header', options);
}
