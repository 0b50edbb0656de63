import {
  encodeSessionRecord,
  formatCapabilities,
  readCapabilities,
  TOKEN_MAXIMUM_BYTES,
  type VerifiedAuthToken,
} from '@pubky-paykit/homeserver/wire';
import { zBase32 } from '@pubky-paykit/primitives';
import { SESSIONS_PER_USER } from '../constants.ts';
import { type HttpReply, type HttpRequest, Refusal, readWhole } from '../http/exchange.ts';
import type { Change } from '../storage/change.ts';
import type { NetworkState, StoredSession } from '../storage/network-state.ts';
import type { Homeserver } from './homeserver.ts';
import { useInvite } from './invites.ts';
import {
  createSessionSecret,
  expiredCookie,
  secretFromCookies,
  sessionCookie,
  sessionId,
} from './session-cookie.ts';
import { type Tenant, tenantOf } from './tenant.ts';

const MS_PER_SECOND = 1_000;
const MICROSECONDS_PER_MS = 1_000n;

async function readToken({ tokens }: Homeserver, request: HttpRequest): Promise<VerifiedAuthToken> {
  return tokens.admit(await readWhole(request, TOKEN_MAXIMUM_BYTES));
}

/** What signing in changes: the oldest sessions make room. */
function sessionChanges(state: NetworkState, id: string, session: StoredSession): Change[] {
  const sessions = [...(state.users.get(session.user)?.sessions ?? [])];
  const surplus = sessions.slice(0, Math.max(0, sessions.length + 1 - SESSIONS_PER_USER));
  return [
    ...surplus.map((old) => ({ kind: 'session-end', id: old }) as const),
    { kind: 'session', id, ...session },
  ];
}

/** Opens a session for the user of a token, after what `before` changes. */
async function open(
  { store, clock, random }: Homeserver,
  request: HttpRequest,
  token: VerifiedAuthToken,
  before: (state: NetworkState, user: string, createdMs: number) => readonly Change[],
): Promise<HttpReply> {
  const user = zBase32.encode(token.publicKey);
  const secret = createSessionSecret(random);
  const id = sessionId(secret);
  const createdMs = clock.now();
  const session = { user, capabilities: formatCapabilities(token.capabilities), createdMs };
  await store.change((state) => ({
    changes: [...before(state, user, createdMs), ...sessionChanges(state, id, session)],
    result: undefined,
  }));
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      'set-cookie': sessionCookie(user, secret, { host: request.header('host') ?? '', nowMs: createdMs }),
    },
    body: encodeSessionRecord({
      publicKey: token.publicKey,
      capabilities: token.capabilities,
      createdAt: BigInt(createdMs) * MICROSECONDS_PER_MS,
    }),
  };
}

/** `POST /signup`: makes a user of a token's key, once, and opens a session. */
export async function signUp(homeserver: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const token = await readToken(homeserver, request);
  const code = new URLSearchParams(request.query).get('signup_token') ?? undefined;
  return open(homeserver, request, token, (state, user, createdMs) => {
    if (state.users.has(user)) throw new Refusal(409, 'User already exists');
    const invites = homeserver.inviteOnly ? [useInvite(state, code, user)] : [];
    return [...invites, { kind: 'user', user, createdMs }];
  });
}

/** `POST /session`: opens a session for a user who is there. */
export async function signIn(homeserver: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const token = await readToken(homeserver, request);
  return open(homeserver, request, token, (state, user) => {
    if (!state.users.has(user)) throw new Refusal(404, 'Not Found');
    return [];
  });
}

/** The tenant of a request. @throws Refusal 404 if it names none. */
export function requireTenant(request: HttpRequest): Tenant {
  const tenant = tenantOf(request);
  if (tenant === undefined) throw new Refusal(404, 'Pubky Host is missing');
  return tenant;
}

/** The session of a tenant that a request's cookie belongs to, and its id. */
export function sessionOf(
  { store }: Homeserver,
  request: HttpRequest,
  { key }: Tenant,
): { readonly id: string; readonly session: StoredSession } | undefined {
  const secret = secretFromCookies(request.header('cookie'), key);
  if (secret === undefined) return undefined;
  const id = sessionId(secret);
  const session = store.state.sessions.get(id);
  return session?.user === key ? { id, session } : undefined;
}

/** `GET /session`: the record of the session the cookie stands for. */
export async function showSession(homeserver: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const tenant = requireTenant(request);
  const found = sessionOf(homeserver, request, tenant);
  if (found === undefined) throw new Refusal(404, 'Not Found');
  const { capabilities, createdMs } = found.session;
  return {
    status: 200,
    headers: {
      'content-type': 'application/octet-stream',
      vary: 'cookie, pubky-host',
      'cache-control': 'private, must-revalidate',
    },
    body: encodeSessionRecord({
      publicKey: tenant.publicKey,
      capabilities: readCapabilities(capabilities),
      // The official server tells seconds here, and microseconds when the session is opened.
      createdAt: BigInt(Math.floor(createdMs / MS_PER_SECOND)),
    }),
  };
}

/** `DELETE /session`: ends the session, if there is one; the cookie goes in any case. */
export async function signOut(homeserver: Homeserver, request: HttpRequest): Promise<HttpReply> {
  const tenant = requireTenant(request);
  const { store, clock } = homeserver;
  const found = sessionOf(homeserver, request, tenant);
  if (found !== undefined) {
    await store.change(() => ({ changes: [{ kind: 'session-end', id: found.id }], result: undefined }));
  }
  const circumstances = { host: request.header('host') ?? '', nowMs: clock.now() };
  return { status: 200, headers: { 'set-cookie': expiredCookie(tenant.key, circumstances) } };
}
