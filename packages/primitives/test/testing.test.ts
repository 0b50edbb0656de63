import { describe, expect, it } from 'vitest';
import { ManualClock, predictableRandomForTestingOnly } from '../src/testing.ts';

describe('ManualClock', () => {
  it('starts where it is told, or at zero, and moves only when told', () => {
    expect(new ManualClock().now()).toBe(0);
    const clock = new ManualClock(1_000);
    expect(clock.now()).toBe(1_000);
    clock.advance(0);
    clock.advance(5);
    expect(clock.now()).toBe(1_005);
  });

  it('runs what falls due, at its own time, in order of time and then of scheduling', () => {
    const clock = new ManualClock(100);
    const seen: [string, number][] = [];
    const note = (name: string) => () => seen.push([name, clock.now()]);
    clock.schedule(30, note('c'));
    clock.schedule(10, note('a'));
    clock.schedule(30, note('d'));
    clock.schedule(20, note('b'));
    clock.schedule(31, note('later'));
    expect(clock.pending).toBe(5);
    clock.advance(30);
    expect(seen).toEqual([
      ['a', 110],
      ['b', 120],
      ['c', 130],
      ['d', 130],
    ]);
    expect([clock.now(), clock.pending]).toEqual([130, 1]);
  });

  it('runs a callback once', () => {
    const clock = new ManualClock();
    let runs = 0;
    clock.schedule(1, () => runs++);
    clock.advance(1);
    clock.advance(100);
    expect(runs).toBe(1);
  });

  it('does not run what was cancelled, even by another callback of the same time', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.schedule(1, () => {
      seen.push('first');
      cancel();
    });
    const cancel = clock.schedule(1, () => seen.push('second'));
    clock.advance(2);
    cancel();
    expect(seen).toEqual(['first']);
    expect(clock.pending).toBe(0);
  });

  it('runs what a callback schedules, if it falls due in the same move', () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    clock.schedule(10, () => clock.schedule(10, () => seen.push(clock.now())));
    clock.advance(19);
    expect(seen).toEqual([]);
    clock.advance(1);
    expect(seen).toEqual([20]);
    clock.schedule(1, () => clock.schedule(0, () => seen.push(clock.now())));
    clock.advance(5);
    expect([...seen, clock.now()]).toEqual([20, 21, 25]);
  });

  it('runs a timer whose delay is not positive at the next move, without moving back', () => {
    const clock = new ManualClock(50);
    const seen: number[] = [];
    clock.schedule(-10, () => seen.push(clock.now()));
    expect(seen).toEqual([]);
    clock.advance(0);
    expect(seen).toEqual([50]);
  });

  it('does not move back after a callback that moved it further', () => {
    const clock = new ManualClock();
    clock.schedule(1, () => clock.advance(100));
    clock.advance(10);
    expect(clock.now()).toBe(101);
  });

  it.each([-1, Number.NaN])('refuses to move by %s', (ms) => {
    expect(() => new ManualClock().advance(ms)).toThrow(RangeError);
  });

  it('stays usable after a callback that throws', () => {
    const clock = new ManualClock();
    const seen: string[] = [];
    clock.schedule(1, () => {
      throw new Error('planned');
    });
    clock.schedule(2, () => seen.push('next'));
    expect(() => clock.advance(5)).toThrow('planned');
    expect(clock.now()).toBe(1);
    clock.advance(1);
    expect(seen).toEqual(['next']);
  });
});

describe('predictableRandomForTestingOnly', () => {
  it('gives the same bytes for the same seed, and others for another', () => {
    const [first, again, other] = [1, 1, 2].map((seed) => predictableRandomForTestingOnly(seed));
    const bytes = first?.bytes(64);
    expect(again?.bytes(64)).toEqual(bytes);
    expect(other?.bytes(64)).not.toEqual(bytes);
  });

  it('goes on where it stopped, in fresh buffers', () => {
    const whole = predictableRandomForTestingOnly(9).bytes(40);
    const source = predictableRandomForTestingOnly(9);
    const head = source.bytes(8);
    const tail = source.bytes(32);
    expect([...head, ...tail]).toEqual([...whole]);
    expect(tail).not.toEqual(source.bytes(32));
    expect(source.bytes(0)).toHaveLength(0);
    expect(head.buffer).not.toBe(tail.buffer);
  });
});
