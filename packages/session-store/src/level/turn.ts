import type { CancelTimer, Clock, RandomSource } from '@pubky-paykit/primitives';
import {
  MAX_SHARED_RETRY_MS,
  SHARED_BREAK_MS,
  SHARED_IDLE_MS,
  SHARED_RETRY_MS,
  SHARED_TURN_MS,
} from '../constants.ts';
import { randomPauseMs } from '../random-pause.ts';

const RETRIES = { firstMs: SHARED_RETRY_MS, longestMs: MAX_SHARED_RETRY_MS };

/** What only one can have at a time, also of several processes. */
export interface Exclusive<Resource> {
  /** One attempt. */
  open(): Promise<Resource>;
  /** Never rejects. */
  close(resource: Resource): Promise<void>;
  /** Whether an attempt failed because somebody else has it now. */
  isTaken(error: unknown): boolean;
  readonly clock: Clock;
  /** Spreads the attempts of those who wait. */
  readonly random: RandomSource;
}

/**
 * The time in which we have something that others want, too: from the first attempt to open it, which is repeated as long as
 * somebody else has it and anybody waits here, until it is closed, a moment after its last user has left.
 */
export class Turn<Resource> {
  /** Rejects with what opening fails with, and if nobody waits any more. */
  readonly opened: Promise<Resource>;
  /** Resolves when it is closed, or could not be opened. */
  readonly over: Promise<void>;
  readonly #exclusive: Exclusive<Resource>;
  #users = 0;
  #resource: Resource | undefined;
  #openedAtMs = 0;
  #obstacle: unknown;
  #isEnded = false;
  /** Until when others shall have it, if they want it. */
  #breakUntilMs = Number.NEGATIVE_INFINITY;
  #isLast = false;
  #cancelIdle: CancelTimer = () => {};
  #wake = (): void => {};
  #finish = (): void => {};

  /** @param before The turn before this one, which has been told to end. */
  constructor(exclusive: Exclusive<Resource>, before?: Turn<Resource>) {
    this.#exclusive = exclusive;
    this.over = new Promise((resolve) => {
      this.#finish = resolve;
    });
    this.opened = this.#open(before);
    // Everybody who waited may have gone.
    this.opened.catch(() => {});
  }

  /** Whether one may join. A clock that was set back does not make it longer. */
  get isOpenToAll(): boolean {
    return !this.#isEnded && !this.#isLast && !this.#isOverdue();
  }

  /** Why it is not open yet, if somebody else has it. */
  get obstacle(): unknown {
    return this.#obstacle;
  }

  /** Holds it open until the same user leaves. */
  join(): void {
    this.#users += 1;
    this.#cancelIdle();
  }

  leave(): void {
    this.#users -= 1;
    this.#rest();
  }

  /** It ends with its last user, at once if there is none. */
  endSoon(): void {
    this.#isLast = true;
    this.#wake();
    this.#rest();
  }

  #isOverdue(): boolean {
    if (this.#resource === undefined) return false;
    const lastedMs = this.#exclusive.clock.now() - this.#openedAtMs;
    return !(lastedMs >= 0 && lastedMs < SHARED_TURN_MS);
  }

  async #open(before: Turn<Resource> | undefined): Promise<Resource> {
    try {
      await before?.over;
      const breakMs = before === undefined ? 0 : before.#breakUntilMs - this.#exclusive.clock.now();
      if (breakMs > 0) await this.#pause(Math.min(breakMs, SHARED_BREAK_MS));
      const resource = await this.#attempts();
      this.#resource = resource;
      this.#obstacle = undefined;
      this.#openedAtMs = this.#exclusive.clock.now();
      this.#rest();
      return resource;
    } catch (error) {
      this.#isEnded = true;
      this.#finish();
      throw error;
    }
  }

  async #attempts(): Promise<Resource> {
    const { open, isTaken, random } = this.#exclusive;
    for (let failures = 1; ; failures++) {
      if (this.#users === 0) throw this.#obstacle ?? new Error('nobody waits for it');
      try {
        return await open();
      } catch (error) {
        if (!isTaken(error)) throw error;
        this.#obstacle = error;
      }
      await this.#pause(randomPauseMs(failures, RETRIES, random));
    }
  }

  async #pause(pauseMs: number): Promise<void> {
    if (this.#isLast) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#exclusive.clock.schedule(pauseMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
  }

  /** Ends it, or lets it wait for the next user, if it has none. */
  #rest(): void {
    if (this.#users > 0 || this.#resource === undefined || this.#isEnded) return;
    if (this.#isLast || this.#isOverdue()) this.#end(this.#resource);
    else this.#cancelIdle = this.#exclusive.clock.schedule(SHARED_IDLE_MS, () => this.endSoon());
  }

  #end(resource: Resource): void {
    if (this.#isOverdue()) this.#breakUntilMs = this.#exclusive.clock.now() + SHARED_BREAK_MS;
    this.#isEnded = true;
    this.#cancelIdle();
    this.#exclusive.close(resource).then(this.#finish);
  }
}
