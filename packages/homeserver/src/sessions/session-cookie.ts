import { decodeUtf8, encodeUtf8, type FetchResponse, Secret, zBase32 } from '@pubky-paykit/primitives';
import { HomeserverError } from '../errors.ts';

/** Longest value that is kept; the official server's has 26 characters. */
const COOKIE_MAXIMUM_LENGTH = 512;
/** RFC 6265 §4.1.1: printable ASCII without blank, quote, comma, semicolon and backslash. */
const COOKIE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]+$/;
const KEY_CHARACTERS = 52;

/** Whether this can be the value of a session cookie: nothing that could end the header it is sent in. */
function isCookieValue(value: string): boolean {
  return value.length <= COOKIE_MAXIMUM_LENGTH && COOKIE_OCTETS.test(value);
}

/** Every cookie that an answer sets, `name=value; attributes`. React Native joins them with commas. */
function setCookies({ headers }: FetchResponse): readonly string[] {
  const several = headers.getSetCookie?.();
  if (several !== undefined && several.length > 0) return several;
  // A comma in a date is followed by a blank and no equals sign comes before the next separator.
  return (headers.get('set-cookie') ?? '').split(/,(?=\s*[\w!#$%&'*+.^`|~-]+=)/);
}

/**
 * The session cookie of an answer, which is named with the z-base-32 key of its owner.
 *
 * @param owner 32 bytes; borrowed.
 * @returns `undefined` where the platform does not show cookies.
 * @throws HOMESERVER_BAD_ANSWER if there is one that cannot be sent back.
 */
export function readSessionCookie(response: FetchResponse, owner: Uint8Array): Secret | undefined {
  const prefix = `${zBase32.encode(owner)}=`;
  const found = setCookies(response)
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(prefix));
  if (found === undefined) return undefined;
  const value = (found.slice(prefix.length).split(';', 1)[0] ?? '').trim();
  if (isCookieValue(value)) return Secret.take(encodeUtf8(value));
  throw new HomeserverError('HOMESERVER_BAD_ANSWER', { what: 'session cookie', fault: 'value' });
}

/** The header that proves a session. */
export function cookieHeader(owner: Uint8Array, cookie: Secret): string {
  return `${zBase32.encode(owner)}=${cookie.use(decodeUtf8)}`;
}

/**
 * Writes a session down as `{z32}:{cookie}`, the form that the official native SDK uses.
 *
 * @param cookie Nothing where the platform keeps it; borrowed.
 * @returns Owned by the caller.
 */
export function exportSession(owner: Uint8Array, cookie: Secret | undefined): Secret {
  return Secret.take(encodeUtf8(`${zBase32.encode(owner)}:${cookie?.use(decodeUtf8) ?? ''}`));
}

/** An exported session, taken apart. */
export interface SessionClaim {
  /** 32 bytes. */
  readonly owner: Uint8Array;
  /** Owned by the caller; nothing where the platform keeps it. */
  readonly cookie: Secret | undefined;
}

/**
 * Takes {@link exportSession} apart.
 *
 * @param exported Borrowed. @throws HOMESERVER_BAD_SESSION_EXPORT
 */
export function importSession(exported: Secret): SessionClaim {
  try {
    const text = exported.use(decodeUtf8);
    const owner = zBase32.decode(text.slice(0, KEY_CHARACTERS), 32);
    const value = text.slice(KEY_CHARACTERS + 1);
    if (text[KEY_CHARACTERS] === ':') {
      if (value === '') return { owner, cookie: undefined };
      if (isCookieValue(value)) return { owner, cookie: Secret.take(encodeUtf8(value)) };
    }
  } catch {
    // Dropped on purpose: it may quote the text.
  }
  throw new HomeserverError('HOMESERVER_BAD_SESSION_EXPORT');
}
