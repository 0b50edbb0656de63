import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { type RandomSource, zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES, SESSION_COOKIE_SECONDS, SESSION_SECRET_BYTES } from '../constants.ts';
import { formatHttpDate } from '../http/http-date.ts';
import { crockford } from './crockford.ts';

const SECRET = /^[0-9A-HJKMNP-TV-Z]{26}$/;
const SECOND_MS = 1_000;

/** A new session secret: 128 random bits as 26 characters. Whoever has it is signed in. */
export function createSessionSecret(random: RandomSource): string {
  return crockford(random.bytes(SESSION_SECRET_BYTES));
}

/** What a session is known by here: its secret cannot be found from it. */
export function sessionId(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The secret a `cookie` header carries for a user. */
export function secretFromCookies(header: string | undefined, user: string): string | undefined {
  const cookies = (header ?? '').split(';').map((cookie) => cookie.trim());
  const own = cookies.find((cookie) => cookie.startsWith(`${user}=`));
  const secret = own?.slice(user.length + 1);
  return secret !== undefined && SECRET.test(secret) ? secret : undefined;
}

/** Key names and names with a dot are reached over TLS; `localhost`, other bare names and addresses are not. */
function isSecureHost(host: string): boolean {
  try {
    zBase32.decode(host, KEY_BYTES);
    return true;
  } catch {
    return /^[\w-]+(\.[\w-]+)+$/.test(host) && isIP(host) === 0;
  }
}

function cookie(user: string, value: string, host: string, maximumAge: number, expiresMs: number): string {
  const secure = isSecureHost(host) ? ['SameSite=None', 'Secure'] : [];
  const expires = `Expires=${formatHttpDate(expiresMs)}`;
  return [`${user}=${value}`, 'HttpOnly', ...secure, 'Path=/', `Max-Age=${maximumAge}`, expires].join('; ');
}

/** Where and when a cookie is set. */
export interface CookieCircumstances {
  /** The `host` header. */
  readonly host: string;
  readonly nowMs: number;
}

/** The `set-cookie` header that signs somebody in. */
export function sessionCookie(user: string, secret: string, { host, nowMs }: CookieCircumstances): string {
  return cookie(user, secret, host, SESSION_COOKIE_SECONDS, nowMs + SESSION_COOKIE_SECONDS * SECOND_MS);
}

/** The `set-cookie` header that makes browsers forget it. */
export function expiredCookie(user: string, { host, nowMs }: CookieCircumstances): string {
  return cookie(user, '', host, 0, nowMs - SESSION_COOKIE_SECONDS * SECOND_MS);
}
