import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import type { ChannelLimits } from '../src/limits.ts';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { openChannel } from '../src/open-channel.ts';
import { rechunked, scriptedStream } from '../src/testing.ts';
import { codeOf, frame, pattern, settle } from './bytes.ts';
import { FakeHandshake, FakeSession, initiator, responder } from './fake-handshake.ts';

/** A channel without a handshake before it, over a stream the test writes. */
async function scripted(limits: Partial<ChannelLimits> = {}, role: 'initiator' | 'responder' = 'initiator') {
  const clock = new ManualClock();
  const stream = scriptedStream();
  const handshake = new FakeHandshake(role, { writers: [] });
  const channel = await openChannel(stream, handshake, { clock, limits });
  const peer = new FakeSession('responder');
  return { clock, stream, channel, peer, session: handshake.session };
}

async function pair(bufferBytes?: number, sizes: readonly number[] = [70_000]) {
  const clock = new ManualClock();
  const [left, right] = memoryStreamPair({ bufferBytes });
  const [a, b] = await Promise.all([
    openChannel(rechunked(left, sizes), initiator(), { clock, patternByte: undefined }),
    openChannel(rechunked(right, sizes), responder(), { clock }),
  ]);
  return { a, b, clock };
}

describe('SecureChannel.send', () => {
  it('encrypts in the order of the wire when many send at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 12 }),
        fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 4 }),
        async (lengths, sizes) => {
          const { a, b } = await pair(500, sizes);
          const sending = Promise.all(lengths.map((length, at) => a.send(pattern(length, at))));
          for (const [at, length] of lengths.entries()) {
            expect(await b.receive()).toEqual(pattern(length, at));
          }
          await sending;
          await a.close();
          expect(await b.receive()).toBeUndefined();
        },
      ),
      { numRuns: effort(40) },
    );
  });

  it('waits for a peer that does not read', async () => {
    const { stream, channel } = await scripted();
    stream.stall(true);
    let sent = 0;
    const sends = [1, 2, 3].map((length) =>
      channel.send(pattern(length)).then(() => {
        sent += 1;
      }),
    );
    await settle();
    expect([sent, stream.written.length]).toEqual([0, 1]);
    stream.stall(false);
    await Promise.all(sends);
    expect([sent, stream.written.length]).toEqual([3, 3]);
  });

  it('[W-22] takes 65 519 bytes and refuses 65 520, without harm', async () => {
    const { stream, channel } = await scripted();
    const error = await channel.send(new Uint8Array(65_520)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      code: 'TRANSPORT_MESSAGE_TOO_LONG',
      context: { length: 65_520, maximum: 65_519 },
    });
    await channel.send(new Uint8Array(65_519));
    expect(stream.written[0]?.length).toBe(4 + 65_535);
  });

  it('[T2] ends the channel when its bytes are stuck for 60 s, for half a frame cannot be taken back', async () => {
    const { clock, stream, channel, session } = await scripted();
    stream.stall(true);
    const first = channel.send(pattern(5));
    await settle();
    clock.advance(59_999);
    const second = channel.send(pattern(6));
    await settle();
    clock.advance(1);
    expect(await codeOf(first)).toBe('TRANSPORT_TIMED_OUT');
    expect(await codeOf(second)).toBe('TRANSPORT_CLOSED');
    expect([stream.state, session.destroyed, session.sent]).toEqual(['aborted', true, 1n]);
    expect(clock.pending).toBe(0);
  });

  it('[T2] is withdrawn without a trace when it is cancelled in the queue', async () => {
    const { stream, channel, session } = await scripted();
    const controller = new AbortController();
    stream.stall(true);
    const first = channel.send(pattern(5));
    const second = channel.send(pattern(6), { signal: controller.signal });
    const third = channel.send(pattern(7));
    await settle();
    controller.abort();
    expect(await codeOf(second)).toBe('TRANSPORT_ABORTED');
    stream.stall(false);
    await Promise.all([first, third]);
    expect([session.sent, stream.written.map(({ length }) => length - 20)]).toEqual([2n, [5, 7]]);
  });

  it('passes on what the session throws, and ends', async () => {
    const { channel, session, stream } = await scripted();
    session.destroyed = true;
    expect(await codeOf(channel.send(pattern(1)))).toBe('NOISE_DECRYPT_FAILED');
    expect([stream.state, stream.written.length]).toEqual(['aborted', 0]);
  });
});

describe('SecureChannel.receive', () => {
  it('[T2] [F2] goes on after a time-out in the middle of a frame', async () => {
    const { clock, stream, channel, peer } = await scripted();
    const bytes = frame(peer.encrypt(pattern(100)));
    const first = channel.receive();
    stream.feed(bytes.slice(0, 50));
    await settle();
    clock.advance(60_000);
    expect(await codeOf(first)).toBe('TRANSPORT_TIMED_OUT');
    const second = channel.receive({ timeoutMs: 5 });
    clock.advance(5);
    expect(await codeOf(second)).toBe('TRANSPORT_TIMED_OUT');
    stream.feed(bytes.slice(50));
    expect(await channel.receive()).toEqual(pattern(100));
  });

  it('[T2] goes on after it was cancelled', async () => {
    const { stream, channel, peer } = await scripted();
    const controller = new AbortController();
    const wait = channel.receive({ signal: controller.signal });
    controller.abort();
    expect(await codeOf(wait)).toBe('TRANSPORT_ABORTED');
    stream.feed(frame(peer.encrypt(pattern(3))));
    expect(await channel.receive()).toEqual(pattern(3));
  });

  it('is one at a time', async () => {
    const { stream, channel, peer } = await scripted();
    const first = channel.receive();
    expect(await codeOf(channel.receive())).toBe('TRANSPORT_RECEIVE_IN_PROGRESS');
    stream.feed(frame(peer.encrypt(pattern(3))));
    expect(await first).toEqual(pattern(3));
  });

  it('is undefined at a clean end, and sending still works', async () => {
    const { stream, channel } = await scripted();
    stream.feed(undefined);
    expect(await channel.receive()).toBeUndefined();
    expect(await channel.receive()).toBeUndefined();
    await channel.send(pattern(1));
    expect(stream.written.length).toBe(1);
  });

  it.each([
    [
      'a flipped bit',
      (bytes: Uint8Array) => bytes.with(10, (bytes[10] as number) ^ 1),
      'NOISE_DECRYPT_FAILED',
    ],
    ['a short frame', () => frame(pattern(15)), 'TRANSPORT_FRAME_TOO_SHORT'],
    ['an empty frame', () => frame(pattern(0)), 'TRANSPORT_FRAME_TOO_SHORT'],
    ['16 MiB', () => frame(pattern(0), 16 * 1024 * 1024), 'TRANSPORT_FRAME_TOO_LONG'],
  ])('[F3] ends for good after %s', async (_, spoil, code) => {
    const { clock, stream, channel, peer, session } = await scripted();
    stream.feed(spoil(frame(peer.encrypt(pattern(20)))));
    stream.feed(frame(peer.encrypt(pattern(20))));
    expect(await codeOf(channel.receive())).toBe(code);
    expect([stream.state, stream.written.length, session.destroyed]).toEqual(['aborted', 0, true]);
    const later = await channel.receive().catch((reason: unknown) => reason);
    expect(later).toMatchObject({ code: 'TRANSPORT_CLOSED', context: { because: code }, cause: { code } });
    expect(await codeOf(channel.send(pattern(1)))).toBe('TRANSPORT_CLOSED');
    expect(clock.pending).toBe(0);
    await channel.close();
  });

  it('[F2] says TRANSPORT_TRUNCATED when the peer ends inside of a frame', async () => {
    const { stream, channel, peer, session } = await scripted();
    stream.feed(frame(peer.encrypt(pattern(20))).slice(0, -1));
    stream.feed(undefined);
    expect(await codeOf(channel.receive())).toBe('TRANSPORT_TRUNCATED');
    expect(session.destroyed).toBe(true);
  });

  it('refuses a replayed frame', async () => {
    const { stream, channel, peer } = await scripted();
    const bytes = frame(peer.encrypt(pattern(20)));
    stream.feed(bytes);
    stream.feed(bytes.slice());
    expect(await channel.receive()).toEqual(pattern(20));
    expect(await codeOf(channel.receive())).toBe('NOISE_DECRYPT_FAILED');
  });

  it('[F2] still gives what arrived before the connection broke', async () => {
    const { a, b } = await pair();
    await a.send(pattern(9));
    const first = b.receive();
    expect(await first).toEqual(pattern(9));
  });
});

describe('SecureChannel idle limit', () => {
  it('[T2] [T5] ends a channel on which bytes drip but no frame gets whole', async () => {
    const { clock, stream, channel, peer, session } = await scripted({
      idleTimeoutMs: 1_000,
      messageTimeoutMs: Number.POSITIVE_INFINITY,
    });
    const wait = channel.receive();
    const outcome = codeOf(wait);
    for (const octet of frame(peer.encrypt(pattern(20)))) {
      stream.feed(Uint8Array.of(octet));
      await settle();
      clock.advance(40);
    }
    expect(await outcome).toBe('TRANSPORT_IDLE');
    expect([stream.state, session.destroyed, clock.pending]).toEqual(['aborted', true, 0]);
  });

  it('counts frames of both directions as life', async () => {
    const { clock, stream, channel, peer } = await scripted({ idleTimeoutMs: 1_000 });
    clock.advance(900);
    await channel.send(pattern(1));
    clock.advance(900);
    stream.feed(frame(peer.encrypt(pattern(1))));
    await channel.receive();
    clock.advance(999);
    expect(stream.state).toBe('open');
    clock.advance(1);
    expect(stream.state).toBe('aborted');
    expect(await codeOf(channel.send(pattern(1)))).toBe('TRANSPORT_CLOSED');
  });

  it('[W-15] gives a session that no message confirmed only the message time-out', async () => {
    const { clock, stream } = await scripted(
      { idleTimeoutMs: 300_000, messageTimeoutMs: 60_000 },
      'responder',
    );
    clock.advance(59_999);
    expect(stream.state).toBe('open');
    clock.advance(1);
    expect(stream.state).toBe('aborted');
  });

  it('does not keep its timer when the stream is over', async () => {
    const { clock, stream } = await scripted();
    expect(clock.pending).toBe(1);
    stream.abort();
    await settle();
    expect(clock.pending).toBe(0);
  });

  it('can be switched off', async () => {
    const { clock } = await scripted({ idleTimeoutMs: Number.POSITIVE_INFINITY });
    expect(clock.pending).toBe(0);
  });
});

describe('SecureChannel.close', () => {
  it('sends what is queued, then ends, wipes and leaves no timer', async () => {
    const { clock, stream, channel, session } = await scripted();
    const sends = [channel.send(pattern(1)), channel.send(pattern(2))];
    const closing = channel.close();
    expect(await codeOf(channel.send(pattern(3)))).toBe('TRANSPORT_CLOSED');
    await Promise.all([...sends, closing]);
    expect([stream.written.length, stream.state, session.destroyed]).toEqual([2, 'closed', true]);
    expect(clock.pending).toBe(0);
    expect(channel.close()).toBe(channel.close());
  });

  it('ends a waiting receive at once', async () => {
    const { channel } = await scripted();
    const wait = codeOf(channel.receive());
    await channel.close();
    expect(await wait).toBe('TRANSPORT_CLOSED');
    expect(await codeOf(channel.receive())).toBe('TRANSPORT_CLOSED');
  });

  it('cuts the stream when flushing takes too long', async () => {
    const { clock, stream, channel, session } = await scripted({ closeTimeoutMs: 50 });
    stream.stall(true);
    const sending = codeOf(channel.send(pattern(1)));
    const closing = channel.close();
    await settle();
    clock.advance(50);
    await closing;
    expect(await sending).toBe('TRANSPORT_CLOSED');
    expect([stream.state, session.destroyed, clock.pending]).toEqual(['aborted', true, 0]);
  });

  it('is what `await using` does', async () => {
    const { channel, stream } = await scripted();
    await channel[Symbol.asyncDispose]();
    expect(stream.state).toBe('closed');
  });
});
