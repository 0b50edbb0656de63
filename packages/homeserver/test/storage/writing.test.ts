import { describe, expect, it } from 'vitest';
import { ORIGIN, pathOf, scriptedHomeserver, signedIn } from '../fetch-homeserver.ts';
import { fixedSigner } from '../people.ts';
import { answer, type Script } from '../scripted-fetch.ts';
import { rejectedCodeOf, rejectionOf } from '../thrown.ts';

const signer = fixedSigner(4);

/** A session, and what it does against the script. */
async function session(script: Script) {
  const world = scriptedHomeserver((request) =>
    pathOf(request) === '/session' && request.method === 'POST'
      ? signedIn(signer.publicKey)
      : script(request),
  );
  const opened = await world.homeserver.signIn(signer);
  world.seen.length = 0;
  return { ...world, session: opened, storage: opened.storage };
}

describe('put', () => {
  it('sends the bytes with cookie, tenant and content type', async () => {
    const { storage, seen } = await session(() => answer(201));
    await storage.put('/pub/a b', Uint8Array.of(1, 2), { contentType: 'text/plain; charset=utf-8' });
    const [{ url, method, headers, body, credentials }] = seen as [(typeof seen)[0]];
    expect([method, url, body]).toEqual(['PUT', `${ORIGIN}/pub/a%20b`, Uint8Array.of(1, 2)]);
    expect(headers?.['content-type']).toBe('text/plain; charset=utf-8');
    expect(headers?.['cookie']).toMatch(/^[a-z0-9]{52}=abc123$/);
    expect(credentials).toBe('omit');
  });

  it('takes any success, whatever its body', async () => {
    for (const response of [answer(200), answer(201, 'x'.repeat(10_000)), answer(204)]) {
      const { storage } = await session(() => response);
      await storage.put('/pub/a', Uint8Array.of(1));
    }
  });

  it.each([
    [401, 'HOMESERVER_UNAUTHORISED'],
    [403, 'HOMESERVER_FORBIDDEN'],
    [404, 'HOMESERVER_REFUSED'],
    [413, 'HOMESERVER_BODY_TOO_LARGE'],
    [429, 'HOMESERVER_RATE_LIMITED'],
    [500, 'HOMESERVER_SERVER_ERROR'],
    [507, 'HOMESERVER_QUOTA_EXCEEDED'],
    [307, 'HOMESERVER_BAD_ANSWER'],
  ])('tells status %i apart: %s [O5]', async (status, code) => {
    const { storage } = await session(() => answer(status));
    expect(await rejectedCodeOf(storage.put('/pub/a', Uint8Array.of(1)))).toBe(code);
  });

  it('names the length of what was too large', async () => {
    const { storage } = await session(() => answer(413));
    expect((await rejectionOf(storage.put('/pub/a', new Uint8Array(5)))).context).toEqual({ bytes: 5 });
  });

  it('sends nothing that is refused here', async () => {
    const { storage, seen } = await session(() => answer(201));
    const tooLong = { length: 104_857_601 };
    const huge = Object.assign(Object.create(Uint8Array.prototype), {}) as Uint8Array;
    Object.defineProperty(huge, 'length', { value: tooLong.length });
    expect(await rejectedCodeOf(storage.put('/pub/a', huge))).toBe('HOMESERVER_BODY_TOO_LARGE');
    expect(await rejectedCodeOf(storage.put('/pub/a/', Uint8Array.of(1)))).toBe('HOMESERVER_BAD_PATH');
    for (const contentType of ['', 'text', 'text/plain\r\nx: y', `a/${'b'.repeat(300)}`, 'a/b;ü']) {
      expect(await rejectedCodeOf(storage.put('/pub/a', Uint8Array.of(1), { contentType }))).toBe(
        'HOMESERVER_BAD_CONTENT_TYPE',
      );
    }
    await expect(storage.put('/pub/a', 'text' as unknown as Uint8Array)).rejects.toThrow(TypeError);
    expect(seen).toEqual([]);
  });
});

describe('delete', () => {
  it('says whether there was a file', async () => {
    const statuses = [204, 404];
    const { storage, lines } = await session(() => answer(statuses.shift() ?? 500));
    expect([await storage.delete('/pub/a'), await storage.delete('/pub/a')]).toEqual([true, false]);
    expect(lines()).toEqual([`DELETE ${ORIGIN}/pub/a`, `DELETE ${ORIGIN}/pub/a`]);
  });
});

describe('a session that is closed', () => {
  it('writes nothing, and says so', async () => {
    const { session: closed, storage, seen } = await session(() => answer(201));
    closed.close();
    closed.close();
    expect(await rejectedCodeOf(storage.put('/pub/a', Uint8Array.of(1)))).toBe('HOMESERVER_SESSION_CLOSED');
    expect(await rejectedCodeOf(storage.delete('/pub/a'))).toBe('HOMESERVER_SESSION_CLOSED');
    expect(await rejectedCodeOf(closed.signOut())).toBe('HOMESERVER_SESSION_CLOSED');
    expect(seen).toEqual([]);
  });
});
