import { describe, expect, it } from 'vitest';
import { networks, stoppedClock, until } from '../networks.ts';
import { rawRequest } from '../raw-request.ts';

const { start } = networks();

describe('the auth relay', () => {
  it('carries a message from POST to GET and answers both', async () => {
    const { authRelay } = await start();
    const url = `${authRelay.url}channel-1`;
    const sent = fetch(url, { method: 'POST', body: Uint8Array.of(1, 2, 3) });
    const received = await fetch(url);
    expect([received.status, received.headers.get('content-type')]).toEqual([
      200,
      'application/octet-stream',
    ]);
    expect(new Uint8Array(await received.arrayBuffer())).toEqual(Uint8Array.of(1, 2, 3));
    expect((await sent).status).toBe(200);
  });

  it('answers 408 to whoever has waited in vain', async () => {
    const clock = stoppedClock();
    const { authRelay } = await start({ clock });
    const { pending } = clock;
    const waiting = [fetch(`${authRelay.url}a`), fetch(`${authRelay.url}b`, { method: 'POST', body: 'x' })];
    await until(() => clock.pending === pending + 2);
    clock.advance(600_000);
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([408, 408]);
  });

  it('answers 404 to a reader when another one comes', async () => {
    const clock = stoppedClock();
    const { authRelay } = await start({ clock });
    const { pending } = clock;
    const first = fetch(`${authRelay.url}a`);
    await until(() => clock.pending > pending);
    const second = fetch(`${authRelay.url}a`);
    expect((await first).status).toBe(404);
    await fetch(`${authRelay.url}a`, { method: 'POST', body: 'x' });
    expect(await (await second).text()).toBe('x');
  });

  it('takes messages of 64 KiB and no more', async () => {
    const { authRelay } = await start();
    const post = (bytes: number) =>
      fetch(`${authRelay.url}a`, { method: 'POST', body: new Uint8Array(bytes) });
    expect((await post(65_537)).status).toBe(413);
    const sent = post(65_536);
    expect((await (await fetch(`${authRelay.url}a`)).arrayBuffer()).byteLength).toBe(65_536);
    expect((await sent).status).toBe(200);
  });

  it.each([
    ['GET', '/', 404],
    ['GET', '/link/', 404],
    ['GET', '/link/a/b', 404],
    ['GET', '/link/%2e%2e', 404],
    ['GET', `/link/${'a'.repeat(257)}`, 404],
    ['GET', '/inbox/a', 404],
    ['PUT', '/link/a', 405],
    ['DELETE', '/link/a', 405],
    ['OPTIONS', '/link/a', 200],
  ])('answers %s %s with %s', async (method, path, status) => {
    const { authRelay } = await start();
    expect((await rawRequest(authRelay.port, { method, path })).status).toBe(status);
  });
});
