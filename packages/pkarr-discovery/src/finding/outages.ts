import type { RandomSource } from '@pubky-paykit/primitives';
import type { ContactClass } from '../cache/contact-policy.ts';
import type { DeviceAddress } from '../cache/device-address.ts';
import { MAX_OUTAGE_RETRY_MS, OUTAGE_RETRY_MS } from '../constants.ts';

const RANDOM_BYTES = 2;
const RANDOM_VALUES = 256 ** RANDOM_BYTES;

/** A key that is looked for, and as what. */
export interface SoughtKey {
  readonly address: DeviceAddress;
  readonly contact: ContactClass;
}

/** That nobody could be asked for a key, again and again. Times are Unix milliseconds. */
export interface Outage {
  /** As it was looked for last. */
  readonly key: SoughtKey;
  /** When the first look-up failed. */
  readonly sinceMs: number;
  /** When the last one failed. */
  readonly failedAtMs: number;
  readonly failures: number;
  /** When the next one may be tried. */
  readonly retryAtMs: number;
  /** Whether a cached key is used meanwhile, and somebody was told. */
  readonly isDegraded: boolean;
}

/** Whether another look-up may be tried. Also after the clock was set back: nobody knows how long ago it failed. */
export function isRetryDue({ failedAtMs, retryAtMs }: Outage, nowMs: number): boolean {
  return nowMs >= retryAtMs || nowMs < failedAtMs;
}

/**
 * The outages of a bounded number of keys. One that is used degraded is never forgotten, as somebody was told that it began;
 * others make room for it, and where there is none left, outages are not tracked and each look-up is tried.
 */
export class Outages {
  readonly #outages = new Map<string, Outage>();
  readonly #maximum: number;
  readonly #random: RandomSource;

  constructor(maximum: number, random: RandomSource) {
    this.#maximum = maximum;
    this.#random = random;
  }

  /** How many are tracked. */
  get size(): number {
    return this.#outages.size;
  }

  of({ address }: SoughtKey): Outage | undefined {
    return this.#outages.get(address.name);
  }

  /** Those of keys that are used degraded, in front the ones that may be tried next. */
  degraded(): readonly Outage[] {
    const all = [...this.#outages.values()].filter(({ isDegraded }) => isDegraded);
    return all.sort((one, other) => one.retryAtMs - other.retryAtMs);
  }

  /** A look-up has reached nobody. Waits grow from 2 s to 2 min, each cut by up to a half by chance. */
  fail(key: SoughtKey, nowMs: number): void {
    const { name } = key.address;
    const before = this.#outages.get(name);
    if (before === undefined && !this.#makeRoom()) return;
    const { sinceMs = nowMs, failures = 0, isDegraded = false } = before ?? {};
    const waitMs = Math.min(MAX_OUTAGE_RETRY_MS, OUTAGE_RETRY_MS * 2 ** failures) * (1 - this.#chance() / 2);
    const times = { sinceMs, failedAtMs: nowMs, retryAtMs: nowMs + waitMs };
    this.#outages.set(name, { key, ...times, failures: failures + 1, isDegraded });
  }

  /** A cached key is used in an outage. @returns The outage, if that is news. */
  degrade({ address }: SoughtKey): Outage | undefined {
    const outage = this.#outages.get(address.name);
    if (outage === undefined || outage.isDegraded) return undefined;
    this.#outages.set(address.name, { ...outage, isDegraded: true });
    return outage;
  }

  /** Somebody has answered. @returns The outage that is over, if there was one. */
  end({ address }: SoughtKey): Outage | undefined {
    const outage = this.#outages.get(address.name);
    this.#outages.delete(address.name);
    return outage;
  }

  /** All may be tried at once, as after the connection has come back. */
  resume(nowMs: number): void {
    for (const [name, outage] of this.#outages) this.#outages.set(name, { ...outage, retryAtMs: nowMs });
  }

  #makeRoom(): boolean {
    if (this.#outages.size < this.#maximum) return true;
    for (const [name, { isDegraded }] of this.#outages) {
      if (!isDegraded) return this.#outages.delete(name);
    }
    return false;
  }

  /** From 0, inclusive, to 1. */
  #chance(): number {
    return this.#random.bytes(RANDOM_BYTES).reduce((value, byte) => value * 256 + byte, 0) / RANDOM_VALUES;
  }
}
