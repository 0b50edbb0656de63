import { decodeUtf8, Secret } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  encodeSessionRecord,
  parseAuthToken,
  ROOT_CAPABILITIES,
  verifyAuthToken,
} from '../../src/wire/index.ts';
import { HOMESERVER, NOW, ORIGIN, scriptedHomeserver, signedIn } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer, hang } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';
import { turns } from '../turns.ts';

const signer = fixedSigner(4);
const other = fixedSigner(5);

describe('signIn', () => {
  it('hands in a fresh token of its key', async () => {
    const { homeserver, seen, asked } = scriptedHomeserver(() => signedIn(signer.publicKey));
    const session = await homeserver.signIn(signer);
    expect([seen[0]?.method, seen[0]?.url, asked]).toEqual(['POST', `${ORIGIN}/session`, ['find']]);
    // What was sent has been wiped since; the script has a copy.
    const token = verifyAuthToken(seen[0]?.body ?? new Uint8Array(), { now: NOW });
    expect([token.publicKey, token.capabilities]).toEqual([signer.publicKey, ROOT_CAPABILITIES]);
    expect(session.capabilities).toEqual(ROOT_CAPABILITIES);
  });

  it('asks for less if that is enough', async () => {
    const { homeserver, seen } = scriptedHomeserver(() => signedIn(signer.publicKey));
    await homeserver.signIn(signer, { capabilities: '/pub/app/:rw' });
    expect(parseAuthToken(seen[0]?.body ?? new Uint8Array()).capabilities[0]?.scope).toBe('/pub/app/');
    expect(await rejectedCodeOf(homeserver.signIn(signer, { capabilities: 'x' }))).toBe(
      'HOMESERVER_BAD_CAPABILITIES',
    );
  });

  it('announces the homeserver first, if it is named', async () => {
    const { homeserver, asked } = scriptedHomeserver(() => signedIn(signer.publicKey));
    await homeserver.signIn(signer, { homeserver: HOMESERVER });
    expect(asked).toEqual(['announce', 'find']);
  });

  it.each([
    [404, 'HOMESERVER_NOT_SIGNED_UP'],
    [400, 'HOMESERVER_TOKEN_REFUSED'],
    [429, 'HOMESERVER_RATE_LIMITED'],
    [500, 'HOMESERVER_SERVER_ERROR'],
    [302, 'HOMESERVER_BAD_ANSWER'],
  ])('tells status %i apart: %s', async (status, code) => {
    const { homeserver } = scriptedHomeserver(() => answer(status));
    expect(await rejectedCodeOf(homeserver.signIn(signer))).toBe(code);
  });

  it('says how far the clock is ahead, where the server tells its time', async () => {
    const late = new Date(NOW - 120_000).toUTCString();
    const { homeserver } = scriptedHomeserver(() => answer(400, 'expired', { date: late }));
    expect((await rejectionOf(homeserver.signIn(signer))).context).toEqual({ skewMs: 120_000 });
  });

  it.each([
    ['about somebody else', () => signedIn(other.publicKey)],
    [
      'without a cookie',
      () =>
        answer(200, encodeSessionRecord({ publicKey: signer.publicKey, createdAt: 0n, capabilities: [] })),
    ],
    ['that is no record', () => answer(200, 'hello', { 'set-cookie': 'a=b' })],
    ['with a cookie that cannot be sent back', () => signedIn(signer.publicKey, 'a b')],
  ])('refuses an answer %s', async (_, script) => {
    const { homeserver } = scriptedHomeserver(script);
    expect(await rejectedCodeOf(homeserver.signIn(signer))).toBe('HOMESERVER_BAD_ANSWER');
  });

  it('refuses a record of megabytes', async () => {
    const { homeserver } = scriptedHomeserver(() => answer(200, new Uint8Array(1_000_000)));
    expect(await rejectedCodeOf(homeserver.signIn(signer))).toBe('HOMESERVER_ANSWER_TOO_LARGE');
  });

  it('counts one time for all of its steps', async () => {
    const { homeserver, clock } = scriptedHomeserver(hang);
    const work = rejectionOf(homeserver.signIn(signer, { timeoutMs: 1000, homeserver: HOMESERVER }));
    await turns();
    clock.advance(1000);
    const error = await work;
    expect([error.code, error.context]).toEqual(['HOMESERVER_TIMED_OUT', { what: 'sign-in', afterMs: 1000 }]);
    expect(clock.pending).toBe(0);
  });
});

describe('signUp', () => {
  it('hands in token and invite at the homeserver itself, then announces it', async () => {
    const { homeserver, lines, seen, asked } = scriptedHomeserver(() => signedIn(signer.publicKey));
    await homeserver.signUp(signer, { homeserver: HOMESERVER, invite: 'A-B C' });
    expect(lines()).toEqual([`POST ${ORIGIN}/signup?signup_token=A-B%20C`]);
    expect(seen[0]?.headers?.['pubky-host']).toMatch(/^[a-z0-9]{52}$/);
    expect(asked).toEqual(['locate', 'announce']);
  });

  it.each([
    [409, undefined, undefined, 'HOMESERVER_ALREADY_SIGNED_UP'],
    [401, 'used', undefined, 'HOMESERVER_INVITE_REFUSED'],
    [400, undefined, undefined, 'HOMESERVER_INVITE_REFUSED'],
    [400, undefined, 120_000, 'HOMESERVER_TOKEN_REFUSED'],
    [400, 'bad', 1000, 'HOMESERVER_INVITE_REFUSED'],
    [500, undefined, undefined, 'HOMESERVER_SERVER_ERROR'],
    [404, undefined, undefined, 'HOMESERVER_REFUSED'],
  ])('tells status %i with invite %s and a skew of %s ms apart: %s', async (status, invite, skewMs, code) => {
    const headers = skewMs === undefined ? {} : { date: new Date(NOW - skewMs).toUTCString() };
    const { homeserver, asked } = scriptedHomeserver(() => answer(status, null, headers));
    expect(await rejectedCodeOf(homeserver.signUp(signer, { homeserver: HOMESERVER, invite }))).toBe(code);
    expect(asked).toEqual(['locate']);
  });
});

describe('restore', () => {
  const record = encodeSessionRecord({
    publicKey: signer.publicKey,
    createdAt: 1n,
    capabilities: ROOT_CAPABILITIES,
  });

  async function exportedSession() {
    const { homeserver } = scriptedHomeserver(() => signedIn(signer.publicKey));
    return (await homeserver.signIn(signer)).export();
  }

  it('asks the server, with the cookie', async () => {
    const exported = await exportedSession();
    const { homeserver, seen } = scriptedHomeserver(() => answer(200, record));
    const session = await homeserver.restore(exported);
    expect([seen[0]?.method, seen[0]?.url]).toEqual(['GET', `${ORIGIN}/session`]);
    expect(seen[0]?.headers?.['cookie']).toBe(exported.use(decodeUtf8).replace(':', '='));
    expect(session.publicKey).toEqual(signer.publicKey);
  });

  it.each([
    [404, 'HOMESERVER_UNAUTHORISED'],
    [401, 'HOMESERVER_UNAUTHORISED'],
    [500, 'HOMESERVER_SERVER_ERROR'],
  ])('tells status %i apart: %s', async (status, code) => {
    const { homeserver } = scriptedHomeserver(() => answer(status));
    expect(await rejectedCodeOf(homeserver.restore(await exportedSession()))).toBe(code);
  });

  it('refuses a record of somebody else', async () => {
    const theirs = encodeSessionRecord({ publicKey: other.publicKey, createdAt: 1n, capabilities: [] });
    const { homeserver } = scriptedHomeserver(() => answer(200, theirs));
    expect(await rejectedCodeOf(homeserver.restore(await exportedSession()))).toBe('HOMESERVER_BAD_ANSWER');
  });

  it('takes exports without cookie only where the platform keeps it, and others only where it does not', async () => {
    const platform = scriptedHomeserver(() => answer(200, record), { cookies: 'platform' });
    expect(await rejectedCodeOf(platform.homeserver.restore(await exportedSession()))).toBe(
      'HOMESERVER_BAD_SESSION_EXPORT',
    );
    const [owner] = (await exportedSession()).use(decodeUtf8).split(':');
    const bare = Secret.take(new TextEncoder().encode(`${owner}:`));
    expect((await platform.homeserver.restore(bare)).publicKey).toEqual(signer.publicKey);
    expect(platform.seen.at(-1)?.credentials).toBe('include');
    expect(platform.seen.at(-1)?.headers?.['cookie']).toBeUndefined();
    const { homeserver } = scriptedHomeserver(() => answer(200, record));
    expect(await rejectedCodeOf(homeserver.restore(bare))).toBe('HOMESERVER_BAD_SESSION_EXPORT');
  });
});

describe('signOut', () => {
  it('ends the session on the server, and stays open if that fails', async () => {
    const answers = [signedIn(signer.publicKey), answer(500), answer(200)];
    const { homeserver, lines } = scriptedHomeserver(() => answers.shift() ?? answer(500));
    const session = await homeserver.signIn(signer);
    expect(await rejectedCodeOf(session.signOut())).toBe('HOMESERVER_SERVER_ERROR');
    expect(session.closed).toBe(false);
    await session.signOut();
    expect([session.closed, lines().at(-1)]).toEqual([true, `DELETE ${ORIGIN}/session`]);
  });
});
