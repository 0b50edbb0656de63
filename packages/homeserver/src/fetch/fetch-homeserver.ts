import {
  type Clock,
  type Fetch,
  type IdentitySigner,
  type Logger,
  type PlatformSignal,
  type RandomSource,
  systemClock,
  systemRandom,
} from '@pubky-paykit/primitives';
import { platformFetch } from '../platform-fetch.ts';
import { approveRequest } from '../sessions/approval.ts';
import { createHomeserver } from '../sessions/create-homeserver.ts';
import type { Homeserver, HomeserverSession, SignInOptions, SignUpOptions } from '../sessions/homeserver.ts';
import { type CookieKeeper, openSession } from '../sessions/open-session.ts';
import type { SessionVault } from '../sessions/session-vault.ts';
import { postSignIn, postSignUp } from '../sessions/sign-in.ts';
import { inSteps, type Step, untilAborted } from '../sessions/steps.ts';
import { createTimestamps } from '../sessions/timestamps.ts';
import { checkedKey } from '../storage/keys.ts';
import { createAuthToken } from '../wire/auth-token.ts';
import { type Capability, parseCapabilities, ROOT_CAPABILITIES } from '../wire/capabilities.ts';
import { detectCookieKeeper } from './cookie-keeper.ts';
import type { HomeserverDirectory } from './directory.ts';
import { askDirectory, createFetchTransport } from './fetch-transport.ts';

/** What {@link createFetchHomeserver} is made of. */
export interface FetchHomeserverOptions {
  readonly directory: HomeserverDirectory;
  /** The platform's if left out. */
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: RandomSource | undefined;
  readonly logger?: Logger | undefined;
  /** Who keeps the session cookie; found out if left out: `header` in Node and React Native, `platform` in browsers. */
  readonly cookies?: CookieKeeper | undefined;
  /** Where sessions are kept beyond the process; nowhere if left out. */
  readonly vault?: SessionVault | undefined;
  /** Host names of auth relays that plain http is good enough for, besides this machine. */
  readonly insecureHosts?: readonly string[] | undefined;
}

/** How to sign in with the key itself. */
export interface FetchSignInOptions extends SignInOptions {
  /** Less than everything, such as `/pub/app/:rw`. */
  readonly capabilities?: string | undefined;
}

/** The port over `fetch`. */
export interface FetchHomeserver extends Homeserver<IdentitySigner> {
  signIn(signer: IdentitySigner, options?: FetchSignInOptions): Promise<HomeserverSession>;
}

/**
 * Accounts and storage over plain HTTP, for every platform with `fetch`, React Native included.
 *
 * @example
 * ```ts
 * import { createFetchHomeserver, type HomeserverDirectory } from '@pubky-paykit/homeserver/fetch';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const directory: HomeserverDirectory;
 * declare const signer: IdentitySigner;
 * const homeserver = createFetchHomeserver({ directory });
 * const session = await homeserver.signIn(signer);
 * await session.storage.put('/pub/app/hello', new TextEncoder().encode('world'));
 * await session.signOut();
 * ```
 */
export function createFetchHomeserver(options: FetchHomeserverOptions): FetchHomeserver {
  const { directory, insecureHosts = [], cookies = detectCookieKeeper() } = options;
  const { fetch = platformFetch, clock = systemClock, random = systemRandom, logger, vault } = options;
  const transport = createFetchTransport({ fetch, clock, directory });
  const parts = { transport, fetch, clock, random, logger, cookies, vault, insecureHosts };
  const timestamp = createTimestamps(clock, random);

  const tokenOf = (signer: IdentitySigner, capabilities: readonly Capability[]) =>
    createAuthToken(signer, { capabilities, timestamp: timestamp() });
  const announce = async (signer: IdentitySigner, homeserver: Uint8Array, step: Step): Promise<void> => {
    await step((signal) =>
      askDirectory('announce a homeserver', directory.announce(signer, homeserver, { signal })),
    );
    transport.forget(signer.publicKey);
  };
  const signUp = async (signer: IdentitySigner, wanted: SignUpOptions): Promise<HomeserverSession> => {
    const owner = checkedKey(signer.publicKey, 'identity');
    const homeserver = checkedKey(wanted.homeserver, 'homeserver');
    const send = (target: string, body: Uint8Array, signal: PlatformSignal) =>
      transport.sendTo(homeserver, {
        method: 'POST',
        target,
        body,
        credentials: cookies === 'platform' ? 'include' : 'omit',
        signal,
      });
    return inSteps(clock, 'sign-up', wanted, async (step) => {
      const token = await step(() => tokenOf(signer, ROOT_CAPABILITIES));
      const request = { owner, token, invite: wanted.invite, send };
      const opened = await step((signal) => postSignUp(parts, request, untilAborted(signal)));
      await announce(signer, homeserver, step).catch((error) => {
        opened.cookie?.destroy();
        throw error;
      });
      return step(() => openSession(parts, opened));
    });
  };
  const signIn = async (
    signer: IdentitySigner,
    wanted: FetchSignInOptions = {},
  ): Promise<HomeserverSession> => {
    const owner = checkedKey(signer.publicKey, 'identity');
    const homeserver = wanted.homeserver && checkedKey(wanted.homeserver, 'homeserver');
    const capabilities =
      wanted.capabilities === undefined ? ROOT_CAPABILITIES : parseCapabilities(wanted.capabilities);
    return inSteps(clock, 'sign-in', wanted, async (step) => {
      if (homeserver !== undefined) await announce(signer, homeserver, step);
      const token = await step(() => tokenOf(signer, capabilities));
      const opened = await step((signal) => postSignIn(parts, owner, token, untilAborted(signal)));
      return step(() => openSession(parts, opened));
    });
  };
  return createHomeserver<IdentitySigner>(parts, {
    signUp,
    signIn,
    approve: (signer, _, request, call) => approveRequest(parts, signer, request, timestamp(), call),
  });
}
