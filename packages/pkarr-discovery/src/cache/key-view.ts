import type { KeptKey } from './kept-key.ts';

interface Seen {
  readonly kept: KeptKey;
  /** Unix milliseconds: when the reading began, so that it is never older than that. */
  readonly readAtMs: number;
}

/** What was read last of a bounded number of devices; the one that was asked for longest ago makes room. */
export class KeyView {
  readonly #devices = new Map<string, Seen>();
  readonly #maximumDevices: number;
  readonly #validMs: number;

  /**
   * @param maximumDevices A natural number.
   * @param validMs For how many milliseconds what was read is taken for what is stored; 0 for not at all.
   * @throws RangeError
   */
  constructor(maximumDevices: number, validMs: number) {
    if (!Number.isSafeInteger(maximumDevices) || maximumDevices < 1) {
      throw new RangeError('the view must hold one device at least');
    }
    if (!(validMs >= 0)) throw new RangeError('the time a view is valid must not be negative');
    this.#maximumDevices = maximumDevices;
    this.#validMs = validMs;
  }

  /** Devices that are held. */
  get size(): number {
    return this.#devices.size;
  }

  /** What may be used without reading. Not after the clock was set back: nobody knows how long ago the reading was. */
  fresh(name: string, nowMs: number): KeptKey | undefined {
    const seen = this.#devices.get(name);
    if (seen === undefined) return undefined;
    const ageMs = nowMs - seen.readAtMs;
    if (!(ageMs >= 0 && ageMs < this.#validMs)) return undefined;
    this.#devices.delete(name);
    this.#devices.set(name, seen);
    return seen.kept;
  }

  /** What was read last, however long ago: to compare with. */
  last(name: string): KeptKey | undefined {
    return this.#devices.get(name)?.kept;
  }

  see(name: string, kept: KeptKey, readAtMs: number): void {
    this.#devices.delete(name);
    this.#devices.set(name, { kept, readAtMs });
    const [longestAgo] = this.#devices.keys();
    if (this.#devices.size > this.#maximumDevices && longestAgo !== undefined) this.forget(longestAgo);
  }

  forget(name: string): void {
    this.#devices.delete(name);
  }
}
