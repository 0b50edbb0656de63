import { type AnySession, PROFILES, type ProfileHandshake, type Session } from '@pubky-paykit/patterns';
import { CLIENT_IDENTITY, CLIENT_NOISE_KEY, SERVER_IDENTITY } from '@pubky-paykit/patterns/testing';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import type { ByteStream } from '../src/byte-stream.ts';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { openChannel } from '../src/open-channel.ts';
import { connectTcp } from '../src/tcp/connect.ts';
import { listenTcp } from '../src/tcp/server.ts';
import { rechunked } from '../src/testing.ts';
import { pattern } from './bytes.ts';
import {
  accept,
  dial,
  type LooseChannel,
  NAMES,
  offerAll,
  open,
  serverKey,
  TWO_WAY,
} from './pattern-peers.ts';
import { bodiesOf, tapped } from './taps.ts';

/** Lengths of the handshake messages by who writes them; N8 §1.8, P8 §3.3, and the attestation of P8 §2.2 with its tag. */
const ATTESTATION_FRAME = 257 + 16;
const WIRE = {
  IK: { initiator: [670], responder: [48] },
  'IK-raw': { initiator: [96], responder: [48] },
  N: { initiator: [48], responder: [] },
  NN: { initiator: [32, ATTESTATION_FRAME], responder: [48, ATTESTATION_FRAME] },
  XX: { initiator: [32, 64], responder: [96] },
} as const;

/** Runs `work` with the two ends of a connection of one kind. */
type Carrier = (work: (left: ByteStream, right: ByteStream) => Promise<void>) => Promise<void>;

const CARRIERS: Readonly<Record<string, Carrier>> = {
  memory: (work) => work(...memoryStreamPair()),
  'memory, one byte at a time': async (work) => {
    const [left, right] = memoryStreamPair();
    await work(rechunked(left, [1]), rechunked(right, [1]));
  },
  TCP: async (work) => {
    let accepted = (_: ByteStream): void => {};
    const right = new Promise<ByteStream>((resolve) => {
      accepted = resolve;
    });
    const server = await listenTcp({
      port: 0,
      async onConnection(stream) {
        accepted(stream);
        await stream.closed;
      },
    });
    try {
      await work(await connectTcp({ host: server.host, port: server.port }), await right);
    } finally {
      await server.close({ drainMs: 0 });
    }
  },
};

/** Sends messages of all sizes one way, and one of them before the other side listens. */
async function carry(from: LooseChannel, to: LooseChannel): Promise<void> {
  const lengths = [0, 1, 257, 3_000];
  const sending = Promise.all(lengths.map((length, at) => from.send(pattern(length, at))));
  for (const [at, length] of lengths.entries()) expect(await to.receive()).toEqual(pattern(length, at));
  await sending;
}

describe.each(Object.keys(CARRIERS))('channels over %s', (carrier) => {
  const over = CARRIERS[carrier] as Carrier;

  it.each(TWO_WAY)('carry %s: handshake, messages both ways, and the end [S3.1]', async (name) => {
    await over(async (left, right) => {
      const [client, server] = await Promise.all([open(name, left), accept(right)]);
      expect([client.session.pattern, server.session.pattern]).toEqual([name, name]);
      expect(client.session.id).toEqual(server.session.id);
      await carry(client, server);
      await carry(server, client);
      expect([client.session.confirmed, server.session.confirmed]).toEqual([true, true]);
      await client.close();
      expect(await server.receive()).toBeUndefined();
      await server.close();
      expect([client.session.destroyed, server.session.destroyed]).toEqual([true, true]);
      await Promise.all([left.closed, right.closed]);
    });
  });

  it('carry N: handshake, messages one way, and the end [S3.1] [S3.3]', async () => {
    await over(async (left, right) => {
      const [client, server] = await Promise.all([open('N', left), accept(right)]);
      await carry(client, server);
      await client.close();
      expect(await server.receive()).toBeUndefined();
      await server.close();
      expect([client.session.destroyed, server.session.destroyed]).toEqual([true, true]);
      await Promise.all([left.closed, right.closed]);
    });
  });
});

describe('what goes over the wire', () => {
  it.each(NAMES)(
    'is the byte of %s and frames of the expected lengths, and nothing more [S3.1]',
    async (name) => {
      const [left, right] = memoryStreamPair();
      const [toServer, toClient] = [tapped(left), tapped(right)];
      const [client, server] = await Promise.all([open(name, toServer), accept(toClient)]);
      expect(toServer.bytes[0]).toBe(PROFILES[name].byte);
      expect(bodiesOf(toServer.bytes.slice(1)).map(({ length }) => length)).toEqual(WIRE[name].initiator);
      expect(bodiesOf(toClient.bytes).map(({ length }) => length)).toEqual(WIRE[name].responder);
      await client.send(pattern(10));
      await server.receive();
      const { initiator, responder } = WIRE[name];
      expect(toServer.pieces.slice(initiator.length).map((piece) => bodiesOf(piece)[0]?.length)).toEqual([
        26,
      ]);
      expect(toClient.pieces.length).toBe(responder.length);
      await Promise.all([client.close(), server.close()]);
    },
  );

  it('is legacy IK without a byte, where both sides leave it out (P8 §3.2)', async () => {
    const [left, right] = memoryStreamPair();
    const [toServer, toClient] = [tapped(left), tapped(right)];
    const clock = new ManualClock();
    const [client, server] = await Promise.all([
      openChannel(toServer, dial('IK') as ProfileHandshake<Session>, { clock }),
      openChannel(toClient, offerAll()(PROFILES.IK.byte) as ProfileHandshake<Session>, { clock }),
    ]);
    expect(bodiesOf(toServer.bytes).map(({ length }) => length)).toEqual(WIRE.IK.initiator);
    expect(bodiesOf(toClient.bytes).map(({ length }) => length)).toEqual(WIRE.IK.responder);
    await carry(client, server);
    await carry(server, client);
  });

  it.each(NAMES)('shows no identity and no static key of %s that the pattern hides', async (name) => {
    const [left, right] = memoryStreamPair();
    const [toServer, toClient] = [tapped(left), tapped(right)];
    await Promise.all([open(name, toServer), accept(toClient)]);
    const seen = Buffer.concat([toServer.bytes, toClient.bytes]);
    for (const key of [CLIENT_IDENTITY, SERVER_IDENTITY, CLIENT_NOISE_KEY, serverKey.publicKey]) {
      expect(seen.includes(Buffer.from(key))).toBe(false);
      expect(seen.includes(Buffer.from(key).toString('hex'))).toBe(false);
    }
  });
});

describe('who a channel says is there', () => {
  /** What each side learns, by what the handshake of the profile proves. */
  const LEARNT = {
    IK: [
      { remoteStatic: serverKey.publicKey },
      { remoteStatic: CLIENT_NOISE_KEY, remoteIdentity: CLIENT_IDENTITY },
    ],
    'IK-raw': [{ remoteStatic: serverKey.publicKey }, { remoteStatic: CLIENT_NOISE_KEY }],
    N: [{ remoteStatic: serverKey.publicKey }, {}],
    NN: [{ remoteIdentity: SERVER_IDENTITY }, { remoteIdentity: CLIENT_IDENTITY }],
    XX: [{ remoteStatic: serverKey.publicKey }, { remoteStatic: CLIENT_NOISE_KEY }],
  } as const;

  it.each(NAMES)('is what %s proves [S3.1]', async (name) => {
    const [left, right] = memoryStreamPair();
    const channels = await Promise.all([open(name, left), accept(right)]);
    const seen = channels.map(({ session: { remoteStatic, remoteIdentity } }: { session: AnySession }) =>
      Object.fromEntries(
        Object.entries({ remoteStatic, remoteIdentity }).filter(([, key]) => key !== undefined),
      ),
    );
    expect(seen).toEqual(
      LEARNT[name].map((keys) =>
        Object.fromEntries(Object.entries(keys).map(([what, key]) => [what, Uint8Array.from(key)])),
      ),
    );
  });
});
