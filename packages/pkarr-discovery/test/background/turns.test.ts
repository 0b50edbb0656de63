import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/background/turns.ts';
import { rejectionOf, thrownBy } from '../bytes.ts';
import { soon } from '../soon.ts';

describe('createTurns', () => {
  it('does one thing after the other, whatever the one before came to', async () => {
    const turns = createTurns('work');
    const seen: string[] = [];
    const work = (name: string, fails = false) =>
      turns.take(undefined, async () => {
        seen.push(`begin ${name}`);
        await soon();
        seen.push(`end ${name}`);
        if (fails) throw new RangeError(name);
        return name;
      });
    const [first, second, third] = [work('a', true), work('b'), work('c')];
    await expect(first).rejects.toThrow(RangeError);
    expect([await second, await third]).toEqual(['b', 'c']);
    expect(seen).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('does not begin for whoever does not want it any more', async () => {
    const turns = createTurns('work');
    const controller = new AbortController();
    const before = turns.take(undefined, soon);
    const cancelled = turns.take(controller.signal, async () => {
      throw new Error('it began');
    });
    controller.abort();
    expect((await rejectionOf(cancelled)).code).toBe('DISCOVERY_CANCELLED');
    await before;
  });

  it('aborts what is under way when it is closed, waits for its end, and refuses the rest', async () => {
    const turns = createTurns('work');
    let isOver = false;
    const running = turns.take(undefined, async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', resolve));
      await soon();
      isOver = true;
    });
    const waiting = turns.take(undefined, async () => {});
    await soon();
    const closing = turns.close();
    expect((await rejectionOf(waiting)).code).toBe('DISCOVERY_CANCELLED');
    await closing;
    expect(isOver).toBe(true);
    await running;
    expect((await rejectionOf(turns.take(undefined, soon))).code).toBe('DISCOVERY_CLOSED');
    expect(thrownBy(() => turns.requireOpen()).code).toBe('DISCOVERY_CLOSED');
  });
});
