import {
  type AnySession,
  PROFILES,
  type ProfileHandshake,
  type ProfileName,
  type Session,
} from '@pubky-paykit/patterns';
import { concatBytes } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { sampled } from '../../../tooling/vitest/effort.ts';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { acceptChannel, openChannel } from '../src/open-channel.ts';
import { scriptedStream } from '../src/testing.ts';
import { codeOf, frame, pattern } from './bytes.ts';
import { accept, dial, NAMES, offerAll, open } from './pattern-peers.ts';
import { bodiesOf, tapped } from './taps.ts';

/** The initiator's first message of each profile, as an honest client sends it. */
const FIRST = Object.fromEntries(
  await Promise.all(NAMES.map(async (name) => [name, await dial(name).write()] as const)),
) as Record<ProfileName, Uint8Array>;

/** Zero, and one without and with the bit that X25519 ignores; `patterns` tests every spelling. N8 §3.1 */
const LOW_ORDER = [
  new Uint8Array(32),
  new Uint8Array(32).fill(1, 0, 1),
  new Uint8Array(32).fill(1, 0, 1).fill(0x80, 31),
];

const opening = (name: ProfileName, body: Uint8Array) =>
  concatBytes(Uint8Array.of(PROFILES[name].byte), frame(body));

/** What becomes of a server that gets these chunks and then the end; it has to be silent, wiped and without a timer. */
async function refusal(chunks: readonly Uint8Array[], offer = offerAll(), answered = 0): Promise<string> {
  const clock = new ManualClock();
  const stream = scriptedStream([...chunks, undefined]);
  const handshakes: ProfileHandshake<AnySession>[] = [];
  const choose = (byte: number) => {
    const handshake = offer(byte);
    if (handshake !== undefined) handshakes.push(handshake);
    return handshake;
  };
  const code = await codeOf(acceptChannel(stream, choose, { clock }));
  expect([stream.state, stream.written.length, clock.pending]).toEqual(['aborted', answered, 0]);
  for (const handshake of handshakes) {
    expect(await codeOf(handshake.write())).toBe('PATTERNS_HANDSHAKE_ENDED');
  }
  return code;
}

/** What becomes of a client that gets these chunks as the answer, and then the end; it has to say no more. */
async function disappointment(name: ProfileName, chunks: readonly Uint8Array[]): Promise<string> {
  const clock = new ManualClock();
  const stream = scriptedStream([...chunks, undefined]);
  const handshake = dial(name) as ProfileHandshake<Session>;
  const code = await codeOf(openChannel(stream, handshake, { patternByte: PROFILES[name].byte, clock }));
  expect([stream.state, stream.written.length, clock.pending]).toEqual(['aborted', 1, 0]);
  expect(await codeOf(handshake.write())).toBe('PATTERNS_HANDSHAKE_ENDED');
  return code;
}

describe('acceptChannel, before any pattern is chosen', () => {
  it('refuses every byte that 0.8 does not know [F3] (P8 W-59)', async () => {
    const known = new Set<number>(Object.values(PROFILES).map(({ byte }) => byte));
    for (let byte = 0; byte < 256; byte++) {
      if (known.has(byte)) continue;
      expect(await refusal([Uint8Array.of(byte), frame(FIRST.IK)])).toBe('TRANSPORT_PATTERN_REFUSED');
    }
  });

  it.each(NAMES)(
    'refuses %s on the byte where it is not offered, though the message is good [S3.3]',
    async (name) => {
      const others = Object.values(PROFILES).filter((profile) => profile.name !== name);
      const offer = offerAll({ profiles: others });
      expect(await refusal([opening(name, FIRST[name])], offer)).toBe('TRANSPORT_PATTERN_REFUSED');
    },
  );

  it('says that nobody is there when the peer leaves without a byte [F2]', async () => {
    expect(await refusal([])).toBe('TRANSPORT_HANDSHAKE_CUT');
  });
});

describe.each(NAMES)('acceptChannel over %s', (name) => {
  const message = FIRST[name];
  const whole = opening(name, message);
  /** NN and XX open with a bare key, which any 32 bytes are. */
  const bare = message.length === 32;

  it('refuses every truncation of the first frame [F2] [F3]', async () => {
    expect(await refusal([whole.slice(0, 1)])).toBe('TRANSPORT_HANDSHAKE_CUT');
    const lengths = Array.from({ length: whole.length - 2 }, (_, at) => at + 2);
    for (const length of sampled(lengths)) {
      expect(await refusal([whole.slice(0, length)])).toBe('TRANSPORT_TRUNCATED');
    }
  });

  it('refuses every truncation of the first message in a frame of its own [F3]', async () => {
    const minimum = PROFILES[name].noise.messages[0].includes('s' as never) ? 96 : message.length;
    for (const length of sampled(Array.from({ length: message.length - 1 }, (_, at) => at + 1))) {
      const code = length < minimum ? 'NOISE_MESSAGE_TOO_SHORT' : 'NOISE_DECRYPT_FAILED';
      expect(await refusal([opening(name, message.slice(0, length))])).toBe(code);
    }
  });

  it('refuses a message that goes on after its end [F3] (N8 W-45)', async () => {
    const longer = opening(name, concatBytes(message, pattern(1)));
    expect(await refusal([longer])).toBe(bare ? 'PATTERNS_PAYLOAD_UNEXPECTED' : 'NOISE_DECRYPT_FAILED');
  });

  it('refuses a frame over 4096 bytes on its length, and an empty one [T4] [F3]', async () => {
    const byte = Uint8Array.of(PROFILES[name].byte);
    const announced = (length: number) => refusal([byte, frame(pattern(0), length)]);
    for (const length of [4_097, 65_536, 2 ** 31, 0xffff_ffff]) {
      expect(await announced(length)).toBe('TRANSPORT_FRAME_TOO_LONG');
    }
    expect(await announced(0)).toBe('TRANSPORT_FRAME_TOO_SHORT');
    expect(await refusal([byte, frame(pattern(4_096))])).toBe(
      bare ? 'PATTERNS_PAYLOAD_UNEXPECTED' : 'NOISE_DECRYPT_FAILED',
    );
  });

  it('refuses garbage of the right length, at the latest when it has to prove anything [F3]', async () => {
    const garbage = opening(name, pattern(message.length, 3));
    if (!bare) return expect(await refusal([garbage])).toBe('NOISE_DECRYPT_FAILED');
    // Two answers of NN, one of XX: a key was received, and nothing else.
    const answered = name === 'NN' ? 2 : 1;
    const second = frame(pattern(name === 'NN' ? 273 : 64));
    expect(await refusal([garbage, second], offerAll(), answered)).toBe('NOISE_DECRYPT_FAILED');
  });

  it('refuses an ephemeral key of low order [F3] [S4.1]', async () => {
    for (const point of LOW_ORDER) {
      const code = await refusal([opening(name, concatBytes(point, message.slice(32)))]);
      expect(code).toBe('NOISE_WEAK_KEY');
    }
  });
});

describe.each(NAMES.filter((name) => name !== 'N'))('openChannel over %s', (name) => {
  /** The server's first answer to somebody. */
  async function answer(): Promise<Uint8Array> {
    const server = offerAll()(PROFILES[name].byte) as ProfileHandshake<Session>;
    await server.read(FIRST[name].slice());
    return server.write();
  }

  it('refuses every truncation of the answer [F2] [F3]', async () => {
    const message = await answer();
    const whole = frame(message);
    expect(await disappointment(name, [])).toBe('TRANSPORT_HANDSHAKE_CUT');
    for (const length of sampled(Array.from({ length: whole.length - 1 }, (_, at) => at + 1))) {
      expect(await disappointment(name, [whole.slice(0, length)])).toBe('TRANSPORT_TRUNCATED');
    }
    for (const length of sampled(Array.from({ length: message.length - 1 }, (_, at) => at + 1))) {
      const code = await disappointment(name, [frame(message.slice(0, length))]);
      expect(code).toBe('NOISE_MESSAGE_TOO_SHORT');
    }
  });

  it('refuses an answer over 4096 bytes on its length, and an empty one [T4] [F3]', async () => {
    expect(await disappointment(name, [frame(pattern(0), 4_097)])).toBe('TRANSPORT_FRAME_TOO_LONG');
    expect(await disappointment(name, [frame(pattern(0))])).toBe('TRANSPORT_FRAME_TOO_SHORT');
  });

  it('refuses garbage, the answer to somebody else, and keys of low order [F3] [S4.1]', async () => {
    const message = await answer();
    expect(await disappointment(name, [frame(pattern(message.length))])).toBe('NOISE_DECRYPT_FAILED');
    expect(await disappointment(name, [frame(message)])).toBe('NOISE_DECRYPT_FAILED');
    for (const point of LOW_ORDER) {
      const weak = frame(concatBytes(point, message.slice(32)));
      expect(await disappointment(name, [weak])).toBe('NOISE_WEAK_KEY');
    }
  });

  it('takes its own message, sent back, for no answer [F3]', async () => {
    const clock = new ManualClock();
    const stream = scriptedStream();
    const outcome = codeOf(open(name, stream, { clock }));
    while (stream.written.length === 0) await Promise.resolve();
    stream.feed((stream.written[0] as Uint8Array).slice(1));
    stream.feed(undefined);
    expect(await outcome).toMatch(/^NOISE_(DECRYPT_FAILED|MESSAGE_TOO_SHORT)$/);
  });
});

describe.each(['client', 'server'] as const)('the attestation of the %s in NN', (side) => {
  /** Stops the honest attestation of one side on the wire and sends something else. */
  async function instead(piece: Uint8Array): Promise<string> {
    const [left, right] = memoryStreamPair();
    const alter = (honest: Uint8Array, index: number) => (index === 1 ? piece : honest);
    const clock = new ManualClock();
    const outcomes = [
      codeOf(open('NN', side === 'client' ? tapped(left, alter) : left, { clock })),
      codeOf(accept(side === 'server' ? tapped(right, alter) : right, offerAll(), clock)),
    ];
    return (await outcomes[side === 'client' ? 1 : 0]) as string;
  }

  it.each([
    ['longer than 4096 bytes', frame(pattern(0), 4_097), 'TRANSPORT_FRAME_TOO_LONG'],
    ['empty', frame(pattern(0)), 'TRANSPORT_FRAME_TOO_SHORT'],
    ['shorter than a tag', frame(pattern(15)), 'NOISE_MESSAGE_TOO_SHORT'],
    ['garbage', frame(pattern(273)), 'NOISE_DECRYPT_FAILED'],
    ['garbage of 4096 bytes', frame(pattern(4_096)), 'NOISE_DECRYPT_FAILED'],
  ])('is refused when it is %s [T4] [F3]', async (_, piece, code) => {
    expect(await instead(piece)).toBe(code);
  });
});

describe('a recording of a whole connection, sent again', () => {
  /** A server that has served a client, and all that the client sent. */
  async function recorded(name: ProfileName) {
    const offer = offerAll();
    const [left, right] = memoryStreamPair();
    const toServer = tapped(left);
    const [client, server] = await Promise.all([open(name, toServer), accept(right, offer)]);
    await client.send(pattern(50));
    expect(await server.receive()).toEqual(pattern(50));
    return { offer, server, client, bytes: toServer.bytes };
  }

  it.each(['IK', 'IK-raw', 'N'] as const)(
    'is refused in %s by the default cache, and the live channel goes on (N8 W-28, W-47, P8 W-15, W-58)',
    async (name) => {
      const { offer, server, client, bytes } = await recorded(name);
      for (let turn = 0; turn < 2; turn++) expect(await refusal([bytes], offer)).toBe('PATTERNS_REPLAYED');
      await client.send(pattern(60));
      expect(await server.receive()).toEqual(pattern(60));
    },
  );

  it.each(['NN', 'XX'] as const)(
    'is refused in %s, where the server has a new key every time',
    async (name) => {
      const { offer, server, client, bytes } = await recorded(name);
      const answered = name === 'NN' ? 2 : 1;
      expect(await refusal([bytes], offer, answered)).toBe('NOISE_DECRYPT_FAILED');
      await client.send(pattern(60));
      expect(await server.receive()).toEqual(pattern(60));
    },
  );

  it('is refused under every other byte, too (N8 W-10)', async () => {
    for (const name of NAMES) {
      const { offer, bytes } = await recorded(name);
      const [first] = bodiesOf(bytes.slice(1)) as [Uint8Array];
      for (const other of NAMES) {
        // NN and XX read the same first message; who sent it has nothing to follow it up with.
        const answered = first.length === 32 && PROFILES[other].byte > PROFILES.N.byte ? 1 : 0;
        const count = answered === 1 && other === 'NN' ? 2 : answered;
        expect(await refusal([opening(other, first)], offer, count)).not.toBe('no error');
      }
    }
  });
});
