/** Lets the work on one key happen one after the other, while other keys go on. */
export class KeyedTurns {
  /** Settles when the last one in the line of a key is done; a key is here only while somebody is. */
  readonly #lines = new Map<string, Promise<void>>();

  /** Keys that somebody works on or waits for. */
  get size(): number {
    return this.#lines.size;
  }

  /**
   * Runs `work` when everybody before is done. It must not wait for another turn of the same key.
   *
   * @param wait Waits for the turn; if it rejects, the place is given up.
   */
  async take<Result>(
    key: string,
    wait: (turn: Promise<void>) => Promise<void>,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const before = this.#lines.get(key);
    let leave = (): void => {};
    const done = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const line = before === undefined ? done : before.then(() => done);
    this.#lines.set(key, line);
    try {
      if (before !== undefined) await wait(before);
      return await work();
    } finally {
      leave();
      // Not before everybody in front has left too, or a newcomer would overtake them.
      line.then(() => {
        if (this.#lines.get(key) === line) this.#lines.delete(key);
      });
    }
  }
}
