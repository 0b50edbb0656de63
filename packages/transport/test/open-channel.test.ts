import { concatBytes } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { acceptChannel, openChannel } from '../src/open-channel.ts';
import { rechunked, scriptedStream } from '../src/testing.ts';
import { codeOf, cut, frame, pattern, settle } from './bytes.ts';
import { FakeSession, initiator, responder } from './fake-handshake.ts';

const REPLY = frame(new Uint8Array(48).fill(0x41));
const OPENING = frame(new Uint8Array(48).fill(0x40));

describe('openChannel', () => {
  it('[W-60] writes the negotiation byte and the first message in one piece', async () => {
    const stream = scriptedStream([REPLY]);
    await openChannel(stream, initiator(), { patternByte: 0, clock: new ManualClock() });
    expect(stream.written).toEqual([concatBytes(Uint8Array.of(0), OPENING)]);
  });

  it('writes no byte in legacy mode', async () => {
    const stream = scriptedStream([REPLY]);
    await openChannel(stream, initiator(), { clock: new ManualClock() });
    expect(stream.written).toEqual([OPENING]);
  });

  it('writes the byte before the first message only', async () => {
    const writers = ['initiator', 'responder', 'initiator'] as const;
    const stream = scriptedStream([REPLY]);
    await openChannel(stream, initiator({ writers }), { patternByte: 4, clock: new ManualClock() });
    expect(stream.written.map((bytes) => [bytes.length, bytes[0]])).toEqual([
      [53, 4],
      [52, 0],
    ]);
  });

  it.each([-1, 256, 1.5])('refuses the pattern byte %d', async (patternByte) => {
    await expect(openChannel(scriptedStream(), initiator(), { patternByte })).rejects.toThrow(RangeError);
  });

  it('refuses a pattern byte for a handshake that reads first', async () => {
    await expect(openChannel(scriptedStream(), responder(), { patternByte: 0 })).rejects.toThrow(TypeError);
  });

  it('keeps what came after the handshake in the same chunk', async () => {
    const peer = new FakeSession('responder');
    const [first, second] = [peer.encrypt(pattern(10)), peer.encrypt(pattern(0))];
    const stream = scriptedStream([concatBytes(REPLY, frame(first), frame(second)), undefined]);
    const channel = await openChannel(stream, initiator(), { clock: new ManualClock() });
    expect(await channel.receive()).toEqual(pattern(10));
    expect(await channel.receive()).toEqual(pattern(0));
    expect(await channel.receive()).toBeUndefined();
  });

  it.each([
    ['the peer closes before its answer', [undefined], 'TRANSPORT_HANDSHAKE_CUT'],
    ['the peer closes inside of its answer', [REPLY.slice(0, 9), undefined], 'TRANSPORT_TRUNCATED'],
    ['the answer is longer than 4096 bytes', [frame(pattern(1), 4_097)], 'TRANSPORT_FRAME_TOO_LONG'],
    ['the answer is empty', [frame(pattern(0))], 'TRANSPORT_FRAME_TOO_SHORT'],
    ['the answer is not authentic', [REPLY.with(20, 0)], 'NOISE_DECRYPT_FAILED'],
  ])('[F3] says nothing more and wipes when %s', async (_, chunks, code) => {
    const clock = new ManualClock();
    const stream = scriptedStream(chunks);
    const handshake = initiator();
    expect(await codeOf(openChannel(stream, handshake, { clock, patternByte: 0 }))).toBe(code);
    expect([handshake.destroyed, stream.state, stream.written.length]).toEqual([true, 'aborted', 1]);
    expect(clock.pending).toBe(0);
  });

  it('[T2] [W-08] gives a silent peer 30 s for the whole handshake', async () => {
    const clock = new ManualClock();
    const stream = scriptedStream();
    const handshake = responder();
    const outcome = codeOf(openChannel(stream, handshake, { clock }));
    for (const octet of OPENING.slice(0, 29)) {
      stream.feed(Uint8Array.of(octet));
      await settle();
      clock.advance(1_000);
    }
    expect(stream.state).toBe('open');
    clock.advance(1_000);
    expect(await outcome).toBe('TRANSPORT_TIMED_OUT');
    expect([handshake.destroyed, stream.state, stream.written.length]).toEqual([true, 'aborted', 0]);
    expect(clock.pending).toBe(0);
  });

  it('[T2] bounds a signer that does not answer and a peer that does not read', async () => {
    const clock = new ManualClock();
    const silent = initiator({ hangs: true });
    const signing = codeOf(openChannel(scriptedStream(), silent, { clock }));
    const stalled = scriptedStream();
    stalled.stall(true);
    const writing = codeOf(openChannel(stalled, initiator(), { clock }));
    await settle();
    clock.advance(30_000);
    expect([await signing, await writing]).toEqual(['TRANSPORT_TIMED_OUT', 'TRANSPORT_TIMED_OUT']);
    expect([silent.destroyed, clock.pending]).toEqual([true, 0]);
  });

  it('[T2] stops when its signal fires, also before it began', async () => {
    const clock = new ManualClock();
    const controller = new AbortController();
    const { signal } = controller;
    const handshake = responder();
    const outcome = codeOf(openChannel(scriptedStream(), handshake, { clock, signal }));
    controller.abort();
    expect(await outcome).toBe('TRANSPORT_ABORTED');
    expect(handshake.destroyed).toBe(true);
    const stream = scriptedStream();
    expect(await codeOf(openChannel(stream, initiator(), { clock, signal }))).toBe('TRANSPORT_ABORTED');
    expect(stream.written.length).toBe(0);
  });

  it('does not send a handshake message that no peer would take', async () => {
    const stream = scriptedStream();
    const outcome = openChannel(stream, initiator({ messageBytes: 4_097 }), { clock: new ManualClock() });
    expect(await codeOf(outcome)).toBe('TRANSPORT_MESSAGE_TOO_LONG');
    expect(stream.written.length).toBe(0);
  });

  it('[F2] works however the bytes of handshake and messages are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 120 }), { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 5 }),
        async (sizes, lengths) => {
          const clock = new ManualClock();
          const [left, right] = memoryStreamPair();
          const [a, b] = await Promise.all([
            openChannel(rechunked(left, sizes), initiator(), { clock, patternByte: 3 }),
            acceptChannel(rechunked(right, sizes), (byte) => (byte === 3 ? responder() : undefined), {
              clock,
            }),
          ]);
          for (const length of lengths) await a.send(pattern(length));
          for (const length of lengths) expect(await b.receive()).toEqual(pattern(length));
          await Promise.all([a.close(), b.close()]);
          expect(clock.pending).toBe(0);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('acceptChannel', () => {
  it('[W-59] refuses on the byte, before it reads a message, and answers nothing', async () => {
    const clock = new ManualClock();
    const stream = scriptedStream([Uint8Array.of(9)]);
    const asked: number[] = [];
    const outcome = acceptChannel(
      stream,
      (byte) => {
        asked.push(byte);
        return undefined;
      },
      { clock },
    );
    await expect(outcome).rejects.toMatchObject({ code: 'TRANSPORT_PATTERN_REFUSED', context: { octet: 9 } });
    expect([asked, stream.state, stream.written.length]).toEqual([[9], 'aborted', 0]);
  });

  it('[W-07] says TRANSPORT_HANDSHAKE_CUT when the peer closes before the byte', async () => {
    const outcome = acceptChannel(scriptedStream([undefined]), () => responder(), {
      clock: new ManualClock(),
    });
    await expect(outcome).rejects.toMatchObject({
      code: 'TRANSPORT_HANDSHAKE_CUT',
      context: { messages: 0 },
    });
  });

  it('fails cleanly when a legacy initiator sends no byte', async () => {
    const stream = scriptedStream([frame(pattern(618))]);
    const outcome = acceptChannel(stream, () => responder(), { clock: new ManualClock() });
    expect(await codeOf(outcome)).toBe('TRANSPORT_FRAME_TOO_LONG');
  });

  it('passes on what the choice throws', async () => {
    const choose = () =>
      Promise.reject(Object.assign(new Error('no key'), { code: 'PATTERNS_X', retryable: false }));
    const outcome = acceptChannel(scriptedStream([Uint8Array.of(0)]), choose, { clock: new ManualClock() });
    expect(await codeOf(outcome)).toBe('PATTERNS_X');
  });

  it('chooses by the implied byte where none is sent, and reads none', async () => {
    const clock = new ManualClock();
    const [left, right] = memoryStreamPair();
    const asked: number[] = [];
    const choose = (byte: number) => {
      asked.push(byte);
      return responder();
    };
    const [payer, payee] = await Promise.all([
      openChannel(left, initiator(), { clock }),
      acceptChannel(right, choose, { clock, impliedByte: 0 }),
    ]);
    await payer.send(pattern(5));
    expect(await payee.receive()).toEqual(pattern(5));
    expect(asked).toEqual([0]);
    await Promise.all([payer.close(), payee.close()]);
    const refused = scriptedStream([]);
    const outcome = acceptChannel(refused, () => undefined, { clock, impliedByte: 1 });
    await expect(outcome).rejects.toMatchObject({ code: 'TRANSPORT_PATTERN_REFUSED', context: { octet: 1 } });
    expect(refused.state).toBe('aborted');
  });

  it('destroys a handshake that is chosen too late', async () => {
    const clock = new ManualClock();
    const late = responder();
    let answer = (_: typeof late): void => {};
    const choice = new Promise<typeof late>((resolve) => {
      answer = resolve;
    });
    const outcome = codeOf(acceptChannel(scriptedStream([Uint8Array.of(0)]), () => choice, { clock }));
    await settle();
    clock.advance(30_000);
    expect(await outcome).toBe('TRANSPORT_TIMED_OUT');
    answer(late);
    await settle();
    expect(late.destroyed).toBe(true);
  });

  it('[F3] [T5] ends with a listed code, wiped and silent, whatever bytes arrive', async () => {
    const seen = new Map<string, number>();
    const opening = concatBytes(Uint8Array.of(0), OPENING);
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 80 }),
      fc.uint8Array({ maxLength: 80 }).map((rest) => concatBytes(Uint8Array.of(0, 0, 0, 0), rest)),
      fc.integer({ min: 0, max: opening.length - 1 }).map((length) => opening.slice(0, length)),
      fc
        .tuple(fc.integer({ min: 0, max: opening.length - 1 }), fc.integer({ min: 1, max: 255 }))
        .map(([at, mask]) => opening.with(at, (opening[at] as number) ^ mask)),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        async (soup, sizes) => {
          const clock = new ManualClock();
          const stream = scriptedStream([...cut(soup, sizes), undefined]);
          const handshake = responder();
          const choose = (byte: number) => (byte === 0 ? handshake : undefined);
          const code = await codeOf(acceptChannel(stream, choose, { clock }));
          seen.set(code, (seen.get(code) ?? 0) + 1);
          expect([stream.state, stream.written.length, clock.pending]).toEqual(['aborted', 0, 0]);
          expect(handshake.destroyed).toBe(
            handshake.turn === 'read' && code !== 'TRANSPORT_PATTERN_REFUSED' && soup.length > 0,
          );
        },
      ),
      { numRuns: 3_000 },
    );
    expect([...seen.keys()].sort()).toEqual([
      'NOISE_DECRYPT_FAILED',
      'TRANSPORT_FRAME_TOO_LONG',
      'TRANSPORT_FRAME_TOO_SHORT',
      'TRANSPORT_HANDSHAKE_CUT',
      'TRANSPORT_PATTERN_REFUSED',
      'TRANSPORT_TRUNCATED',
    ]);
  });
});
