import type { Clock } from '@pubky-paykit/primitives';

/** What a {@link RateWindow} admits. */
export interface RateWindowOptions {
  readonly clock: Clock;
  /** Events per key and window; `Infinity` for no limit. */
  readonly limit: number;
  /** Milliseconds. */
  readonly windowMs: number;
  /** Keys remembered at once; beyond it the one that was admitted longest ago is forgotten. */
  readonly maximumKeys: number;
}

/**
 * Sliding-window limit per key. Only admitted events count, so a peer that keeps trying gets its share, and a key costs
 * at most `limit` numbers.
 */
export class RateWindow {
  readonly #options: RateWindowOptions;
  /** Times of admitted events; keys in the order of their last admission. */
  readonly #admitted = new Map<string, readonly number[]>();

  constructor(options: RateWindowOptions) {
    this.#options = options;
  }

  /** Keys remembered now. */
  get size(): number {
    return this.#admitted.size;
  }

  /** Whether one more event of `key` is within the limit; counts it if so. */
  admit(key: string): boolean {
    const { clock, limit, maximumKeys } = this.#options;
    if (limit === Number.POSITIVE_INFINITY) return true;
    const now = clock.now();
    const recent = (this.#admitted.get(key) ?? []).filter((time) => this.#isRecent(time, now));
    if (recent.length >= limit) return false;
    this.#admitted.delete(key);
    this.#forgetOldest(now, maximumKeys - 1);
    this.#admitted.set(key, [...recent, now]);
    return true;
  }

  #forgetOldest(now: number, keep: number): void {
    for (const [key, times] of this.#admitted) {
      const last = times.at(-1);
      if (this.#admitted.size <= keep && last !== undefined && this.#isRecent(last, now)) return;
      this.#admitted.delete(key);
    }
  }

  /** A time in the future was noted before the clock was set back, and says nothing. */
  #isRecent(time: number, now: number): boolean {
    return time <= now && now - time < this.#options.windowMs;
  }
}
