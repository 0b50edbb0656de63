import type { CancelSignal } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { Flights, type Ride } from '../../src/finding/flights.ts';
import { rejectionOf } from '../bytes.ts';
import { settle } from './world.ts';

/** Work that goes on until the test ends it. */
function pendingWork() {
  const signals: CancelSignal[] = [];
  let land = (_: string): void => {};
  let crash = (_: Error): void => {};
  const work = (signal: CancelSignal) => {
    signals.push(signal);
    return new Promise<string>((resolve, reject) => {
      land = resolve;
      crash = reject;
    });
  };
  return { signals, work, land: (value: string) => land(value), crash: (error: Error) => crash(error) };
}

const ride = (change: Partial<Ride> = {}): Ride => {
  return {
    what: 'it',
    clock: new ManualClock(),
    signal: undefined,
    patienceMs: Number.POSITIVE_INFINITY,
    ...change,
  };
};

describe('Flights', () => {
  it('does the work once for a hundred who want it, and anew for the next', async () => {
    const flights = new Flights<string>();
    const { work, land, signals } = pendingWork();
    const all = Array.from({ length: 100 }, () => flights.ride('a', work, ride()));
    await settle();
    expect([signals.length, flights.size, flights.has('a'), flights.has('b')]).toEqual([1, 1, true, false]);
    land('done');
    expect(new Set(await Promise.all(all))).toEqual(new Set(['done']));
    expect(flights.size).toBe(0);
    flights.ride('a', work, ride());
    await settle();
    expect(signals).toHaveLength(2);
  });

  it('gives everybody the same error', async () => {
    const flights = new Flights<string>();
    const { work, crash } = pendingWork();
    const all = [1, 2].map(() => flights.ride('a', work, ride()).catch((error: Error) => error.message));
    await settle();
    crash(new Error('down'));
    expect(await Promise.all(all)).toEqual(['down', 'down']);
    const thrown = await flights
      .ride(
        'a',
        () => {
          throw new Error('at once');
        },
        ride(),
      )
      .catch((error: Error) => error.message);
    expect([thrown, flights.size]).toEqual(['at once', 0]);
  });

  it('lets one leave without the others, and stops the work when the last has left', async () => {
    const flights = new Flights<string>();
    const { work, signals } = pendingWork();
    const stoppers = [new AbortController(), new AbortController()];
    const all = stoppers.map(({ signal }) => rejectionOf(flights.ride('a', work, ride({ signal }))));
    await settle();
    stoppers[0]?.abort();
    expect((await all[0])?.code).toBe('DISCOVERY_CANCELLED');
    expect(signals[0]?.aborted).toBe(false);
    stoppers[1]?.abort();
    expect((await all[1])?.code).toBe('DISCOVERY_CANCELLED');
    expect([signals[0]?.aborted, flights.size]).toEqual([true, 0]);
  });

  it('never lets anybody board what was stopped', async () => {
    const flights = new Flights<string>();
    const [stopped, next] = [pendingWork(), pendingWork()];
    const stopper = new AbortController();
    const left = rejectionOf(flights.ride('a', stopped.work, ride({ signal: stopper.signal })));
    await settle();
    stopper.abort();
    await left;
    const rider = flights.ride('a', next.work, ride());
    await settle();
    stopped.land('too late');
    await settle();
    expect(flights.has('a')).toBe(true);
    next.land('in time');
    expect(await rider).toBe('in time');
  });

  it('starts nothing for who was cancelled before', async () => {
    const { work, signals } = pendingWork();
    const cancelled = new Flights<string>().ride('a', work, ride({ signal: AbortSignal.abort() }));
    expect((await rejectionOf(cancelled)).code).toBe('DISCOVERY_CANCELLED');
    expect(signals).toEqual([]);
  });

  it('goes on when somebody loses patience, for those who come later', async () => {
    const flights = new Flights<string>();
    const { work, land, signals } = pendingWork();
    const clock = new ManualClock();
    const impatient = flights.ride('a', work, ride({ clock, patienceMs: 1_000 }));
    await settle();
    clock.advance(1_000);
    expect(await impatient).toBeUndefined();
    expect([signals[0]?.aborted, flights.has('a'), clock.pending]).toEqual([false, true, 0]);
    const patient = flights.ride('a', work, ride());
    land('done');
    expect(await patient).toBe('done');
  });
});
