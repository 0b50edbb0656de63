import { type Clock, type FetchResponse, type PlatformSignal, wipe } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { type Exchange, exchange } from '../storage/exchange.ts';
import { TOKEN_WINDOW_MS } from '../wire/auth-token.ts';
import { type OpenedSession, readOpenedSession, type SessionParts } from './open-session.ts';

type Refuse = NonNullable<Exchange<OpenedSession>['refuse']>;

/** How far our clock is ahead of the server's, in milliseconds; browsers do not show its time. */
function skewMs({ headers }: FetchResponse, clock: Clock): number | undefined {
  const theirs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(theirs) ? undefined : Math.round(clock.now() - theirs);
}

function tokenRefused(response: FetchResponse, clock: Clock): HomeserverError {
  return new HomeserverError('HOMESERVER_TOKEN_REFUSED', { skewMs: skewMs(response, clock) });
}

/** What the statuses of `/session` mean. */
const refuseSignIn = (clock: Clock): Refuse => {
  return (response) => (response.status === 400 ? tokenRefused(response, clock) : undefined);
};

/** What the statuses of `/signup` mean; 400 may be about the invite or about the time of the token. */
const refuseSignUp = (clock: Clock, given: boolean): Refuse => {
  const refusedInvite = () => new HomeserverError('HOMESERVER_INVITE_REFUSED', { given });
  return (response) => {
    const { status } = response;
    if (status === 409) return new HomeserverError('HOMESERVER_ALREADY_SIGNED_UP');
    if (status === 401) return refusedInvite();
    if (status !== 400) return undefined;
    const late = Math.abs(skewMs(response, clock) ?? 0) > TOKEN_WINDOW_MS;
    return late ? tokenRefused(response, clock) : refusedInvite();
  };
};

/**
 * Hands a token in at `/session`.
 *
 * @param owner 32 bytes: whose token it is.
 * @param token Taken and wiped.
 * @throws HOMESERVER_NOT_SIGNED_UP, HOMESERVER_TOKEN_REFUSED, HOMESERVER_BAD_ANSWER, …
 */
export async function postSignIn(
  { transport, clock, cookies }: SessionParts,
  owner: Uint8Array,
  token: Uint8Array,
  options: CallOptions | undefined,
): Promise<OpenedSession> {
  try {
    return await exchange<OpenedSession>({
      what: 'sign-in',
      clock,
      options,
      send: (signal) =>
        transport.send(owner, {
          method: 'POST',
          target: '/session',
          body: token,
          credentials: cookies === 'platform' ? 'include' : 'omit',
          signal,
        }),
      accept: (response, body) => readOpenedSession(cookies, owner, response, body),
      missing: () => {
        throw new HomeserverError('HOMESERVER_NOT_SIGNED_UP');
      },
      refuse: refuseSignIn(clock),
    });
  } finally {
    wipe(token);
  }
}

/** Where and with what to sign up. */
export interface SignUpRequest {
  /** 32 bytes: whose token it is. */
  readonly owner: Uint8Array;
  /** Taken and wiped. */
  readonly token: Uint8Array;
  readonly invite: string | undefined;
  /** Sends to the homeserver itself, as nobody has announced it yet. @param target Path and query. */
  readonly send: (target: string, token: Uint8Array, signal: PlatformSignal) => Promise<FetchResponse>;
}

/**
 * Hands a token in at `/signup`.
 *
 * @throws HOMESERVER_ALREADY_SIGNED_UP, HOMESERVER_INVITE_REFUSED, HOMESERVER_TOKEN_REFUSED, HOMESERVER_BAD_ANSWER, …
 */
export async function postSignUp(
  { clock, cookies }: SessionParts,
  { owner, token, invite, send }: SignUpRequest,
  options: CallOptions | undefined,
): Promise<OpenedSession> {
  const query = invite === undefined ? '' : `?signup_token=${encodeURIComponent(invite)}`;
  try {
    return await exchange<OpenedSession>({
      what: 'sign-up',
      clock,
      options,
      send: (signal) => send(`/signup${query}`, token, signal),
      accept: (response, body) => readOpenedSession(cookies, owner, response, body),
      refuse: refuseSignUp(clock, invite !== undefined),
    });
  } finally {
    wipe(token);
  }
}
