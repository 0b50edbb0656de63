import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { noTelemetry } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { acceptChannel, openChannel } from '../../src/open-channel.ts';
import { connectTcp } from '../../src/tcp/connect.ts';
import {
  type ConnectionHandler,
  type ListenTcpOptions,
  listenTcp,
  type TcpServer,
} from '../../src/tcp/server.ts';
import { byteStreamConformance } from '../byte-stream.conformance.ts';
import { codeOf, pattern, settle } from '../bytes.ts';
import { initiator, responder } from '../fake-handshake.ts';

const host = '127.0.0.1';
const unlimited = {
  maxConnectionsPerIp: Number.POSITIVE_INFINITY,
  newConnectionsPerMinutePerIp: Number.POSITIVE_INFINITY,
};
const servers: TcpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ drainMs: 0 })));
});

async function listen(
  onConnection: ConnectionHandler,
  options: Partial<ListenTcpOptions> = {},
): Promise<TcpServer> {
  const server = await listenTcp({ port: 0, onConnection, limits: unlimited, ...options });
  servers.push(server);
  return server;
}

/** Answers every message with itself until the peer ends. */
const echo =
  (clock = new ManualClock()): ConnectionHandler =>
  async (stream) => {
    const channel = await acceptChannel(stream, (byte) => (byte === 0 ? responder() : undefined), { clock });
    for (;;) {
      const message = await channel.receive();
      if (message === undefined) break;
      await channel.send(message);
    }
    await channel.close();
  };

const open = async (port: number, clock = new ManualClock()) =>
  openChannel(await connectTcp({ host, port, clock }), initiator(), { clock, patternByte: 0 });

/** A whole conversation: the server is alive and serves. */
async function converse(port: number, length = 100): Promise<void> {
  const channel = await open(port);
  await channel.send(pattern(length));
  expect(await channel.receive()).toEqual(pattern(length));
  await channel.close();
}

async function rawSocket(port: number): Promise<Socket> {
  const socket = connect({ host, port });
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

/** Waits for what other sockets' events bring about; no sleeping. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Something that happened `wanted` times; no sleeping. */
function counter() {
  let count = 0;
  let wake = (): void => {};
  return {
    add() {
      count += 1;
      wake();
    },
    async reach(wanted: number) {
      while (count < wanted) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

byteStreamConformance('TCP', async () => {
  let take: (stream: Parameters<ConnectionHandler>[0]) => void = () => {};
  const accepted = new Promise<Parameters<ConnectionHandler>[0]>((resolve) => {
    take = resolve;
  });
  const server = await listenTcp({
    port: 0,
    onConnection: async (stream) => {
      take(stream);
      await stream.closed;
    },
  });
  const left = await connectTcp({ host, port: server.port });
  return {
    left,
    right: await accepted,
    async dispose() {
      left.abort();
      await server.close({ drainMs: 0 });
    },
  };
});

describe('listenTcp', () => {
  it('serves on a port of its choice, on loopback', async () => {
    const server = await listen(echo());
    expect(server.port).toBeGreaterThan(0);
    expect(server.host).toBe(host);
    await converse(server.port, 65_519);
  });

  it.each(['0.0.0.0', '::', ''])(
    '[T1] does not listen on "%s" unless that is said by name',
    async (elsewhere) => {
      const outcome = listenTcp({ host: elsewhere, port: 0, onConnection: echo() });
      expect(await codeOf(outcome)).toBe('TRANSPORT_INSECURE_HOST');
    },
  );

  it('[T1] listens anywhere with allowInsecure', async () => {
    const server = await listen(echo(), { host: '0.0.0.0', allowInsecure: true });
    await converse(server.port);
  });

  it('says TRANSPORT_LISTEN_FAILED for a port in use', async () => {
    const { port } = await listen(echo());
    await expect(listenTcp({ port, onConnection: echo() })).rejects.toMatchObject({
      code: 'TRANSPORT_LISTEN_FAILED',
      context: { reason: 'EADDRINUSE' },
    });
  });

  it('[W-07] [W-08] [T5] serves on through silent, vanishing, babbling, slow and failing connections', async () => {
    const clock = new ManualClock();
    const failures: string[] = [];
    const failed = counter();
    const telemetry = {
      ...noTelemetry,
      count(name: string, _: number, attributes: Readonly<Record<string, unknown>> = {}) {
        if (name !== 'transport.connections_failed') return;
        failures.push(String(attributes['error']));
        failed.add();
      },
    };
    let turn = 0;
    const server = await listen(
      async (stream, context) => {
        turn += 1;
        if (turn === 1) throw new Error('a bug in the handler');
        if (turn === 2) return new Promise(() => {});
        return echo(clock)(stream, context);
      },
      { telemetry },
    );

    const thrownAt = await rawSocket(server.port);
    await once(thrownAt, 'close');
    const hanging = await rawSocket(server.port);
    const vanishing = await rawSocket(server.port);
    vanishing.end();
    await once(vanishing, 'close');
    const resetting = await rawSocket(server.port);
    // A reset before the accept would not reach the handler.
    await until(() => turn === 4);
    resetting.resetAndDestroy();
    const babbling = await rawSocket(server.port);
    babbling.write('GET / HTTP/1.1\r\n\r\n');
    await once(babbling, 'close');
    const silent = await rawSocket(server.port);
    const slow = await rawSocket(server.port);
    slow.write(Uint8Array.of(0, 0, 0));

    await converse(server.port);
    await failed.reach(4);
    await until(() => server.connections === 3);
    clock.advance(30_000);
    await Promise.all([once(silent, 'close'), once(slow, 'close')]);
    await failed.reach(6);
    expect(failures.sort()).toEqual([
      'TRANSPORT_CONNECTION_LOST',
      'TRANSPORT_HANDSHAKE_CUT',
      'TRANSPORT_PATTERN_REFUSED',
      'TRANSPORT_TIMED_OUT',
      'TRANSPORT_TIMED_OUT',
      'unknown',
    ]);
    await converse(server.port);
    hanging.destroy();
  });

  it('[W-08] [T4] carries 150 conversations at once, while 20 peers say nothing', async () => {
    const server = await listen(echo());
    const silent = await Promise.all(Array.from({ length: 20 }, () => rawSocket(server.port)));
    const channels = await Promise.all(Array.from({ length: 150 }, () => open(server.port)));
    expect(server.connections).toBe(170);
    await Promise.all(
      channels.map(async (channel, at) => {
        for (let turn = 0; turn < 3; turn++) {
          await channel.send(pattern(500 + at, turn));
          expect(await channel.receive()).toEqual(pattern(500 + at, turn));
        }
        await channel.close();
      }),
    );
    for (const socket of silent) socket.destroy();
  }, 20_000);

  it('[T4] takes 10 new connections a minute from one address, and tells the rest nothing', async () => {
    const clock = new ManualClock();
    const server = await listen(echo(clock), { clock, limits: {} });
    for (let turn = 0; turn < 10; turn++) await converse(server.port);
    expect(await codeOf(open(server.port))).toMatch(/^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/);
    clock.advance(60_000);
    await converse(server.port);
  });

  it.each([{ maxConnections: 2 }, { maxConnectionsPerIp: 2 }])(
    '[T4] holds %o and takes others when they leave',
    async (limit) => {
      const server = await listen(echo(), { limits: { ...unlimited, ...limit } });
      const [first] = [await open(server.port), await open(server.port)];
      expect(await codeOf(open(server.port))).toMatch(/^TRANSPORT_(HANDSHAKE_CUT|CONNECTION_LOST)$/);
      await first.close();
      await until(() => server.connections === 1);
      await converse(server.port);
    },
  );

  it('[F2] tells an interrupted peer TRANSPORT_CONNECTION_LOST or TRANSPORT_TRUNCATED', async () => {
    const server = await listen(async (stream) => {
      const channel = await acceptChannel(stream, () => responder(), { clock: new ManualClock() });
      await channel.receive();
      await stream.write(Uint8Array.of(0, 0, 1));
      throw new Error('the process dies');
    });
    const channel = await open(server.port);
    await channel.send(pattern(1));
    expect(await codeOf(channel.receive())).toMatch(/^TRANSPORT_(TRUNCATED|CONNECTION_LOST)$/);
    expect(await codeOf(channel.receive())).toBe('TRANSPORT_CLOSED');
  });

  it('delivers the last message before a close, although the peer left bytes unread', async () => {
    const clock = new ManualClock();
    const server = await listen(
      async (stream) => {
        const channel = await acceptChannel(stream, () => responder(), { clock });
        await channel.receive();
        await channel.send(pattern(60_000));
        await channel.close();
      },
      { clock },
    );
    const channel = await open(server.port, clock);
    // The second and third are never read by the handler: a reset on close would eat its answer.
    for (let turn = 0; turn < 3; turn++) await channel.send(pattern(60_000));
    expect(await channel.receive()).toEqual(pattern(60_000));
    expect(await channel.receive()).toBeUndefined();
    await channel.close();
    await server.close();
    await until(() => clock.pending === 0);
  });
});

describe('connectTcp with a listening peer', () => {
  it('gives up on a peer that keeps its half open, after a while', async () => {
    const clock = new ManualClock();
    const deaf = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).pause());
    await new Promise<void>((resolve) => {
      deaf.listen(0, host, resolve);
    });
    const stream = await connectTcp({ host, port: (deaf.address() as { port: number }).port, clock });
    await stream.close();
    expect(clock.pending).toBe(1);
    clock.advance(2_000);
    await stream.closed;
    expect(clock.pending).toBe(0);
    deaf.close();
  });
});

describe('TcpServer.close', () => {
  it('[T6] stops accepting, lets the busy finish, and leaves no timer', async () => {
    const clock = new ManualClock();
    const started = counter();
    const server = await listen(
      async (stream, { closing }) => {
        const channel = await acceptChannel(stream, () => responder(), { clock });
        started.add();
        // Idle until the server closes: the message that is under way then is still answered.
        await codeOf(channel.receive({ signal: closing }));
        await channel.send(pattern(7));
        await channel.close();
      },
      { clock },
    );
    const channel = await open(server.port, clock);
    await started.reach(1);
    const closing = server.close({ drainMs: 5_000 });
    expect(await channel.receive()).toEqual(pattern(7));
    expect(await channel.receive()).toBeUndefined();
    await channel.close();
    await closing;
    expect(await codeOf(connectTcp({ host, port: server.port, clock }))).toBe('TRANSPORT_CONNECT_FAILED');
    await until(() => clock.pending === 0);
    expect(server.connections).toBe(0);
  });

  it('[T6] destroys what is left when the drain time is over', async () => {
    const clock = new ManualClock();
    const started = counter();
    const server = await listen(
      () => {
        started.add();
        return new Promise(() => {});
      },
      { clock },
    );
    const socket = await rawSocket(server.port);
    await started.reach(1);
    const gone = once(socket.resume(), 'close');
    let closed = false;
    const closing = server.close({ drainMs: 5_000 }).then(() => {
      closed = true;
    });
    clock.advance(4_999);
    await settle();
    expect(closed).toBe(false);
    clock.advance(1);
    await Promise.all([closing, gone]);
    expect([server.connections, clock.pending]).toEqual([0, 0]);
  });

  it('[T6] does not wait with drainMs 0, and is the same end for every caller', async () => {
    const server = await listen(() => new Promise(() => {}));
    const socket = await rawSocket(server.port);
    const gone = once(socket.resume(), 'close');
    await Promise.all([server.close({ drainMs: 0 }), server.close(), server[Symbol.asyncDispose](), gone]);
    expect(server.connections).toBe(0);
  });
});

describe('listenTcp with a logger or telemetry that throws', () => {
  it('goes on serving [T5]', async () => {
    const fail = (): never => {
      throw new Error('the disk is full');
    };
    const server = await listen(
      async () => {
        throw new Error('of the handler');
      },
      {
        limits: { ...unlimited, maxConnections: 1 },
        logger: { debug: fail, info: fail, warn: fail, error: fail },
        telemetry: { ...noTelemetry, count: fail },
      },
    );
    for (let i = 0; i < 3; i++) {
      const stream = await connectTcp({ host, port: server.port });
      await stream.read().catch(() => {});
      stream.abort();
    }
    expect(server.port).toBeGreaterThan(0);
  });
});
