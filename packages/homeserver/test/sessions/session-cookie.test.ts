import { decodeUtf8, encodeUtf8, Secret } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  cookieHeader,
  exportSession,
  importSession,
  readSessionCookie,
} from '../../src/sessions/session-cookie.ts';
import { OWNER, OWNER_NAME } from '../fetch-homeserver.ts';
import { answer } from '../scripted-fetch.ts';
import { codeOf } from '../thrown.ts';

const textOf = (cookie: Secret | undefined): string | undefined => cookie?.use(decodeUtf8);

/** A response of a platform that joins its headers, such as React Native. */
function joined(header: string) {
  const headers = { get: (name: string) => (name === 'set-cookie' ? header : null) };
  return { status: 200, headers, arrayBuffer: async () => new ArrayBuffer(0) };
}

describe('readSessionCookie', () => {
  it('finds the cookie of its owner among others', () => {
    const headers = new Headers();
    headers.append('set-cookie', 'other=1; Path=/');
    headers.append(
      'set-cookie',
      `${OWNER_NAME}=SECRET0; Path=/; HttpOnly; Expires=Thu, 15 Jan 2026 12:00:00 GMT`,
    );
    const response = { status: 200, headers, arrayBuffer: async () => new ArrayBuffer(0) };
    expect(textOf(readSessionCookie(response, OWNER))).toBe('SECRET0');
  });

  it('finds it where the platform joins cookies with commas', () => {
    const header = `other=1; Expires=Thu, 15 Jan 2026 12:00:00 GMT, ${OWNER_NAME}=SECRET0; Path=/, last=2`;
    expect(textOf(readSessionCookie(joined(header), OWNER))).toBe('SECRET0');
  });

  it('finds none where there is none, or only that of somebody else', () => {
    expect(readSessionCookie(answer(200), OWNER)).toBeUndefined();
    expect(
      readSessionCookie(answer(200, null, { 'set-cookie': `${'y'.repeat(52)}=1` }), OWNER),
    ).toBeUndefined();
    expect(readSessionCookie(joined(`x${OWNER_NAME}=1`), OWNER)).toBeUndefined();
  });

  it.each([
    ['nothing', ''],
    ['a blank', 'a b'],
    ['a quote', '"a"'],
    ['an umlaut', 'ä'],
    ['more than any has', 'a'.repeat(513)],
  ])('refuses a cookie of %s', (_, value) => {
    expect(codeOf(() => readSessionCookie(joined(`${OWNER_NAME}=${value}; Path=/`), OWNER))).toBe(
      'HOMESERVER_BAD_ANSWER',
    );
  });
});

describe('exportSession', () => {
  it('writes the form of the native SDK, which importSession reads', () => {
    const cookie = Secret.copyOf(encodeUtf8('a:b=c'));
    const exported = exportSession(OWNER, cookie);
    expect(exported.use(decodeUtf8)).toBe(`${OWNER_NAME}:a:b=c`);
    const claim = importSession(exported);
    expect([claim.owner, textOf(claim.cookie)]).toEqual([OWNER, 'a:b=c']);
    expect(cookieHeader(OWNER, cookie)).toBe(`${OWNER_NAME}=a:b=c`);
  });

  it('writes no cookie where the platform keeps it', () => {
    const claim = importSession(exportSession(OWNER, undefined));
    expect([claim.owner, claim.cookie]).toEqual([OWNER, undefined]);
  });
});

describe('importSession', () => {
  it.each([
    '',
    'x',
    OWNER_NAME,
    `${OWNER_NAME};a`,
    `${OWNER_NAME}:a b`,
    `${OWNER_NAME}:a\r\nb`,
    `${'l'.repeat(52)}:a`,
  ])('refuses %j', (text) => {
    const exported = Secret.take(encodeUtf8(text));
    expect(codeOf(() => importSession(exported))).toBe('HOMESERVER_BAD_SESSION_EXPORT');
  });

  it('refuses bytes that are no text', () => {
    const exported = Secret.copyOf(Uint8Array.of(0xff, 0xfe));
    expect(codeOf(() => importSession(exported))).toBe('HOMESERVER_BAD_SESSION_EXPORT');
  });
});
