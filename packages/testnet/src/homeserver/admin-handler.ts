import { createHash, timingSafeEqual } from 'node:crypto';
import type { RandomSource } from '@pubky-paykit/primitives';
import { type HttpHandler, Refusal, textReply } from '../http/exchange.ts';
import type { Store } from '../storage/store.ts';
import { createInvite } from './invites.ts';

function digest(text: string): Uint8Array {
  return createHash('sha256').update(text).digest();
}

/** The administration of a homeserver, as far as tests need it: `GET /generate_signup_token` with a password. */
export function createAdministration(store: Store, random: RandomSource, password: string): HttpHandler {
  return async (request) => {
    if (request.method !== 'GET') throw new Refusal(405, 'Method Not Allowed', { allow: 'GET, OPTIONS' });
    if (request.path === '/') return textReply(200, 'Homeserver - Admin Endpoint');
    if (request.path !== '/generate_signup_token') throw new Refusal(404, 'Not Found');
    const given = request.header('x-admin-password');
    if (given === undefined) throw new Refusal(401, 'Missing admin password');
    if (!timingSafeEqual(digest(given), digest(password))) throw new Refusal(401, 'Invalid admin password');
    return textReply(200, await createInvite(store, random));
  };
}
