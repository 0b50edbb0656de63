import {
  type Clock,
  type Fetch,
  type Logger,
  type RandomSource,
  type Secret,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import { platformFetch } from '../platform-fetch.ts';
import { createHomeserver } from '../sessions/create-homeserver.ts';
import type { Homeserver } from '../sessions/homeserver.ts';
import { type CookieKeeper, openSession } from '../sessions/open-session.ts';
import type { SessionVault } from '../sessions/session-vault.ts';
import { inSteps } from '../sessions/steps.ts';
import { checkedKey } from '../storage/keys.ts';
import type { PubkyLoader } from './pubky-module.ts';
import { createSdkAccounts } from './sdk-accounts.ts';
import { createSdkEngine } from './sdk-engine.ts';
import { createSdkTransport } from './sdk-transport.ts';

/** The relays the SDK uses unless told otherwise. @see official-noise §4.2 */
const PUBLIC_RELAYS: readonly string[] = ['https://pkarr.pubky.app', 'https://pkarr.pubky.org'];
/** The relay of a local test network. @see official-noise §3.6 */
const TESTNET_RELAY_PORT = 15_411;
const RELAY_TIMEOUT_MS = 5000;

/** What {@link createSdkHomeserver} is made of. */
export interface SdkHomeserverOptions {
  /** Addresses of pkarr relays; the public ones if left out. */
  readonly relays?: readonly string[] | undefined;
  /** The host of a local test network with its fixed ports, such as `localhost`; then `relays` is not used. */
  readonly testnetHost?: string | undefined;
  /** Milliseconds the SDK gives a relay; 5 000 if left out. */
  readonly relayTimeoutMs?: number | undefined;
  /** The platform's if left out. In browsers the SDK always uses the page's. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  readonly logger?: Logger | undefined;
  /** Where sessions are kept beyond the process; nowhere if left out. */
  readonly vault?: SessionVault | undefined;
  /** Host names of auth relays that plain http is good enough for, besides this machine. */
  readonly insecureHosts?: readonly string[] | undefined;
}

/**
 * The port over the official SDK. Identities are seeds (32 bytes in a `Secret`), as the SDK signs with nothing else: copies of
 * them pass through the memory of its WebAssembly, which nobody can wipe.
 */
export type SdkHomeserver = Homeserver<Secret>;

/** The adapter over a way to load the SDK. */
export function createSdkHomeserverWith(
  load: PubkyLoader,
  cookies: CookieKeeper,
  options: SdkHomeserverOptions,
): SdkHomeserver {
  const { testnetHost, relayTimeoutMs = RELAY_TIMEOUT_MS, insecureHosts = [] } = options;
  const { fetch = platformFetch, clock = systemClock, random = systemRandom, logger, vault } = options;
  const relays =
    testnetHost === undefined
      ? (options.relays ?? PUBLIC_RELAYS)
      : [`http://${testnetHost}:${TESTNET_RELAY_PORT}`];
  const engine = createSdkEngine({ load, fetch, clock, relays, testnetHost, relayTimeoutMs });
  const accounts = createSdkAccounts(engine);
  const transport = createSdkTransport(engine);
  const parts = { transport, fetch, clock, random, logger, cookies, vault, insecureHosts };

  return createHomeserver<Secret>(parts, {
    async signUp(seed, wanted) {
      const homeserver = checkedKey(wanted.homeserver, 'homeserver');
      return inSteps(clock, 'sign-up', wanted, async (step) => {
        const opened = await step((signal) => accounts.signUp(seed, homeserver, wanted.invite, signal));
        return step(() => openSession(parts, opened));
      });
    },
    async signIn(seed, wanted = {}) {
      const homeserver = wanted.homeserver && checkedKey(wanted.homeserver, 'homeserver');
      return inSteps(clock, 'sign-in', wanted, async (step) => {
        if (homeserver !== undefined) await step((signal) => accounts.announce(seed, homeserver, signal));
        const opened = await step((signal) => accounts.signIn(seed, signal));
        return step(() => openSession(parts, opened));
      });
    },
    approve: (seed, link) => accounts.approve(seed, link),
  });
}
