import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countRefusedConnections, type RefusedCounts } from '../../src/payments/refused-connections.ts';

/** A time that goes on when it is told to. */
function createSteppedClock() {
  let nowMs = 0;
  let timers: { readonly dueMs: number; readonly callback: () => void }[] = [];
  return {
    now: () => nowMs,
    schedule(delayMs: number, callback: () => void) {
      const timer = { dueMs: nowMs + delayMs, callback };
      timers.push(timer);
      return () => {
        timers = timers.filter((each) => each !== timer);
      };
    },
    waiting: () => timers.length,
    step(ms: number) {
      nowMs += ms;
      const due = timers.filter(({ dueMs }) => dueMs <= nowMs);
      timers = timers.filter(({ dueMs }) => dueMs > nowMs);
      for (const { callback } of due) callback();
    },
  };
}

function setUp() {
  const clock = createSteppedClock();
  const told: RefusedCounts[] = [];
  return { clock, told, refusals: countRefusedConnections(clock, (counts) => void told.push(counts)) };
}

describe('countRefusedConnections', () => {
  it('tells of the first at once, and of the others after a minute, with their number [F1]', () => {
    const { clock, told, refusals } = setUp();
    for (const reason of ['rate', 'rate', 'per-ip', 'rate']) refusals.refused(reason);
    expect(told).toEqual([{ rate: 1 }]);
    clock.step(59_999);
    expect(told).toHaveLength(1);
    clock.step(1);
    expect(told.slice(1)).toEqual([{ rate: 2, 'per-ip': 1 }]);
    clock.step(60_000);
    refusals.refused('total');
    expect(told.slice(2)).toEqual([{ total: 1 }]);
  });

  it('tells the rest at its end, and keeps no timer', () => {
    const { clock, told, refusals } = setUp();
    refusals.refused('rate');
    refusals.refused('rate');
    refusals.end();
    refusals.refused('rate');
    expect(told).toEqual([{ rate: 1 }, { rate: 1 }]);
    expect(clock.waiting()).toBe(0);
  });

  it('counts nothing that is no reason', () => {
    const { told, refusals } = setUp();
    for (const reason of ['constructor', undefined, 7]) refusals.refused(reason);
    expect(told).toEqual([]);
  });

  it('tells of each once, and never twice within a minute, whatever comes when [F1]', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 70_000 }), { maxLength: 60 }), (pauses) => {
        const { clock, told, refusals } = setUp();
        const times: number[] = [];
        for (const pauseMs of pauses) {
          clock.step(pauseMs);
          while (times.length < told.length) times.push(clock.now());
          refusals.refused('rate');
          while (times.length < told.length) times.push(clock.now());
        }
        refusals.end();
        const total = told.reduce((sum, { rate = 0 }) => sum + rate, 0);
        expect(total).toBe(pauses.length);
        for (const [index, time] of times.entries()) {
          if (index > 0) expect(time - (times[index - 1] as number)).toBeGreaterThanOrEqual(60_000);
        }
      }),
    );
  });
});
