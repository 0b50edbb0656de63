import {
  type CancelSignal,
  type Clock,
  type Fetch,
  type IdentitySigner,
  type Logger,
  type PlatformSignal,
  type RandomSource,
  systemClock,
  systemFetch,
  systemRandom,
} from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { HomeserverError } from '../errors.ts';
import { approveRequest } from '../sessions/approval.ts';
import { createHomeserver } from '../sessions/create-homeserver.ts';
import type { Homeserver, HomeserverSession, SignInOptions, SignUpOptions } from '../sessions/homeserver.ts';
import { type CookieKeeper, openSession } from '../sessions/open-session.ts';
import { requireSecure } from '../sessions/secure-urls.ts';
import type { SessionVault } from '../sessions/session-vault.ts';
import { postSignIn, postSignUp } from '../sessions/sign-in.ts';
import { createTimestamps } from '../sessions/timestamps.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { CALL_TIMEOUT_MS } from '../storage/exchange.ts';
import { checkedKey } from '../storage/keys.ts';
import { parseAuthRequest } from '../wire/auth-request.ts';
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

type Race = <Result>(work: (signal: CancelSignal) => Promise<Result>) => Promise<Result>;

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
  const { fetch = systemFetch, clock = systemClock, random = systemRandom, logger, vault } = options;
  const transport = createFetchTransport({ fetch, clock, directory });
  const parts = { transport, fetch, clock, random, logger, cookies, vault, insecureHosts };
  const timestamp = createTimestamps(clock, random);

  /** One deadline for several steps; each of them has the rest of it. */
  const within = <Result>(what: string, call: CallOptions, work: (race: Race) => Promise<Result>) =>
    withDeadline(
      { what, clock, timeoutMs: call.timeoutMs ?? CALL_TIMEOUT_MS, signal: call.signal },
      ({ race }) => work(race),
    );
  const rest = (signal: CancelSignal): CallOptions => ({ signal, timeoutMs: Number.POSITIVE_INFINITY });

  const tokenOf = (signer: IdentitySigner, capabilities: readonly Capability[]) =>
    createAuthToken(signer, { capabilities, timestamp: timestamp() });
  const announce = async (
    signer: IdentitySigner,
    owner: Uint8Array,
    homeserver: Uint8Array,
    race: Race,
  ): Promise<void> => {
    await race((signal) =>
      askDirectory('announce a homeserver', directory.announce(signer, homeserver, { signal })),
    );
    transport.forget(owner);
  };

  const signUp = async (signer: IdentitySigner, wanted: SignUpOptions): Promise<HomeserverSession> => {
    const owner = checkedKey(signer.publicKey, 'identity');
    const homeserver = checkedKey(wanted.homeserver, 'homeserver');
    return within('sign-up', wanted, async (race) => {
      const token = await race(() => tokenOf(signer, ROOT_CAPABILITIES));
      const request = {
        owner,
        token,
        invite: wanted.invite,
        send: (target: string, body: Uint8Array, signal: PlatformSignal) =>
          transport.sendTo(homeserver, {
            method: 'POST',
            target,
            body,
            credentials: cookies === 'platform' ? 'include' : 'omit',
            signal,
          }),
      };
      const opened = await race((signal) => postSignUp(parts, request, rest(signal)));
      await announce(signer, owner, homeserver, race).catch((error) => {
        opened.cookie?.destroy();
        throw error;
      });
      return race(() => openSession(parts, opened));
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
    return within('sign-in', wanted, async (race) => {
      if (homeserver !== undefined) await announce(signer, owner, homeserver, race);
      const token = await race(() => tokenOf(signer, capabilities));
      const opened = await race((signal) => postSignIn(parts, owner, token, rest(signal)));
      return race(() => openSession(parts, opened));
    });
  };
  const signUpUnlessDone = async (signer: IdentitySigner, wanted: SignUpOptions): Promise<void> => {
    try {
      (await signUp(signer, wanted)).close();
    } catch (error) {
      const done = error instanceof HomeserverError && error.code === 'HOMESERVER_ALREADY_SIGNED_UP';
      if (!done) throw error;
    }
  };
  return createHomeserver<IdentitySigner>(parts, {
    signUp,
    signIn,
    async approveAuthRequest(signer, link, call = {}) {
      const request = parseAuthRequest(link);
      try {
        requireSecure(request.relay, 'auth relay', insecureHosts);
        await within('approval', call, async (race) => {
          const { signUp: wanted } = request;
          if (wanted !== undefined) {
            await race((signal) => signUpUnlessDone(signer, { ...wanted, ...rest(signal) }));
          }
          await race((signal) => approveRequest(parts, signer, request, timestamp(), rest(signal)));
        });
      } finally {
        request.secret.destroy();
      }
    },
  });
}
