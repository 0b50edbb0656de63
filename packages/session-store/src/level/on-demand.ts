import { type Exclusive, Turn } from './turn.ts';

/** Waits until it is open, and may give up. `obstacle` says who or what it waits for. */
export type WaitForTurn<Resource> = (opened: Promise<Resource>, obstacle: () => unknown) => Promise<Resource>;

/**
 * Opens something that only one can have at a time for whoever uses it here, and lets go of it when nobody has used it for a
 * moment. Who is busy with it lets others have it now and then.
 */
export class OnDemand<Resource> {
  readonly #exclusive: Exclusive<Resource>;
  #turn: Turn<Resource> | undefined;

  constructor(exclusive: Exclusive<Resource>) {
    this.#exclusive = exclusive;
  }

  /** @throws What `wait` and `work` throw, and what opening fails with, unless it is taken: then it is tried again. */
  async use<Result>(
    wait: WaitForTurn<Resource>,
    work: (resource: Resource) => Promise<Result>,
  ): Promise<Result> {
    const turn = this.#presentTurn();
    turn.join();
    try {
      return await work(await wait(turn.opened, () => turn.obstacle));
    } finally {
      turn.leave();
    }
  }

  /** Lets go of it, and waits for that. Nobody may be using it, or do so later. Never rejects. */
  async close(): Promise<void> {
    this.#turn?.endSoon();
    await this.#turn?.over;
  }

  #presentTurn(): Turn<Resource> {
    const present = this.#turn;
    if (present?.isOpenToAll) return present;
    present?.endSoon();
    this.#turn = new Turn(this.#exclusive, present);
    return this.#turn;
  }
}
