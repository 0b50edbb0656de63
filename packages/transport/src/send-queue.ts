import type { Deadline } from './deadline.ts';

/** Lets one sender at a time through, in the order of asking. */
export class SendQueue {
  #last: Promise<void> = Promise.resolve();

  /**
   * Waits for the turn and returns the call that ends it. A sender whose deadline ends first is out of the queue, and
   * those behind it still wait for those before it.
   */
  async enter(deadline: Deadline): Promise<() => void> {
    const before = this.#last;
    let leave = (): void => {};
    const mine = new Promise<void>((resolve) => {
      leave = resolve;
    });
    this.#last = before.then(() => mine);
    try {
      await deadline.race(before);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Settles when everyone in the queue now has left. */
  get drained(): Promise<void> {
    return this.#last;
  }
}
