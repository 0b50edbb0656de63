import { type Clock, type FetchResponse, type PlatformSignal, wipe } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { exchange } from '../storage/exchange.ts';
import { TOKEN_WINDOW_MS } from '../wire/auth-token.ts';
import { type OpenedSession, readOpenedSession, type SessionParts } from './open-session.ts';

/** How far our clock is ahead of the server's, in milliseconds; browsers do not show its time. */
function skewMs({ headers }: FetchResponse, clock: Clock): number | undefined {
  const theirs = Date.parse(headers.get('date') ?? '');
  return Number.isNaN(theirs) ? undefined : Math.round(clock.now() - theirs);
}

/** What a status of `/session` means; `undefined` if no more than usual. */
export function signInRefusal(status: number, skew?: number): HomeserverError | undefined {
  if (status === 404) return new HomeserverError('HOMESERVER_NOT_SIGNED_UP');
  if (status !== 400) return undefined;
  return new HomeserverError('HOMESERVER_TOKEN_REFUSED', { skewMs: skew });
}

/**
 * What a status of `/signup` means; `undefined` if no more than usual. 400 may be about the invite or the time of the token.
 *
 * @param given Whether an invite was sent.
 */
export function signUpRefusal(status: number, given: boolean, skew?: number): HomeserverError | undefined {
  if (status === 409) return new HomeserverError('HOMESERVER_ALREADY_SIGNED_UP');
  if (status !== 400 && status !== 401) return undefined;
  if (status === 400 && Math.abs(skew ?? 0) > TOKEN_WINDOW_MS) {
    return new HomeserverError('HOMESERVER_TOKEN_REFUSED', { skewMs: skew });
  }
  return new HomeserverError('HOMESERVER_INVITE_REFUSED', { given });
}

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
      refuse: (response) => signInRefusal(response.status, skewMs(response, clock)),
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
      refuse: (response) => signUpRefusal(response.status, invite !== undefined, skewMs(response, clock)),
    });
  } finally {
    wipe(token);
  }
}
