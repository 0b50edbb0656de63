import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Deadline } from '../src/deadline.ts';
import { SendQueue } from '../src/send-queue.ts';
import { codeOf, settle } from './bytes.ts';

describe('SendQueue', () => {
  it('keeps those behind a withdrawn sender behind those before it', async () => {
    const clock = new ManualClock();
    const within = (afterMs: number) => new Deadline({ clock, what: 'x', afterMs });
    const queue = new SendQueue();
    const leaveFirst = await queue.enter(within(100));
    const second = queue.enter(within(10));
    let thirdIn = false;
    const third = queue.enter(within(100)).then((leave) => {
      thirdIn = true;
      return leave;
    });
    clock.advance(10);
    expect(await codeOf(second)).toBe('TRANSPORT_TIMED_OUT');
    await settle();
    expect(thirdIn).toBe(false);
    leaveFirst();
    (await third)();
    await queue.drained;
  });
});
