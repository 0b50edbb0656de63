import { type CancelSignal, isCodedError, Secret, wipe } from '@pubky-paykit/primitives';
import { withDeadline } from '../deadline.ts';
import { HomeserverError } from '../errors.ts';
import { linkedSignal } from '../linked-signal.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { checkedKey } from '../storage/keys.ts';
import { AUTH_SECRET_BYTES, authChannelUrl, openAuthToken } from '../wire/auth-channel.ts';
import { formatAuthRequest } from '../wire/auth-request.ts';
import { verifyAuthToken } from '../wire/auth-token.ts';
import { parseCapabilities } from '../wire/capabilities.ts';
import { type RelayParts, receiveFromRelay } from './auth-relay.ts';
import type { AuthFlow, AuthFlowOptions, HomeserverSession } from './homeserver.ts';
import { openSession, type SessionParts } from './open-session.ts';
import { requireSecure } from './secure-urls.ts';
import { postSignIn } from './sign-in.ts';

/** How long a signer is waited for unless the call says otherwise. */
const FLOW_TIMEOUT_MS = 300_000;

/** What a flow is made of. */
export interface FlowParts extends SessionParts, RelayParts {
  readonly random: RelayParts['random'];
  readonly insecureHosts: readonly string[];
}

/** The link that says what is asked for, around a fresh secret. */
function createLink(options: AuthFlowOptions, secret: Secret): string {
  const { signUp } = options;
  return formatAuthRequest({
    relay: options.relay,
    capabilities: parseCapabilities(options.capabilities),
    secret,
    signUp: signUp && { ...signUp, homeserver: checkedKey(signUp.homeserver, 'homeserver') },
  });
}

/** `startAuthFlow` of the port. Nothing is sent before `session` is called. */
export function startAuthFlow(parts: FlowParts, options: AuthFlowOptions): AuthFlow {
  requireSecure(options.relay, 'auth relay', parts.insecureHosts);
  const secret = Secret.take(parts.random.bytes(AUTH_SECRET_BYTES));
  const link = createLink(options, secret);
  const channel = secret.use((bytes) => authChannelUrl(options.relay, bytes));
  const ending = linkedSignal(undefined);
  /** What the signer sent, until it has been handed in: a relay gives it out once. */
  let token: Secret | undefined;
  let state: 'idle' | 'waiting' | 'closed' = 'idle';

  const close = (): void => {
    state = 'closed';
    ending.abort();
    secret.destroy();
    token?.destroy();
  };
  const ensureOpen = (): void => {
    if (state === 'closed') throw new HomeserverError('HOMESERVER_FLOW_CLOSED');
  };
  const receive = async (signal: CancelSignal): Promise<Secret> => {
    const sealed = await receiveFromRelay(parts, channel, signal);
    ensureOpen();
    return Secret.take(secret.use((bytes) => openAuthToken(sealed, bytes)));
  };
  const signIn = async (call: CallOptions & { readonly signal: CancelSignal }) => {
    token ??= await receive(call.signal);
    const bytes = token.use((borrowed) => borrowed.slice());
    try {
      // Its time is for the server to judge: clocks of phones and desks differ.
      const { publicKey } = verifyAuthToken(bytes, { now: 0, windowMs: Number.POSITIVE_INFINITY });
      return await openSession(parts, await postSignIn(parts, publicKey, bytes, call));
    } finally {
      wipe(bytes);
    }
  };
  const waitForSigner = (call: CallOptions): Promise<HomeserverSession> => {
    const linked = linkedSignal(call.signal);
    const { timeoutMs = FLOW_TIMEOUT_MS } = call;
    ending.signal.addEventListener('abort', linked.abort);
    const limits = { what: 'sign-in link', clock: parts.clock, timeoutMs, signal: linked.signal };
    return withDeadline(limits, ({ race }) =>
      race((signal) => signIn({ signal, timeoutMs: Number.POSITIVE_INFINITY })),
    ).finally(() => {
      ending.signal.removeEventListener('abort', linked.abort);
      linked.abort();
    });
  };
  return {
    get url() {
      ensureOpen();
      return link;
    },
    // The link is a secret: it is for people and their signers, not for logs.
    toJSON: () => '[AuthFlow]',
    async session(call = {}) {
      if (state !== 'idle') throw new HomeserverError('HOMESERVER_FLOW_CLOSED');
      state = 'waiting';
      try {
        const session = await waitForSigner(call);
        close();
        return session;
      } catch (error) {
        ensureOpen();
        state = 'idle';
        if (!isWorthAnotherTry(error)) close();
        throw error;
      }
    },
    close,
  };
}

/** A token that was refused once is refused again. */
function isWorthAnotherTry(error: unknown): boolean {
  if (!isCodedError(error) || error.code === 'HOMESERVER_TOKEN_REFUSED') return false;
  return error.retryable || error.code === 'HOMESERVER_CANCELLED';
}
