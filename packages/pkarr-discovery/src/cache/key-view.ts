import type { KeptKey } from './kept-key.ts';

interface Seen {
  readonly kept: KeptKey;
  /** Unix milliseconds: when the reading began, so that it is never older than that. */
  readonly readAtMs: number;
  /** Whether it was asked for since somebody last looked for room. */
  wasUsed: boolean;
}

/**
 * What was read last of a bounded number of devices. One that was not asked for makes room for others; each that was gets a
 * second chance. Putting the one used last behind the others at every use would cost more than all the rest of it.
 */
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
    seen.wasUsed = true;
    return seen.kept;
  }

  /** What was read last, however long ago: to compare with. */
  last(name: string): KeptKey | undefined {
    return this.#devices.get(name)?.kept;
  }

  see(name: string, kept: KeptKey, readAtMs: number): void {
    this.#devices.delete(name);
    if (this.#devices.size >= this.#maximumDevices) this.#makeRoom();
    this.#devices.set(name, { kept, readAtMs, wasUsed: false });
  }

  forget(name: string): void {
    this.#devices.delete(name);
  }

  #makeRoom(): void {
    for (const [name, seen] of this.#devices) {
      this.#devices.delete(name);
      if (!seen.wasUsed) return;
      seen.wasUsed = false;
      // Behind the others, where this walk meets it again if all of them were used.
      this.#devices.set(name, seen);
    }
  }
}
