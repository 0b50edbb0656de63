import { SessionStoreError } from '../errors.ts';

/** Whether a store is open, and what is under way in it. */
export class Lifecycle {
  #closedBecause: string | undefined;
  #closing: Promise<void> | undefined;
  readonly #underWay = new Set<Promise<unknown>>();

  /** Runs a call, unless the store is closed; `work` is called at once. @throws STORE_CLOSED */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.#closedBecause !== undefined) {
      throw new SessionStoreError('STORE_CLOSED', { because: this.#closedBecause });
    }
    const call = work();
    this.#underWay.add(call);
    try {
      return await call;
    } finally {
      this.#underWay.delete(call);
    }
  }

  /** Refuses calls from now on; the first reason counts. */
  refuse(because: string): void {
    this.#closedBecause ??= because;
  }

  /** Refuses calls, waits for those under way, then releases the medium; all that once. */
  close(release: () => Promise<void>): Promise<void> {
    this.refuse('close was called');
    this.#closing ??= Promise.allSettled(this.#underWay).then(release);
    // Whoever gave up waiting does not want to hear of it.
    this.#closing.catch(() => {});
    return this.#closing;
  }
}
