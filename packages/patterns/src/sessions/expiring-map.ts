import type { CancelTimer, Clock } from '@pubky-paykit/primitives';
import { TABLE_MAXIMUM_ENTRIES } from '../constants.ts';

interface Entry<Value> {
  readonly value: Value;
  readonly touchedAtMs: number;
}

/** What an expiring map is told. */
export interface ExpiringMapOptions<Value> {
  readonly clock: Clock;
  /** How many values there may be, 1 to 1 000 000; whoever puts values in asks `isFull` first. */
  readonly maximum: number;
  /** How long a value stays after it was last touched, in milliseconds; without it, for ever. */
  readonly lifetimeMs: number | undefined;
  /** Asked when the time of a value is over: true keeps it for another lifetime. */
  readonly isBusy?: (value: Value) => boolean;
  /** Told once the value has left the map. */
  readonly onExpired: (value: Value) => void;
}

/**
 * Values under a text, which leave when their time is over, with one timer for all: secrets are wiped on time even if
 * nobody calls. A map keeps the order of insertion, and touching inserts again, so that the first is always the next.
 */
export class ExpiringMap<Value> {
  readonly #options: ExpiringMapOptions<Value>;
  readonly #entries = new Map<string, Entry<Value>>();
  #cancelTimer: CancelTimer | undefined;

  /** @throws RangeError for a lifetime that is not positive, and a maximum that is none. */
  constructor(options: ExpiringMapOptions<Value>) {
    const { lifetimeMs, maximum } = options;
    if (!Number.isInteger(maximum) || maximum < 1 || maximum > TABLE_MAXIMUM_ENTRIES) {
      throw new RangeError(`maximum must be a whole number from 1 to ${TABLE_MAXIMUM_ENTRIES}`);
    }
    if (lifetimeMs !== undefined && !(lifetimeMs > 0)) throw new RangeError('a lifetime must be positive');
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size;
  }

  get isFull(): boolean {
    return this.#entries.size >= this.#options.maximum;
  }

  get(key: string): Value | undefined {
    return this.#entries.get(key)?.value;
  }

  /** Puts a value in, or begins its time anew. */
  touch(key: string, value: Value): void {
    this.#putLast(key, value);
    this.#arm();
  }

  delete(key: string): boolean {
    const existed = this.#entries.delete(key);
    // A pending timer keeps a process alive.
    if (this.#entries.size === 0) this.#disarm();
    return existed;
  }

  /** Keys and values, the longest untouched first; values may be deleted meanwhile. */
  *entries(): Generator<readonly [string, Value]> {
    for (const [key, { value }] of this.#entries) yield [key, value];
  }

  #putLast(key: string, value: Value): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, touchedAtMs: this.#options.clock.now() });
  }

  #disarm(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  /** One timer, for the first entry. It may run early, when that one was touched or deleted since; then it runs again. */
  #arm(): void {
    const { clock, lifetimeMs } = this.#options;
    if (lifetimeMs === undefined || this.#cancelTimer !== undefined) return;
    const [first] = this.#entries.values();
    if (first === undefined) return;
    // A clock that was set back makes values live one more lifetime at most.
    const leftMs = Math.min(first.touchedAtMs + lifetimeMs - clock.now(), lifetimeMs);
    this.#cancelTimer = clock.schedule(leftMs, () => {
      this.#cancelTimer = undefined;
      this.#expire(lifetimeMs);
      this.#arm();
    });
  }

  #expire(lifetimeMs: number): void {
    const { clock, isBusy, onExpired } = this.#options;
    const now = clock.now();
    for (const [key, { value, touchedAtMs }] of this.#entries) {
      const ageMs = now - touchedAtMs;
      if (ageMs >= 0 && ageMs < lifetimeMs) return;
      // Touched in the future means that the clock was set back since: it must not keep those behind it alive.
      if (ageMs < 0 || isBusy?.(value)) {
        this.#putLast(key, value);
      } else {
        this.#entries.delete(key);
        onExpired(value);
      }
    }
  }
}
