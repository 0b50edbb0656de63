import { once } from 'node:events';
import { connect } from 'node:net';
import { PROFILES, type ProfileName } from '@pubky-paykit/patterns';
import { concatBytes, noTelemetry } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { connectTcp } from '../../src/tcp/connect.ts';
import { listenTcp, type TcpServer } from '../../src/tcp/server.ts';
import { frame, pattern } from '../bytes.ts';
import { accept, dial, type LooseChannel, NAMES, offerAll, open } from '../pattern-peers.ts';
import { tapped } from '../taps.ts';

const host = '127.0.0.1';
const servers: TcpServer[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close({ drainMs: 0 })));
});

/** A server of all patterns that answers what it can answer, and everything it has to say about its connections. */
async function serve(clock = new ManualClock()) {
  const offer = offerAll();
  const failures: string[] = [];
  const received: Uint8Array[] = [];
  let wake = (): void => {};
  const changed = (): void => wake();
  const server = await listenTcp({
    port: 0,
    clock,
    limits: {
      maxConnectionsPerIp: Number.POSITIVE_INFINITY,
      newConnectionsPerMinutePerIp: Number.POSITIVE_INFINITY,
    },
    telemetry: {
      ...noTelemetry,
      count(name, _, attributes = {}) {
        if (name !== 'transport.connections_failed') return;
        failures.push(String(attributes['error']));
        changed();
      },
    },
    async onConnection(stream) {
      const channel = await accept(stream, offer, clock);
      for (;;) {
        const message = await channel.receive();
        if (message === undefined) break;
        received.push(message);
        changed();
        if ('send' in channel) await channel.send(message);
      }
      await channel.close();
    },
  });
  servers.push(server);
  return {
    port: server.port,
    clock,
    failures,
    received,
    /** Waits until something that the server does makes it so. */
    async until(condition: () => boolean) {
      while (!condition()) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}

type Served = Awaited<ReturnType<typeof serve>>;

const channelTo = async (name: ProfileName, { port, clock }: Served) =>
  open(name, await connectTcp({ host, port, clock }), { clock });

/** One message there, and back where the pattern has a way back. */
async function exchange(channel: LooseChannel, served: Served, length: number): Promise<void> {
  const before = served.received.length;
  await channel.send(pattern(length));
  if ('receive' in channel) expect(await channel.receive()).toEqual(pattern(length));
  await served.until(() => served.received.length > before);
  expect(served.received.at(-1)).toEqual(pattern(length));
}

/** Sends bytes on a connection of its own and waits until the server has cut it. */
async function attack(bytes: Uint8Array, served: Served): Promise<string | undefined> {
  const before = served.failures.length;
  const socket = connect({ host, port: served.port });
  socket.on('error', () => {});
  const closed = once(socket, 'close');
  socket.resume();
  socket.write(bytes);
  await served.until(() => served.failures.length > before);
  await closed;
  return served.failures[before];
}

const opening = (name: ProfileName, body: Uint8Array, length = body.length) =>
  concatBytes(Uint8Array.of(PROFILES[name].byte), frame(body, length));

describe('one TCP server of all patterns', () => {
  it('serves a channel of each at once [S3.1] [T5]', async () => {
    const served = await serve();
    const channels = await Promise.all(NAMES.map((name) => channelTo(name, served)));
    for (const channel of channels) await exchange(channel, served, 3_000);
    for (const channel of channels) await channel.close();
    expect(served.failures).toEqual([]);
  });

  it('keeps every channel alive while peers of every pattern send what is wrong [T4] [T5] [F3]', async () => {
    const served = await serve();
    const recordings: Uint8Array[] = [];
    const channels: LooseChannel[] = [];
    for (const name of NAMES) {
      const { port, clock } = served;
      const stream = tapped(await connectTcp({ host, port, clock }));
      channels.push(await open(name, stream, { clock }));
      recordings.push(stream.bytes);
    }

    const codes: Record<string, (string | undefined)[]> = {};
    for (const [at, name] of NAMES.entries()) {
      const bad = [
        opening(name, pattern(0), 4_097),
        opening(name, pattern(0)),
        opening(name, concatBytes(new Uint8Array(32), (await dial(name).write()).slice(32))),
        concatBytes(opening(name, pattern((await dial(name).write()).length)), frame(pattern(300))),
        recordings[at] as Uint8Array,
      ];
      codes[name] = [];
      for (const bytes of bad) codes[name].push(await attack(bytes, served));
      for (const channel of channels) await exchange(channel, served, 40 + at);
    }
    const replayable = ['FRAME_TOO_LONG', 'FRAME_TOO_SHORT'].map((code) => `TRANSPORT_${code}`);
    const weak = [...replayable, 'NOISE_WEAK_KEY', 'NOISE_DECRYPT_FAILED'];
    expect(codes).toEqual({
      IK: [...weak, 'PATTERNS_REPLAYED'],
      'IK-raw': [...weak, 'PATTERNS_REPLAYED'],
      N: [...weak, 'PATTERNS_REPLAYED'],
      // A fresh key of the server answers the recording, whose second message does not fit any more.
      NN: [...weak, 'NOISE_DECRYPT_FAILED'],
      XX: [...weak, 'NOISE_DECRYPT_FAILED'],
    });
    expect(await attack(Uint8Array.of(5), served)).toBe('TRANSPORT_PATTERN_REFUSED');
    for (const channel of channels) await exchange(channel, served, 90);
    for (const channel of channels) await channel.close();
  });

  it('gives a client that stays silent after NN 30 s, and nobody else less [T2] [T5]', async () => {
    const served = await serve();
    const living = await channelTo('XX', served);
    const socket = connect({ host, port: served.port });
    socket.on('error', () => {});
    const answered = once(socket, 'data');
    socket.write(opening('NN', await dial('NN').write()));
    await answered;
    served.clock.advance(29_999);
    await exchange(living, served, 10);
    served.clock.advance(1);
    await once(socket, 'close');
    await served.until(() => served.failures.length > 0);
    expect(served.failures).toEqual(['TRANSPORT_TIMED_OUT']);
    await exchange(living, served, 11);
    await living.close();
  });
});
