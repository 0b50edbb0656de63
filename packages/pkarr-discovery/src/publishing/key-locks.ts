import { zBase32 } from '@pubky-paykit/primitives';

/** Lets one piece of work at a time have a key; the others wait in the order they came in. */
export class KeyLocks {
  /** The end of each queue; gone as soon as it is empty. */
  readonly #tails = new Map<string, Promise<void>>();

  /** Keys that are had, or waited for. */
  get size(): number {
    return this.#tails.size;
  }

  /**
   * Runs `work` when it has the key to itself.
   *
   * @param wait How the turn is waited for: it may give up, and then the next one takes the place.
   */
  async with<Result>(
    publicKey: Uint8Array,
    wait: (turn: Promise<void>) => Promise<void>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const key = zBase32.encode(publicKey);
    const turn = this.#tails.get(key) ?? Promise.resolve();
    let release = (): void => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tail = turn.then(() => released);
    this.#tails.set(key, tail);
    tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    try {
      await wait(turn);
      return await work();
    } finally {
      release();
    }
  }
}
