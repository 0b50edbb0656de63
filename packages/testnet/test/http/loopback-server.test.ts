import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';
import { type Logger, silentLogger } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { CUT, type HttpHandler, Refusal, readWhole, textReply } from '../../src/http/exchange.ts';
import { LoopbackServer } from '../../src/http/loopback-server.ts';
import { until } from '../networks.ts';
import { rawBytes, rawRequest } from '../raw-request.ts';

const servers: LoopbackServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(handler: HttpHandler, logger: Logger = silentLogger, clock = new ManualClock()) {
  const server = await LoopbackServer.listen({ service: 'relay', port: 0, clock, logger });
  servers.push(server);
  server.serve(handler);
  return server;
}

const hello: HttpHandler = async () => textReply(200, 'hello');
const echo: HttpHandler = async (request) => ({ status: 200, body: await readWhole(request, 1_000) });

async function isAlive(server: LoopbackServer): Promise<boolean> {
  return (await fetch(`${server.url}/`)).status === 200;
}

async function open(port: number, host = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

describe('LoopbackServer', () => {
  it('answers on both loopback addresses', async () => {
    const server = await serve(hello);
    expect(await (await fetch(`http://127.0.0.1:${server.port}/`)).text()).toBe('hello');
    const hasIpv6 = networkInterfaces()['lo']?.some(({ family }) => family === 'IPv6') ?? false;
    if (hasIpv6) expect(await (await fetch(`http://[::1]:${server.port}/`)).text()).toBe('hello');
  });

  it('cannot be reached by the other addresses of the machine [T1]', async () => {
    const server = await serve(hello);
    const addresses = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of addresses) {
      const socket = connect({ host: address, port: server.port });
      await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    }
  });

  it('answers 503 before it has something to serve', async () => {
    const server = await LoopbackServer.listen({
      service: 'relay',
      port: 0,
      clock: new ManualClock(),
      logger: silentLogger,
    });
    servers.push(server);
    expect((await fetch(server.url)).status).toBe(503);
  });

  it.each(['127.0.0.1', '::1'])('says which port is taken, if only on %s', async (host) => {
    const other = createServer();
    try {
      other.listen({ host, port: 0 });
      await once(other, 'listening');
    } catch {
      return; // A machine without IPv6 has nothing to show here.
    }
    const { port } = other.address() as AddressInfo;
    await expect(
      LoopbackServer.listen({
        service: 'authRelay',
        port,
        clock: new ManualClock(),
        logger: silentLogger,
      }),
    ).rejects.toMatchObject({ code: 'TESTNET_PORT_TAKEN', context: { service: 'authRelay', port } });
    other.close();
    await once(other, 'close');
  });

  it('says why it cannot listen otherwise', async () => {
    const listening = LoopbackServer.listen({
      service: 'relay',
      port: 65_536,
      clock: new ManualClock(),
      logger: silentLogger,
    });
    await expect(listening).rejects.toMatchObject({
      code: 'TESTNET_LISTEN_FAILED',
      context: { reason: 'ERR_SOCKET_BAD_PORT' },
    });
  });

  it('turns a refusal into its answer, and anything else into 500 and a line of the log', async () => {
    const lines: unknown[] = [];
    const logger: Logger = { ...silentLogger, error: (_, fields) => lines.push(fields) };
    const server = await serve(async ({ path }) => {
      if (path === '/refused') throw new Refusal(418, 'a teapot', { 'x-teapot': 'yes' });
      if (path === '/broken') throw Object.assign(new Error('secret words'), { code: 'EBROKEN' });
      return textReply(200, 'hello');
    }, logger);
    const refused = await fetch(`${server.url}/refused`);
    expect([refused.status, await refused.text(), refused.headers.get('x-teapot')]).toEqual([
      418,
      'a teapot',
      'yes',
    ]);
    const broken = await fetch(`${server.url}/broken`);
    expect([broken.status, await broken.text()]).toEqual([500, 'internal error']);
    expect(lines).toEqual([{ service: 'relay', error: 'EBROKEN' }]);
    expect(await isAlive(server)).toBe(true);
  });

  it('cuts an answer whose body fails half-way, and lives on', async () => {
    const server = await serve(async ({ path }) => {
      if (path !== '/half') return textReply(200, 'hello');
      async function* body() {
        yield 'half';
        throw new Error('broken');
      }
      return { status: 200, headers: { 'content-length': 8 }, body: body() };
    });
    await expect(fetch(`${server.url}/half`).then((response) => response.text())).rejects.toThrow();
    expect(await isAlive(server)).toBe(true);
  });

  it('refuses a body that is announced too long before it comes', async () => {
    let pieces = 0;
    const server = await serve(async (request) => {
      for await (const _ of request.chunks(10)) pieces += 1;
      return textReply(200, 'hello');
    });
    const response = await fetch(server.url, { method: 'POST', body: new Uint8Array(5_000_000) });
    expect([response.status, pieces]).toEqual([413, 0]);
    expect((await fetch(server.url)).status).toBe(200);
  });

  it('refuses a body that turns out too long while it comes, and its client sees that', async () => {
    const server = await serve(echo);
    async function* body() {
      for (let piece = 0; piece < 200; piece++) yield new Uint8Array(10_000);
    }
    const response = await fetch(server.url, {
      method: 'POST',
      body: body(),
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
  });

  it('takes a body of exactly the length allowed', async () => {
    const server = await serve(echo);
    const response = await fetch(server.url, { method: 'POST', body: new Uint8Array(1_000).fill(7) });
    expect((await response.arrayBuffer()).byteLength).toBe(1_000);
  });

  it('lets go of a client that sends on and on after a refusal', async () => {
    const clock = new ManualClock();
    const server = await serve(echo, silentLogger, clock);
    const socket = await open(server.port);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n');
    expect(String((await once(socket, 'data'))[0])).toMatch(/^HTTP\/1.1 413/);
    await until(() => clock.pending > 0);
    const closed = once(socket, 'close');
    clock.advance(2_000);
    await closed;
    expect(clock.pending).toBe(0);
  });

  it('does not take half a body for a whole one', async () => {
    let failed: unknown;
    const server = await serve(async (request) => {
      if (request.method === 'GET') return textReply(200, 'hello');
      try {
        return { status: 200, body: await readWhole(request, 1_000) };
      } catch (error) {
        failed = error;
        throw error;
      }
    });
    const socket = await open(server.port);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\nhalf');
    socket.destroy();
    await until(() => failed !== undefined);
    expect(await isAlive(server)).toBe(true);
  });

  it.each([
    ['no HTTP', 'hello\r\n\r\n', 400],
    ['binary rubbish', Uint8Array.from({ length: 300 }, (_, index) => index), 400],
    ['a TLS greeting', Uint8Array.of(0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0), 400],
    ['no host', 'GET / HTTP/1.1\r\n\r\n', 400],
    ['a bad header', 'GET / HTTP/1.1\r\nhost: x\r\nbad header\r\n\r\n', 400],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 400],
    [
      'length and chunks',
      'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    ['a whole address', 'GET http://example.com/ HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', 400],
    ['long headers', `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(40_000)}\r\n\r\n`, 431],
    ['a control character', 'GET /\x01 HTTP/1.1\r\nhost: x\r\n\r\n', 400],
  ])('refuses %s and lives on', async (_, bytes, status) => {
    const server = await serve(hello);
    expect(await rawBytes(server.port, bytes)).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await isAlive(server)).toBe(true);
  });

  it('says nothing to a tunnel and nothing new to an upgrade', async () => {
    const server = await serve(hello);
    expect(await rawBytes(server.port, 'CONNECT x:1 HTTP/1.1\r\nhost: x:1\r\n\r\n')).toBe('');
    const upgrade = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: upgrade, close\r\nupgrade: websocket\r\n\r\n';
    expect(await rawBytes(server.port, upgrade)).toMatch(/^HTTP\/1.1 200/);
    expect(await isAlive(server)).toBe(true);
  });

  it('sends headers but no body for HEAD, and never starts a stream for it', async () => {
    let read = false;
    let released = 0;
    const server = await serve(async () => {
      async function* body() {
        read = true;
        yield 'x';
      }
      return {
        status: 200,
        headers: { 'content-length': 1 },
        body: body(),
        release: async () => {
          released += 1;
        },
      };
    });
    const { status, headers, body } = await rawRequest(server.port, { method: 'HEAD', path: '/' });
    expect([status, headers['content-length'], body.length]).toEqual([200, '1', 0]);
    expect([read, released]).toEqual([false, 1]);
  });

  it('tells a handler when its client has gone, and releases what it held', async () => {
    let aborted = 0;
    let released = 0;
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const server = await serve(async (request) => {
      started();
      await new Promise<void>((resolve) => request.signal.addEventListener('abort', resolve));
      aborted += 1;
      const release = async () => {
        released += 1;
      };
      return { status: 200, release };
    });
    const socket = await open(server.port);
    socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await running;
    socket.destroy();
    await until(() => released > 0);
    expect([aborted, released]).toEqual([1, 1]);
  });

  it('ends every connection when it closes: silent, half a request, waiting and streaming', async () => {
    const server = await serve(async (request) => {
      if (request.path === '/wait') {
        await new Promise<void>((resolve) => request.signal.addEventListener('abort', resolve));
        return CUT;
      }
      async function* endless() {
        while (!request.signal.aborted) {
          yield 'more';
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      return { status: 200, body: endless() };
    });
    const sockets = await Promise.all([1, 2, 3, 4].map(() => open(server.port)));
    sockets[1]?.write('GET / HTT');
    sockets[2]?.write('GET /wait HTTP/1.1\r\nhost: x\r\n\r\n');
    sockets[3]?.write('GET /stream HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(sockets[3] as Socket, 'data');
    const ended = sockets.map((socket) => once(socket, 'close'));
    for (const socket of sockets) socket.resume();
    await Promise.all([server.close(), server.close(), ...ended]);
    await expect(open(server.port)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});
