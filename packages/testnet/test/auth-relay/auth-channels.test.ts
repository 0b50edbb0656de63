import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createAuthChannels } from '../../src/auth-relay/auth-channels.ts';

const MESSAGE = Uint8Array.of(1, 2, 3);

function channels(maximum = 10) {
  const clock = new ManualClock();
  return { clock, channels: createAuthChannels({ clock, timeoutMs: 1_000, maximum }) };
}

const never = new AbortController().signal;

describe('createAuthChannels', () => {
  it('hands a message over, whoever comes first', async () => {
    const { channels: link, clock } = channels();
    const sent = link.send('a', MESSAGE, never);
    expect(await link.receive('a', never)).toEqual({ end: 'done', message: MESSAGE });
    expect(await sent).toBe('done');
    const received = link.receive('a', never);
    expect(await link.send('a', MESSAGE, never)).toBe('done');
    expect(await received).toEqual({ end: 'done', message: MESSAGE });
    expect([link.size, clock.pending]).toEqual([0, 0]);
  });

  it('keeps channels apart', async () => {
    const { channels: link } = channels();
    const received = [link.receive('a', never), link.receive('b', never)];
    await link.send('b', Uint8Array.of(2), never);
    await link.send('a', Uint8Array.of(1), never);
    expect((await Promise.all(received)).map(({ message }) => message?.[0])).toEqual([1, 2]);
  });

  it('gives up after its time, on both sides', async () => {
    const { channels: link, clock } = channels();
    const [received, sent] = [link.receive('a', never), link.send('b', MESSAGE, never)];
    clock.advance(1_000);
    expect([(await received).end, await sent]).toEqual(['expired', 'expired']);
    expect([link.size, clock.pending]).toEqual([0, 0]);
  });

  it('keeps the message of a sender who has left, until its time', async () => {
    const { channels: link, clock } = channels();
    const leave = new AbortController();
    const sent = link.send('a', MESSAGE, leave.signal);
    leave.abort();
    expect(await sent).toBe('left');
    clock.advance(999);
    expect((await link.receive('a', never)).message).toBe(MESSAGE);
    const again = link.send('a', MESSAGE, leave.signal);
    clock.advance(1_000);
    expect([await again, link.size]).toEqual(['left', 0]);
  });

  it('does not hand a message to somebody who has left', async () => {
    const { channels: link } = channels();
    const leave = new AbortController();
    const received = link.receive('a', leave.signal);
    leave.abort();
    expect(await received).toEqual({ end: 'left', message: undefined });
    const early = link.send('b', MESSAGE, never);
    expect((await link.receive('b', leave.signal)).end).toBe('left');
    expect((await link.receive('b', never)).message).toBe(MESSAGE);
    expect(await early).toBe('done');
    const sent = link.send('a', MESSAGE, never);
    expect((await link.receive('a', never)).message).toBe(MESSAGE);
    expect(await sent).toBe('done');
  });

  it('lets the newer take the place of the older on the same side', async () => {
    const { channels: link } = channels();
    const [first, second] = [link.receive('a', never), link.receive('a', never)];
    expect((await first).end).toBe('replaced');
    await link.send('a', MESSAGE, never);
    expect((await second).end).toBe('done');
    const [older, newer] = [link.send('a', MESSAGE, never), link.send('a', Uint8Array.of(9), never)];
    expect(await older).toBe('replaced');
    expect((await link.receive('a', never)).message).toEqual(Uint8Array.of(9));
    expect(await newer).toBe('done');
  });

  it('holds so many channels and no more, and those that are held go on', async () => {
    const { channels: link } = channels(2);
    const [one, two] = [link.receive('1', never), link.send('2', MESSAGE, never)];
    expect(await link.send('3', MESSAGE, never)).toBe('full');
    expect((await link.receive('3', never)).end).toBe('full');
    expect(await link.send('1', MESSAGE, never)).toBe('done');
    expect((await link.receive('2', never)).end).toBe('done');
    expect([(await one).end, await two]).toEqual(['done', 'done']);
  });

  it('ends everything when it is cleared', async () => {
    const { channels: link, clock } = channels();
    const [received, sent] = [link.receive('a', never), link.send('b', MESSAGE, never)];
    link.clear();
    expect([(await received).end, await sent, link.size, clock.pending]).toEqual([
      'expired',
      'expired',
      0,
      0,
    ]);
  });

  it('hands every message to at most one, and forgets all in the end [property]', async () => {
    const step = fc.record({
      side: fc.constantFrom('send', 'receive', 'leave', 'time'),
      name: fc.constantFrom('a', 'b', 'c'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const { channels: link, clock } = channels(2);
        const given: number[] = [];
        const leaves: AbortController[] = [];
        const waits: Promise<unknown>[] = [];
        let next = 1;
        for (const { side, name } of steps) {
          const leave = new AbortController();
          if (side === 'leave') leaves.pop()?.abort();
          else if (side === 'time') clock.advance(300);
          else if (side === 'send') waits.push(link.send(name, Uint8Array.of(next++), leave.signal));
          else {
            const receiving = link.receive(name, leave.signal).then(({ message }) => {
              if (message?.[0] !== undefined) given.push(message[0]);
            });
            waits.push(receiving);
          }
          leaves.push(leave);
          await Promise.resolve();
          expect(link.size).toBeLessThanOrEqual(2);
        }
        clock.advance(1_000);
        await Promise.all(waits);
        expect(new Set(given).size).toBe(given.length);
        expect([link.size, clock.pending]).toEqual([0, 0]);
      }),
      { numRuns: effort(400) },
    );
  });
});
