import { equalBytes, type FetchResponse, type Secret } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';
import type { CallOptions } from '../storage/call-options.ts';
import { type BodyReader, exchange, ignoreBody } from '../storage/exchange.ts';
import type { Credentials } from '../storage/files.ts';
import { createSessionStorage } from '../storage/storage.ts';
import type { WatchParts } from '../watch/watch.ts';
import {
  decodeSessionRecord,
  SESSION_RECORD_MAXIMUM_BYTES,
  type SessionRecord,
} from '../wire/session-record.ts';
import type { HomeserverSession } from './homeserver.ts';
import { cookieHeader, exportSession, readSessionCookie } from './session-cookie.ts';
import { removeSession, type SessionVault, saveSession } from './session-vault.ts';

/**
 * Who keeps the cookie. `header`: we do, and send it ourselves, which browsers forbid. `platform`: the platform does, and we
 * never see it.
 */
export type CookieKeeper = 'header' | 'platform';

/** What sessions are made of. */
export interface SessionParts extends WatchParts {
  readonly cookies: CookieKeeper;
  readonly vault?: SessionVault | undefined;
}

/** A session before anybody has it: what the server said, and the cookie. */
export interface OpenedSession {
  readonly record: SessionRecord;
  /** Owned by whoever holds this; nothing where the platform keeps it. */
  readonly cookie: Secret | undefined;
}

const badSession = (fault: string) =>
  new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'session', fault });

/**
 * Reads the answer to a sign-in.
 *
 * @param owner 32 bytes: who signs in. @throws HOMESERVER_BAD_ANSWER if it is about anybody else, or has no cookie.
 */
export async function readOpenedSession(
  cookies: CookieKeeper,
  owner: Uint8Array,
  response: FetchResponse,
  body: BodyReader,
): Promise<OpenedSession> {
  const record = decodeSessionRecord(await body(SESSION_RECORD_MAXIMUM_BYTES));
  if (!equalBytes(record.publicKey, owner)) throw badSession('of somebody else');
  const cookie = cookies === 'header' ? readSessionCookie(response, owner) : undefined;
  if (cookies === 'header' && cookie === undefined) throw badSession('no cookie');
  return { record, cookie };
}

/** What a session proves itself with. */
function credentialsOf(owner: Uint8Array, cookie: Secret | undefined): Credentials {
  return cookie === undefined
    ? { headers: {}, credentials: 'include' }
    : { headers: { cookie: cookieHeader(owner, cookie) }, credentials: 'omit' };
}

/**
 * Asks a server about a session.
 *
 * @param cookie Borrowed. @throws HOMESERVER_UNAUTHORISED if it is no longer good.
 */
export function fetchSessionRecord(
  { transport, clock }: WatchParts,
  owner: Uint8Array,
  cookie: Secret | undefined,
  options: CallOptions | undefined,
): Promise<SessionRecord> {
  return exchange<SessionRecord>({
    what: 'session',
    clock,
    options,
    send: (signal) =>
      transport.send(owner, { method: 'GET', target: '/session', ...credentialsOf(owner, cookie), signal }),
    accept: async (_, body) => {
      const record = decodeSessionRecord(await body(SESSION_RECORD_MAXIMUM_BYTES));
      if (!equalBytes(record.publicKey, owner)) throw badSession('of somebody else');
      return record;
    },
    missing: () => {
      throw new HomeserverError('HOMESERVER_UNAUTHORISED', { what: 'session' });
    },
  });
}

/**
 * Hands a session out, after it was put into the vault.
 *
 * @param opened Taken. @throws HOMESERVER_VAULT_FAILED, with the cookie wiped.
 */
export async function openSession(parts: SessionParts, opened: OpenedSession): Promise<HomeserverSession> {
  const { cookie, record } = opened;
  const owner = Uint8Array.from(record.publicKey);
  try {
    if (parts.vault !== undefined) await saveSession(parts.vault, owner, exportSession(owner, cookie));
  } catch (error) {
    cookie?.destroy();
    throw error;
  }
  return createSession(parts, owner, opened);
}

function createSession(parts: SessionParts, owner: Uint8Array, opened: OpenedSession): HomeserverSession {
  const { cookie, record } = opened;
  let closed = false;
  const ensureOpen = (): void => {
    if (closed) throw new HomeserverError('HOMESERVER_SESSION_CLOSED');
  };
  const prove = (): Credentials => {
    ensureOpen();
    return credentialsOf(owner, cookie);
  };
  const close = (): void => {
    closed = true;
    cookie?.destroy();
  };
  return {
    get publicKey() {
      return owner.slice();
    },
    capabilities: record.capabilities,
    storage: createSessionStorage(parts, owner, prove),
    get closed() {
      return closed;
    },
    export() {
      ensureOpen();
      return exportSession(owner, cookie);
    },
    async signOut(options) {
      const proof = prove();
      await exchange<void>({
        what: 'sign-out',
        clock: parts.clock,
        options,
        send: (signal) =>
          parts.transport.send(owner, { method: 'DELETE', target: '/session', ...proof, signal }),
        accept: (_, body) => ignoreBody(body),
        // It is gone already.
        missing: () => {},
      });
      close();
      if (parts.vault !== undefined) await removeSession(parts.vault, owner);
    },
    close,
  };
}
