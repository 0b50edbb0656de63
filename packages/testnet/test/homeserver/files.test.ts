import { contentEtag, formatEtag, parseCapabilities } from '@pubky-paykit/homeserver/wire';
import { describe, expect, it } from 'vitest';
import { account, identity } from '../identities.ts';
import { networks, START_MS, stoppedClock, until } from '../networks.ts';
import { rawRequest } from '../raw-request.ts';

const { start, folder } = networks();
const alice = identity(1);
const bob = identity(2);
const bytes = (text: string) => new TextEncoder().encode(text);

describe.each(['memory', 'folder'] as const)('files in %s', (kind) => {
  const open = async (options = {}) =>
    start({ ...options, ...(kind === 'folder' ? { folder: await folder() } : {}) });

  it('are written, read, looked at and deleted', async () => {
    const testnet = await open();
    const { send } = await account(testnet, alice);
    const put = await send('PUT', '/pub/app/file.txt', { body: 'hello' });
    expect([put.status, await put.text()]).toEqual([201, '']);
    const got = await send('GET', '/pub/app/file.txt', { headers: { cookie: '' } });
    expect([got.status, await got.text()]).toEqual([200, 'hello']);
    const head = await send('HEAD', '/pub/app/file.txt');
    for (const { headers } of [got, head]) {
      expect(Object.fromEntries(headers)).toMatchObject({
        etag: formatEtag(contentEtag(bytes('hello'))),
        'content-length': '5',
        'content-type': 'text/plain',
        'last-modified': 'Thu, 15 Jan 2026 12:00:00 GMT',
        'cache-control': 'private, must-revalidate',
        vary: expect.stringMatching(/^pubky-host/),
      });
    }
    expect((await send('DELETE', '/pub/app/file.txt')).status).toBe(204);
    expect((await send('DELETE', '/pub/app/file.txt')).status).toBe(404);
    expect((await send('GET', '/pub/app/file.txt')).status).toBe(404);
    expect((await send('HEAD', '/pub/app/file.txt')).status).toBe(404);
  });

  it.each([0, 1, 65_535, 65_536, 65_537, 1_000_000])(
    'come back as they were, with %s bytes',
    async (length) => {
      const testnet = await open();
      const { send } = await account(testnet, alice);
      const body = Uint8Array.from({ length }, (_, index) => (index * 7) >>> 3);
      await send('PUT', '/pub/bytes', { body });
      const response = await send('GET', '/pub/bytes');
      expect(response.headers.get('content-length')).toBe(String(length));
      expect(Buffer.compare(new Uint8Array(await response.arrayBuffer()), body)).toBe(0);
      expect(response.headers.get('etag')).toBe(formatEtag(contentEtag(body)));
    },
  );

  it('have the type of what they begin with, in however small pieces it comes', async () => {
    const testnet = await open();
    const { send } = await account(testnet, alice);
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3);
    const body = new ReadableStream({
      async start(controller) {
        for (const byte of png) {
          controller.enqueue(Uint8Array.of(byte));
          // A turn of the network in between, so that each byte is a piece of its own.
          await send('HEAD', '/pub/none');
        }
        controller.close();
      },
    });
    await send('PUT', '/pub/picture', { body, duplex: 'half' } as RequestInit);
    expect((await send('HEAD', '/pub/picture')).headers.get('content-type')).toBe('image/png');
  });

  it('are read whole while others replace and delete them', async () => {
    const testnet = await open();
    const { send } = await account(testnet, alice);
    const body = (letter: string) => letter.repeat(200_000);
    await send('PUT', '/pub/file', { body: body('a') });
    const writes = Array.from('bcdefgh', (letter) => send('PUT', '/pub/file', { body: body(letter) }));
    const reads = Array.from({ length: 20 }, async () => {
      const response = await send('GET', '/pub/file');
      const text = await response.text();
      expect(text).toBe(body(text[0] ?? ''));
      expect(response.headers.get('etag')).toBe(formatEtag(contentEtag(bytes(text))));
    });
    await Promise.all([...writes, ...reads]);
  });

  it('are not sent again to a client that has them', async () => {
    const clock = stoppedClock();
    const testnet = await open({ clock });
    const { send } = await account(testnet, alice);
    await send('PUT', '/pub/a', { body: 'first' });
    const first = await send('GET', '/pub/a');
    const etag = first.headers.get('etag') ?? '';
    const date = first.headers.get('last-modified') ?? '';
    const get = async (headers: Record<string, string>) => (await send('GET', '/pub/a', { headers })).status;
    expect(await get({ 'if-none-match': etag })).toBe(304);
    expect(await get({ 'if-none-match': `"x", ${etag}` })).toBe(304);
    expect(await get({ 'if-none-match': '"x"' })).toBe(200);
    expect(await get({ 'if-modified-since': date })).toBe(304);
    expect(await get({ 'if-modified-since': new Date(START_MS - 1_000).toUTCString() })).toBe(200);
    // The tag counts, where there is one: within a second the date does not change.
    clock.advance(10);
    await send('PUT', '/pub/a', { body: 'second' });
    expect(await get({ 'if-none-match': etag, 'if-modified-since': date })).toBe(200);
    const known = await send('GET', '/pub/a', {
      headers: { 'if-none-match': formatEtag(contentEtag(bytes('second'))) },
    });
    expect([known.status, known.headers.get('etag'), await known.text()]).toEqual([
      304,
      formatEtag(contentEtag(bytes('second'))),
      '',
    ]);
  });

  it('are still there after a restart, if they are in a folder', async () => {
    const path = await folder();
    const options = kind === 'folder' ? { folder: path } : {};
    const before = await start(options);
    const { send, cookie } = await account(before, alice);
    await send('PUT', '/pub/stays', { body: 'stays' });
    await send('PUT', '/pub/goes', { body: 'goes' });
    await send('DELETE', '/pub/goes');
    await before.close();
    const { homeserver } = await start(options);
    const get = (name: string) =>
      fetch(`${homeserver.url}${name}`, { headers: { 'pubky-host': alice.key, cookie } });
    const stays = await get('/pub/stays');
    expect([stays.status, (await get('/pub/goes')).status]).toEqual(
      kind === 'folder' ? [200, 404] : [404, 404],
    );
    if (kind === 'folder') {
      expect(await stays.text()).toBe('stays');
      expect(stays.headers.get('last-modified')).toBe('Thu, 15 Jan 2026 12:00:00 GMT');
    }
  });
});

describe('who may do what', () => {
  it('lets everybody read, and the owner alone write', async () => {
    const testnet = await start();
    const [own, other] = [await account(testnet, alice), await account(testnet, bob)];
    await own.send('PUT', '/pub/a', { body: 'x' });
    const headers = { 'pubky-host': alice.key };
    expect((await other.send('GET', '/pub/a', { headers })).status).toBe(200);
    for (const method of ['PUT', 'DELETE']) {
      expect((await other.send(method, '/pub/a', { headers })).status).toBe(401);
      expect((await own.send(method, '/pub/a', { headers: { cookie: '' } })).status).toBe(401);
    }
  });

  it.each([
    ['/pub/app/:rw', '/pub/app/file', 201],
    ['/pub/app/:w', '/pub/app/deep/file', 201],
    ['/pub/app/:r', '/pub/app/file', 403],
    ['/pub/app/:rw', '/pub/other/file', 403],
    ['/pub/app/:rw', '/pub/application', 403],
    ['/pub/app/file:rw', '/pub/app/file', 201],
    ['/:rw', '/pub/file', 201],
    ['', '/pub/file', 403],
    ['/pub/app/:rw', '/pub/%61pp/file', 201],
  ])('with the capabilities "%s", answers PUT %s with %s', async (text, path, status) => {
    const testnet = await start();
    const { send } = await account(testnet, alice, { capabilities: parseCapabilities(text) });
    expect((await send('PUT', path, { body: 'x' })).status).toBe(status);
    expect((await send('DELETE', path)).status).toBe(status === 201 ? 204 : status);
  });

  it.each([
    ['the header pubky-host', '', { 'pubky-host': alice.key }],
    ['the host', '', { host: alice.key }],
    ['the query', `?pubky-host=${alice.key}`, {}],
    ['the header, if it says something else than the host', '', { host: bob.key, 'pubky-host': alice.key }],
  ])('finds whose file it is by %s', async (_, query, headers) => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    await send('PUT', '/pub/a', { body: 'x' });
    const { status } = await rawRequest(testnet.homeserver.port, {
      path: `/pub/a${query}`,
      headers: { ...headers } as Record<string, string>,
    });
    expect(status).toBe(200);
  });

  it.each([
    ['GET', '/pub/a', {}, 404],
    ['PUT', '/pub/a', {}, 404],
    ['GET', '/private/a', { 'pubky-host': alice.key }, 403],
    ['PUT', '/dav/a', { 'pubky-host': alice.key }, 403],
    ['GET', '/pub', { 'pubky-host': alice.key }, 403],
    ['GET', '/events', { 'pubky-host': alice.key }, 403],
    ['GET', '/pub/', { 'pubky-host': alice.key }, 404],
    ['POST', '/pub/a', { 'pubky-host': alice.key }, 405],
    ['GET', '/', {}, 200],
    ['HEAD', '/', {}, 200],
  ] as const)('answers %s %s with headers %j with %s', async (method, path, headers, status) => {
    const { homeserver } = await start();
    expect((await rawRequest(homeserver.port, { method, path, headers })).status).toBe(status);
  });

  it('has no file by the name of a directory, and no directory by the name of a file', async () => {
    const testnet = await start();
    const { send } = await account(testnet, alice);
    expect((await send('PUT', '/pub/a/', { body: 'x' })).status).toBe(400);
    await send('PUT', '/pub/a/b', { body: 'x' });
    await send('PUT', '/pub/a', { body: 'also fine' });
    expect((await send('DELETE', '/pub/a/')).status).toBe(404);
    expect((await send('HEAD', '/pub/a/')).status).toBe(404);
    expect(await (await send('GET', '/pub/a')).text()).toBe('also fine');
  });
});

describe('limits', () => {
  it('takes files of the length allowed, announced or not', async () => {
    const testnet = await start({ homeserver: { fileBytes: 1_000 } });
    const { send } = await account(testnet, alice);
    async function* pieces(bytes: number) {
      for (let done = 0; done < bytes; done += 100) yield new Uint8Array(100);
    }
    const announced = (length: number) => send('PUT', '/pub/a', { body: new Uint8Array(length) });
    const streamed = (length: number) =>
      send('PUT', '/pub/a', { body: pieces(length), duplex: 'half' } as RequestInit);
    expect((await announced(1_000)).status).toBe(201);
    expect((await announced(1_001)).status).toBe(413);
    expect((await streamed(1_000)).status).toBe(201);
    expect((await streamed(1_100)).status).toBe(413);
    expect((await send('HEAD', '/pub/a')).headers.get('content-length')).toBe('1000');
  });

  it('holds users to their quota, which every file counts 256 bytes against', async () => {
    const testnet = await start({ homeserver: { quotaBytes: 1_000 } });
    const [own, other] = [await account(testnet, alice), await account(testnet, bob)];
    const put = async (path: string, length: number, who = own) =>
      (await who.send('PUT', path, { body: new Uint8Array(length) })).status;
    expect(await put('/pub/a', 745)).toBe(507);
    expect(await put('/pub/a', 744)).toBe(201);
    expect(await put('/pub/b', 0)).toBe(507);
    expect(await put('/pub/a', 744)).toBe(201);
    expect(await put('/pub/a', 488)).toBe(201);
    expect(await put('/pub/b', 0)).toBe(201);
    expect(await put('/pub/a', 744, other)).toBe(201);
    await own.send('DELETE', '/pub/a');
    expect(await put('/pub/c', 488)).toBe(201);
  });

  it('does not let several writes at once go over the quota together', async () => {
    // In a folder, so that there is a wait between the last byte and the change of the state.
    const testnet = await start({ folder: await folder(), homeserver: { quotaBytes: 3_000 } });
    const { send } = await account(testnet, alice);
    const writers = 10;
    let halfway = 0;
    // None ends before each has sent half: by then every one of them would fit.
    const together = until(() => halfway === writers);
    async function* body() {
      yield new Uint8Array(372);
      halfway += 1;
      await together;
      yield new Uint8Array(372);
    }
    const writes = Array.from({ length: writers }, async (_, index) => {
      const response = await send('PUT', `/pub/${index}`, { body: body(), duplex: 'half' } as RequestInit);
      return response.status;
    });
    const statuses = await Promise.all(writes);
    expect(statuses.filter((status) => status === 201)).toHaveLength(3);
    expect(statuses.filter((status) => status === 507)).toHaveLength(7);
  });

  it('answers 507 when the memory allowed is used up, and takes more once there is room', async () => {
    const testnet = await start({ memoryBytes: 1_000 });
    const { send } = await account(testnet, alice);
    const put = async (path: string, length: number) =>
      (await send('PUT', path, { body: new Uint8Array(length) })).status;
    expect(await put('/pub/a', 900)).toBe(201);
    expect(await put('/pub/b', 101)).toBe(507);
    await send('DELETE', '/pub/a');
    expect(await put('/pub/b', 1_000)).toBe(201);
  });
});
