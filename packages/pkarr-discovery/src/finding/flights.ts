import { type CancelSignal, type Clock, withDeadline } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

interface Flight<Result> {
  readonly landing: Promise<Result>;
  readonly stopper: { abort(): void };
  /** Who waits for it, and who would like to know later. */
  riders: number;
}

/** How somebody waits. */
export interface Ride {
  /** Named in errors. */
  readonly what: string;
  readonly clock: Clock;
  /** Leaves; when the last one has left, the work is stopped. */
  readonly signal: CancelSignal | undefined;
  /** Milliseconds, `Infinity` for as long as it takes: then who waits goes without, and the work goes on. */
  readonly patienceMs: number;
}

/** Work that is done once for all who want the same at the same time. */
export class Flights<Result> {
  readonly #flights = new Map<string, Flight<Result>>();

  /** How much work is going on. */
  get size(): number {
    return this.#flights.size;
  }

  /** Whether somebody is at it. */
  has(name: string): boolean {
    return this.#flights.has(name);
  }

  /**
   * Waits for the work of that name, and starts it if nobody has.
   *
   * @returns Undefined if patience came to its end.
   * @throws DISCOVERY_CANCELLED, and what the work throws.
   */
  async ride(
    name: string,
    work: (signal: CancelSignal) => Promise<Result>,
    { what, clock, signal, patienceMs }: Ride,
  ): Promise<Result | undefined> {
    const cancelled = () => new DiscoveryError('DISCOVERY_CANCELLED', { what });
    if (signal?.aborted) throw cancelled();
    const flight = this.#flights.get(name) ?? this.#takeOff(name, work);
    const impatient = new Error('patience came to its end');
    flight.riders += 1;
    try {
      const limits = { clock, timeoutMs: patienceMs, signal, timedOut: () => impatient, cancelled };
      return await withDeadline(limits, ({ race }) => race(() => flight.landing));
    } catch (error) {
      if (error !== impatient) throw error;
      // Still counted in: the work goes on though nobody waits.
      flight.riders += 1;
      return undefined;
    } finally {
      flight.riders -= 1;
      if (flight.riders === 0) this.#stop(name, flight);
    }
  }

  #takeOff(name: string, work: (signal: CancelSignal) => Promise<Result>): Flight<Result> {
    const stopper = new AbortController();
    const landing = (async () => work(stopper.signal))().finally(() => this.#remove(name, flight));
    // Nobody may be waiting any more.
    landing.catch(() => {});
    const flight: Flight<Result> = { landing, stopper, riders: 0 };
    this.#flights.set(name, flight);
    return flight;
  }

  /** Whoever comes next starts anew, even if this one takes its time to stop. */
  #stop(name: string, flight: Flight<Result>): void {
    this.#remove(name, flight);
    flight.stopper.abort();
  }

  #remove(name: string, flight: Flight<Result>): void {
    if (this.#flights.get(name) === flight) this.#flights.delete(name);
  }
}
