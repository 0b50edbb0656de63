import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../src/deadline.ts';
import { FrameReader } from '../../src/framing/frame-reader.ts';
import { TRANSPORT_FRAME } from '../../src/limits.ts';
import { scriptedStream } from '../../src/testing.ts';
import { codeOf, frame, pattern, settle } from '../bytes.ts';

function setUp(chunks: readonly (Uint8Array | undefined)[] = []) {
  const clock = new ManualClock();
  const stream = scriptedStream(chunks);
  const reader = new FrameReader(stream);
  const within = (afterMs: number, signal?: AbortSignal) =>
    new Deadline({ clock, what: 'a frame', afterMs, signal });
  return { clock, stream, reader, within };
}

describe('FrameReader', () => {
  it('[F2] keeps its place in half a frame when the wait is given up', async () => {
    const { clock, stream, reader, within } = setUp();
    const whole = frame(pattern(40));
    for (let at = 0; at < whole.length - 1; at++) {
      const wait = reader.frame(TRANSPORT_FRAME, within(10));
      stream.feed(whole.slice(at, at + 1));
      await settle();
      clock.advance(10);
      expect(await codeOf(wait)).toBe('TRANSPORT_TIMED_OUT');
    }
    // The last byte arrives while nobody waits: the read that is still outstanding takes it.
    stream.feed(whole.slice(-1));
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toEqual(pattern(40));
  });

  it('takes a frame that is already there without starting a timer', async () => {
    const { clock, reader, within } = setUp([Uint8Array.of(...frame(pattern(20)), ...frame(pattern(21)))]);
    const first = within(10);
    await reader.frame(TRANSPORT_FRAME, first);
    first.end();
    expect(clock.pending).toBe(0);
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toEqual(pattern(21));
    expect(clock.pending).toBe(0);
  });

  it('is undefined at a clean end, every time', async () => {
    const { reader, within } = setUp([frame(pattern(20)), undefined]);
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toEqual(pattern(20));
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toBeUndefined();
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toBeUndefined();
  });

  it.each([1, 3, 4, 5, 23])(
    'says TRANSPORT_TRUNCATED when the stream ends after %i bytes of a frame',
    async (bytes) => {
      const { reader, within } = setUp([frame(pattern(20)).slice(0, bytes), undefined]);
      const error = await reader.frame(TRANSPORT_FRAME, within(10)).catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'TRANSPORT_TRUNCATED',
        context: { received: bytes, expected: bytes < 4 ? 4 : 24 },
      });
    },
  );

  it('gives what arrived before the connection broke, then TRANSPORT_CONNECTION_LOST', async () => {
    const { stream, reader, within } = setUp([frame(pattern(20))]);
    expect(await reader.frame(TRANSPORT_FRAME, within(10))).toEqual(pattern(20));
    const wait = reader.frame(TRANSPORT_FRAME, within(10));
    stream.abort();
    expect(await codeOf(wait)).toBe('TRANSPORT_CONNECTION_LOST');
    expect(await codeOf(reader.frame(TRANSPORT_FRAME, within(10)))).toBe('TRANSPORT_CONNECTION_LOST');
  });

  it('wraps what a stream throws, without its message', async () => {
    const { clock } = setUp();
    const stream = {
      ...scriptedStream(),
      read: () => Promise.reject(Object.assign(new Error('secret path'), { code: 'ECONNRESET' })),
    };
    const wait = new FrameReader(stream).frame(
      TRANSPORT_FRAME,
      new Deadline({ clock, what: 'x', afterMs: 1 }),
    );
    const error = await wait.catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'TRANSPORT_CONNECTION_LOST',
      context: { reason: 'ECONNRESET' },
      wireCode: 8000,
    });
    expect(JSON.stringify(error)).not.toContain('secret');
  });
});
