import { inspect } from 'node:util';
import type { ProfileName } from '@pubky-paykit/patterns';
import { hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach, describe, expect, it } from 'vitest';
import type { ByteStream } from '../src/byte-stream.ts';
import { STREAM_BUFFER_BYTES } from '../src/constants.ts';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { connectTcp } from '../src/tcp/connect.ts';
import { listenTcp, type TcpServer } from '../src/tcp/server.ts';
import { scriptedStream } from '../src/testing.ts';
import { codeOf, frame, pattern, settle } from './bytes.ts';
import { accept, type LooseChannel, open, serverKey, TWO_WAY } from './pattern-peers.ts';
import { tapped } from './taps.ts';

const servers: TcpServer[] = [];

// Not in the tests: one that hangs has to end, too.
afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ drainMs: 0 })));
});

async function pair(name: ProfileName = 'N', clock = new ManualClock()) {
  const [left, right] = memoryStreamPair();
  const [client, server] = await Promise.all([open(name, left, { clock }), accept(right, undefined, clock)]);
  return { client, server, left, right, clock };
}

/** Which of the four methods a channel and its session have, inherited ones included. */
function methodsOf(channel: LooseChannel): string[] {
  return [
    ...['send', 'receive'].filter((name) => name in channel),
    ...['encrypt', 'decrypt'].filter((name) => name in channel.session),
  ];
}

describe('channels of one-way sessions', () => {
  it('have no method for the other way, and neither have their sessions [S3.3]', async () => {
    const { client, server } = await pair();
    expect(methodsOf(client)).toEqual(['send', 'encrypt']);
    expect(methodsOf(server)).toEqual(['receive', 'decrypt']);
    expect(client.receive).toBeUndefined();
    expect(server.session.encrypt).toBeUndefined();
  });

  it.each(TWO_WAY)('do not exist in %s', async (name) => {
    const { client, server } = await pair(name);
    for (const side of [client, server]) {
      expect(methodsOf(side)).toEqual(['send', 'receive', 'encrypt', 'decrypt']);
    }
  });

  it('show the facts of the session as they change', async () => {
    const { client, server } = await pair();
    const [sender, receiver] = [client.session, server.session];
    expect([sender.pattern, sender.role, sender.oneWay, sender.confirmed]).toEqual([
      'N',
      'initiator',
      true,
      false,
    ]);
    expect([sender.remoteStatic, sender.remoteIdentity]).toEqual([
      Uint8Array.from(serverKey.publicKey),
      undefined,
    ]);
    expect(sender.id).toEqual(receiver.id);
    await client.send(pattern(3));
    await server.receive();
    expect([sender.sent, sender.received, receiver.sent, receiver.received]).toEqual([1n, 0n, 0n, 1n]);
    expect([receiver.confirmed, receiver.destroyed]).toEqual([false, false]);
    await server.close();
    expect([sender.destroyed, receiver.destroyed]).toEqual([false, true]);
    sender.destroy();
    expect(await codeOf(client.send(pattern(1)))).toBe('NOISE_DESTROYED');
  });

  it('copy what they show, so that nobody changes it', async () => {
    const { session } = (await pair()).client;
    const id = session.id.slice();
    session.id.fill(0);
    expect(session.id).toEqual(id);
    expect(() => Object.assign(session, { confirmed: true })).toThrow(TypeError);
  });

  it('print as sessions do', async () => {
    const { client } = await pair();
    const { session } = client;
    expect(JSON.parse(JSON.stringify(session))).toMatchObject({
      type: 'Session',
      id: hex.encode(session.id),
      pattern: 'N',
    });
    expect(inspect(session)).toContain(hex.encode(session.id));
    expect(inspect(client)).toContain(hex.encode(session.id));
  });

  it('are closed by `await using` too', async () => {
    const { client, server } = await pair();
    await client[Symbol.asyncDispose]();
    expect(await server.receive()).toBeUndefined();
    await server[Symbol.asyncDispose]();
    expect([client.session.destroyed, server.session.destroyed]).toEqual([true, true]);
  });
});

describe('bytes that go the wrong way in N', () => {
  /** More than the stream holds for a reader that does not read. */
  const FLOOD = new Uint8Array(4 * STREAM_BUFFER_BYTES);

  it('are neither read nor answered, and hold nothing up at the sender [S3.3] [T5]', async () => {
    const stream = scriptedStream([frame(pattern(40)), frame(pattern(0), 0xffff_ffff), undefined]);
    const clock = new ManualClock();
    const client = await open('N', stream, { clock });
    for (let turn = 0; turn < 3; turn++) await client.send(pattern(turn));
    expect(stream.written.length).toBe(4);
    expect(client.session.destroyed).toBe(false);
    await client.close();
    expect([stream.state, clock.pending]).toEqual(['closed', 0]);
  });

  it('hold up who sends them until the sender closes, and are dropped then (memory) [T5]', async () => {
    const { client, server, left, right, clock } = await pair();
    let flooded = false;
    const flood = right.write(FLOOD).then(() => {
      flooded = true;
    });
    await client.send(pattern(10));
    expect(await server.receive()).toEqual(pattern(10));
    expect(flooded).toBe(false);
    await client.close();
    await flood;
    await left.closed;
    expect(await server.receive()).toBeUndefined();
    await server.close();
    await right.closed;
    expect(clock.pending).toBe(0);
  });

  it('do not keep the sender from closing, nor eat its last message (TCP) [T5]', async () => {
    const clock = new ManualClock();
    const outcome: unknown[] = [];
    let served = (): void => {};
    const done = new Promise<void>((resolve) => {
      served = resolve;
    });
    const server = await listenTcp({
      port: 0,
      clock,
      async onConnection(stream: ByteStream) {
        const channel = await accept(stream, undefined, clock);
        // 16 MB fill every buffer on the way, so this is still waiting when the sender closes.
        const flood = stream.write(new Uint8Array(16_000_000)).catch(() => {});
        outcome.push(await channel.receive(), await channel.receive());
        await flood;
        await channel.close();
        served();
      },
    });
    servers.push(server);
    const stream = await connectTcp({ host: server.host, port: server.port, clock });
    const client = await open('N', stream, { clock });
    await client.send(pattern(10));
    await client.close();
    await done;
    await stream.closed;
    expect(outcome).toEqual([pattern(10), undefined]);
  });

  it('are given up after closing, however long the peer goes on (TCP) [T2] [T5]', async () => {
    const clock = new ManualClock();
    let ended = (): void => {};
    const cut = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const server = await listenTcp({
      port: 0,
      clock,
      async onConnection(stream: ByteStream) {
        await accept(stream, undefined, clock);
        try {
          for (;;) await stream.write(FLOOD);
        } catch {
          ended();
        }
      },
    });
    servers.push(server);
    const stream = await connectTcp({ host: server.host, port: server.port, clock });
    const client = await open('N', stream, { clock });
    await client.close();
    clock.advance(2_000);
    await Promise.all([stream.closed, cut]);
  });

  it('never leave from the receiver, whatever it does [S3.3]', async () => {
    const [left, right] = memoryStreamPair();
    const toClient = tapped(right);
    const [client, server] = await Promise.all([open('N', left), accept(toClient)]);
    await client.send(pattern(10));
    await server.receive();
    await server.close();
    expect(toClient.pieces).toEqual([]);
  });
});

describe('the end of a one-way channel', () => {
  it('is a broken connection to a sender whose receiver has vanished', async () => {
    const { client, right } = await pair();
    right.abort();
    expect(await codeOf(client.send(pattern(1)))).toBe('TRANSPORT_CONNECTION_LOST');
    expect(await codeOf(client.send(pattern(1)))).toBe('TRANSPORT_CLOSED');
    await client.close();
  });

  it('does not come to a sender whose receiver has closed: there is no answer in N', async () => {
    const { client, server } = await pair();
    await server.close();
    await client.send(pattern(1));
    await client.close();
  });

  it('comes after 60 s of silence on either side, for N never confirms anybody (N8 W-47) [T2]', async () => {
    const { client, server, clock } = await pair();
    clock.advance(59_999);
    await client.send(pattern(1));
    await server.receive();
    clock.advance(59_999);
    expect([client.session.destroyed, server.session.destroyed]).toEqual([false, false]);
    clock.advance(1);
    expect([client.session.destroyed, server.session.destroyed]).toEqual([true, true]);
    expect(await codeOf(client.send(pattern(1)))).toBe('TRANSPORT_CLOSED');
    expect(await codeOf(server.receive())).toBe('TRANSPORT_CLOSED');
  });

  it('is TRANSPORT_TRUNCATED to a receiver whose sender vanished inside of a message [F2]', async () => {
    const first = scriptedStream();
    const client = await open('N', first);
    await client.send(pattern(100));
    const [opening, message] = first.written as [Uint8Array, Uint8Array];
    const stream = scriptedStream([opening, message.slice(0, 50), undefined]);
    const server = await accept(stream);
    expect(await codeOf(server.receive())).toBe('TRANSPORT_TRUNCATED');
    await settle();
    expect([stream.state, stream.written.length]).toEqual(['aborted', 0]);
  });
});
