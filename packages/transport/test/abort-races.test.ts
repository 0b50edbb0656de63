import { describe, expect, it, vi } from 'vitest';
import { memoryStreamPair } from '../src/memory-stream.ts';
import { openChannel } from '../src/open-channel.ts';
import { codeOf } from './bytes.ts';
import { initiator, responder } from './fake-handshake.ts';

const TICKS = 40;

/** Lets `count` turns of the microtask queue pass. */
async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

describe('SecureChannel.receive', () => {
  it('loses no message, whenever an abort comes between [T2] [F2]', async () => {
    const outcomes = new Set<string>();
    for (let tick = 0; tick < TICKS; tick++) {
      const [left, right] = memoryStreamPair();
      const [a, b] = await Promise.all([openChannel(left, initiator()), openChannel(right, responder())]);
      const abort = new AbortController();
      const first = b.receive({ signal: abort.signal }).then(
        (message) => message?.[0],
        (error: { code: string }) => error.code,
      );
      const sending = a.send(Uint8Array.of(1));
      await ticks(tick);
      abort.abort();
      const received = await first;
      outcomes.add(String(received));
      await sending;
      await a.send(Uint8Array.of(2));
      const rest = received === 1 ? [2] : [1, 2];
      for (const expected of rest) expect((await b.receive())?.[0], `abort at tick ${tick}`).toBe(expected);
      await Promise.all([a.close(), b.close()]);
    }
    // Both sides of the race were seen, or the ticks would prove nothing.
    expect(outcomes).toEqual(new Set(['1', 'TRANSPORT_ABORTED']));
  });
});

describe('openChannel', () => {
  it.each([
    ['limits no timer can keep', { limits: { idleTimeoutMs: -1 } }],
    ['a pattern byte that is none', { patternByte: 256 }],
  ])('takes stream and handshake even where it refuses %s', async (_, options) => {
    const [stream, peer] = memoryStreamPair();
    const handshake = initiator();
    const destroy = vi.spyOn(handshake, 'destroy');
    await expect(openChannel(stream, handshake, options)).rejects.toThrow(RangeError);
    expect(destroy).toHaveBeenCalled();
    expect(await codeOf(peer.read())).toMatch(/^TRANSPORT_/);
  });

  it('takes a limit passed as undefined for one that was not given', async () => {
    const [left, right] = memoryStreamPair();
    const limits = { idleTimeoutMs: undefined };
    const [a, b] = await Promise.all([
      openChannel(left, initiator(), { limits }),
      openChannel(right, responder()),
    ]);
    await Promise.all([a.close(), b.close()]);
  });
});
