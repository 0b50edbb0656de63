import type { Suite } from '@pubky-paykit/noise-core';
import { createIdentitySigner, NN, type ProfileHandshake, type Session } from '@pubky-paykit/patterns';
import { CLIENT_IDENTITY } from '@pubky-paykit/patterns/testing';
import { encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { acceptChannel, openChannel } from '../src/open-channel.ts';
import { type ScriptedStream, scriptedStream } from '../src/testing.ts';
import { codeOf, frame, pattern, settle } from './bytes.ts';
import { attest, type Forge, forgingNn } from './forging-nn.ts';
import { accept, clientSigner, dial, offerAll, open, SUITE, serverSigner } from './pattern-peers.ts';
import { tapped } from './taps.ts';

const stranger = createIdentitySigner(new Uint8Array(32).fill(0x77));

/** The suite, and how often it was asked to decrypt. */
function countingSuite() {
  const counts = { decrypts: 0 };
  const suite: Suite = {
    ...SUITE,
    cipher: {
      ...SUITE.cipher,
      decrypt: (...sealed) => {
        counts.decrypts += 1;
        return SUITE.cipher.decrypt(...sealed);
      },
    },
  };
  return { suite, counts };
}

/** An NN handshake that is live no longer answers so, whatever it is asked. */
async function endOf(handshake: Pick<ProfileHandshake<Session>, 'write'>): Promise<unknown> {
  return handshake.write().catch(({ code, context }: { code: string; context: unknown }) => [code, context]);
}
const DESTROYED = ['PATTERNS_HANDSHAKE_ENDED', { by: 'destroy' }];

const swapped: Forge = ({ own, other }) => attest(stranger, { signer: other, other: own });
const unsigned: Forge = ({ own, other }) => attest(stranger, { signer: own, other }, clientSigner.publicKey);
const ofAnotherSession: Forge = ({ own }) =>
  attest(stranger, { signer: own, other: new Uint8Array(32).fill(9) });
const reflected: Forge = ({ received }) => received ?? new Uint8Array(0);

describe('a client that attests wrongly in NN', () => {
  it.each<[string, Forge, string]>([
    ['is silent about itself', () => new Uint8Array(0), 'PATTERNS_ATTESTATION_INVALID'],
    ['sends something else', () => encodeUtf8('{"type":"Ack"}'), 'PATTERNS_ATTESTATION_INVALID'],
    ['sends too much', () => new Uint8Array(4_001).fill(0x20), 'PATTERNS_ATTESTATION_INVALID'],
    ['names somebody else', unsigned, 'PATTERNS_ATTESTATION_UNVERIFIED'],
    ['has signed for another session', ofAnotherSession, 'PATTERNS_ATTESTATION_UNVERIFIED'],
    ['has the keys in the wrong order', swapped, 'PATTERNS_ATTESTATION_SWAPPED'],
    ['sends back what it got', reflected, 'PATTERNS_ATTESTATION_REFLECTED'],
  ])(
    '%s: refused before there is a channel, and nothing it says is decrypted [S3.3] [F3]',
    async (_, forge, code) => {
      const [left, right] = memoryStreamPair();
      const toClient = tapped(right);
      const { suite, counts } = countingSuite();
      let accepted = false;
      const accepting = accept(toClient, offerAll({ suite })).then(() => {
        accepted = true;
      });
      const client = await openChannel(left, forgingNn('initiator', forge), { patternByte: NN.byte });
      const sending = [client.send(pattern(100)), client.send(pattern(200))].map(codeOf);
      expect(await codeOf(accepting)).toBe(code);
      await Promise.all(sending);
      // The attestation itself was decrypted, as it has to be, and nothing after it.
      expect([accepted, counts.decrypts]).toEqual([false, 1]);
      expect(await codeOf(client.receive())).toMatch(/^TRANSPORT_(CONNECTION_LOST|CLOSED)$/);
      // Message 2 and the server's own attestation; no word about what was wrong.
      expect(toClient.pieces.map(({ length }) => length)).toEqual([52, 277]);
    },
  );

  it('is refused by the allow list of the server, though it proved who it is [S3.3]', async () => {
    const [left, right] = memoryStreamPair();
    const { suite, counts } = countingSuite();
    const offer = offerAll({ suite, allowIdentity: [stranger.publicKey], profiles: [NN] });
    const accepting = codeOf(accept(right, offer));
    const client = await open('NN', left);
    const sending = codeOf(client.send(pattern(100)));
    expect([await accepting, counts.decrypts]).toEqual(['PATTERNS_IDENTITY_REFUSED', 1]);
    await sending;
  });

  it('has an honest counterpart whose messages are decrypted once it has attested', async () => {
    const [left, right] = memoryStreamPair();
    const { suite, counts } = countingSuite();
    const accepting = accept(right, offerAll({ suite }));
    const client = await openChannel(
      left,
      forgingNn('initiator', ({ own, other }) => attest(clientSigner, { signer: own, other })),
      { patternByte: NN.byte, clock: new ManualClock() },
    );
    await client.send(pattern(100));
    const server = await accepting;
    expect(counts.decrypts).toBe(1);
    expect(await server.receive()).toEqual(pattern(100));
    expect([counts.decrypts, server.session.remoteIdentity]).toEqual([2, CLIENT_IDENTITY]);
  });
});

describe('a server that attests wrongly in NN', () => {
  it.each<[string, Forge, string]>([
    ['sends something else', () => encodeUtf8('{"type":"Ack"}'), 'PATTERNS_ATTESTATION_INVALID'],
    [
      'is somebody else',
      ({ own, other }) => attest(stranger, { signer: own, other }),
      'PATTERNS_ATTESTATION_WRONG_IDENTITY',
    ],
    [
      'names the expected identity and signs with another',
      ({ own, other }) => attest(stranger, { signer: own, other }, serverSigner.publicKey),
      'PATTERNS_ATTESTATION_UNVERIFIED',
    ],
    [
      'has the keys in the wrong order',
      ({ own, other }) => attest(serverSigner, { signer: other, other: own }),
      'PATTERNS_ATTESTATION_SWAPPED',
    ],
  ])('%s: the client says no more, not even who it is [S3.3] [F3]', async (_, forge, code) => {
    const [left, right] = memoryStreamPair();
    const toServer = tapped(left);
    const [opened, accepted] = await Promise.all([
      codeOf(open('NN', toServer)),
      codeOf(acceptChannel(right, () => forgingNn('responder', forge), { clock: new ManualClock() })),
    ]);
    expect([opened, accepted]).toEqual([code, 'TRANSPORT_CONNECTION_LOST']);
    expect(toServer.pieces.map(({ length }) => length)).toEqual([1 + 4 + 32]);
  });

  it('cannot get a message of the client out before it has attested [S3.3]', async () => {
    const stream = scriptedStream();
    const opening = open('NN', stream);
    await settle();
    const server = offerAll()(NN.byte) as ProfileHandshake<Session>;
    await server.read((stream.written[0] as Uint8Array).slice(5));
    stream.feed(frame(await server.write()));
    await settle();
    expect(stream.written.length).toBe(1);
    stream.feed(frame(await server.write()));
    const client = await opening;
    expect(stream.written.map(({ length }) => length)).toEqual([37, 277]);
    await client.close();
  });
});

describe('a peer that falls silent between NN and its attestation', () => {
  /** Takes a client to the point where it waits for the server's attestation. */
  async function waitingClient(options: { readonly clock: ManualClock; readonly signal?: AbortSignal }) {
    const stream = scriptedStream();
    const handshake = dial('NN') as ProfileHandshake<Session>;
    const outcome = codeOf(openChannel(stream, handshake, { patternByte: NN.byte, ...options }));
    await settle();
    const server = offerAll()(NN.byte) as ProfileHandshake<Session>;
    await server.read((stream.written[0] as Uint8Array).slice(5));
    stream.feed(frame(await server.write()));
    await settle();
    return { stream, handshake, outcome };
  }

  /** Takes a server to the point where it waits for the client's attestation. */
  async function waitingServer(options: { readonly clock: ManualClock; readonly signal?: AbortSignal }) {
    const client = dial('NN');
    const stream = scriptedStream([Uint8Array.of(NN.byte), frame(await client.write())]);
    const handshake = offerAll()(NN.byte) as ProfileHandshake<Session>;
    const outcome = codeOf(acceptChannel(stream, () => handshake, options));
    await settle();
    return { stream, handshake, outcome };
  }

  const SIDES = {
    client: { wait: waitingClient, pieces: 1 },
    server: { wait: waitingServer, pieces: 2 },
  } as const;

  async function expectEnd(
    stream: ScriptedStream,
    handshake: ProfileHandshake<Session>,
    clock: ManualClock,
    pieces: number,
  ) {
    expect(await endOf(handshake)).toEqual(DESTROYED);
    expect([stream.state, stream.written.length, clock.pending]).toEqual(['aborted', pieces, 0]);
  }

  it.each(['client', 'server'] as const)(
    'gets 30 s from the %s for all of it [T2] (P8 W-17)',
    async (side) => {
      const clock = new ManualClock();
      const { stream, handshake, outcome } = await SIDES[side].wait({ clock });
      clock.advance(29_999);
      expect([stream.state, stream.written.length]).toEqual(['open', SIDES[side].pieces]);
      clock.advance(1);
      expect(await outcome).toBe('TRANSPORT_TIMED_OUT');
      await expectEnd(stream, handshake, clock, SIDES[side].pieces);
    },
  );

  it.each(['client', 'server'] as const)(
    'gets no more time from the %s for dripping bytes [T2]',
    async (side) => {
      const clock = new ManualClock();
      const { stream, handshake, outcome } = await SIDES[side].wait({ clock });
      for (const octet of frame(pattern(273)).slice(0, 29)) {
        stream.feed(Uint8Array.of(octet));
        await settle();
        clock.advance(1_000);
      }
      clock.advance(1_000);
      expect(await outcome).toBe('TRANSPORT_TIMED_OUT');
      await expectEnd(stream, handshake, clock, SIDES[side].pieces);
    },
  );

  it.each(['client', 'server'] as const)('does not keep the %s from being cancelled [T2]', async (side) => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { stream, handshake, outcome } = await SIDES[side].wait({ clock, signal: controller.signal });
    controller.abort();
    expect(await outcome).toBe('TRANSPORT_ABORTED');
    await expectEnd(stream, handshake, clock, SIDES[side].pieces);
  });

  it.each([
    ['client', undefined, 'TRANSPORT_HANDSHAKE_CUT'],
    ['server', undefined, 'TRANSPORT_HANDSHAKE_CUT'],
    ['client', frame(pattern(273)).slice(0, 100), 'TRANSPORT_TRUNCATED'],
    ['server', frame(pattern(273)).slice(0, 100), 'TRANSPORT_TRUNCATED'],
  ] as const)('is told apart from one that leaves, by the %s [F2] [F3]', async (side, last, code) => {
    const clock = new ManualClock();
    const { stream, handshake, outcome } = await SIDES[side].wait({ clock });
    if (last !== undefined) stream.feed(last);
    stream.feed(undefined);
    expect(await outcome).toBe(code);
    await expectEnd(stream, handshake, clock, SIDES[side].pieces);
  });

  it.each(['client', 'server'] as const)('is the own signer of the %s, too [T2]', async (side) => {
    const clock = new ManualClock();
    let asked = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      asked = resolve;
    });
    let answer = (_: Uint8Array): void => {};
    let message = new Uint8Array(0);
    const signer = {
      publicKey: (side === 'client' ? clientSigner : serverSigner).publicKey,
      sign: (digest: Uint8Array) =>
        new Promise<Uint8Array>((resolve) => {
          message = Uint8Array.from(digest);
          answer = resolve;
          asked();
        }),
    };
    const [left, right] = memoryStreamPair();
    const [toServer, toClient] = [tapped(left), tapped(right)];
    const offer = offerAll(side === 'server' ? { signer } : {});
    const outcomes = [
      codeOf(open('NN', toServer, { clock, ...(side === 'client' && { signer }) })),
      codeOf(accept(toClient, offer, clock)),
    ];
    await waiting;
    clock.advance(30_000);
    expect((await Promise.all(outcomes)).sort()).toContain('TRANSPORT_TIMED_OUT');
    const pieces = () => [toServer.pieces.length, toClient.pieces.length];
    const before = pieces();
    answer(await (side === 'client' ? clientSigner : serverSigner).sign(message));
    await settle();
    expect([pieces(), clock.pending]).toEqual([before, 0]);
    expect(before).toEqual(side === 'client' ? [1, 2] : [1, 1]);
  });
});
