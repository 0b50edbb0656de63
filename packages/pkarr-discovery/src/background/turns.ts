import type { CancelSignal } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';

/** In every runtime we support; the core compiles without the DOM types. */
declare const AbortController: new () => { readonly signal: CancelSignal; abort(): void };

/** Lets one piece of work at a time happen, until it is closed. */
export interface Turns {
  /** @throws DISCOVERY_CLOSED if it is closed. */
  requireOpen(): void;
  /**
   * Does the work when everybody before is done. Its signal is aborted with the one that is given, and by closing.
   *
   * @throws DISCOVERY_CLOSED, and DISCOVERY_CANCELLED if the signal comes before the turn.
   */
  take<Result>(
    signal: CancelSignal | undefined,
    work: (signal: CancelSignal) => Promise<Result>,
  ): Promise<Result>;
  /** Aborts what is under way and waits for its end. Never rejects. */
  close(): Promise<void>;
}

/** @param what Named in errors. */
export function createTurns(what: string): Turns {
  const closing = new AbortController();
  let tail: Promise<unknown> = Promise.resolve();

  function requireOpen(): void {
    if (closing.signal.aborted) throw new DiscoveryError('DISCOVERY_CLOSED', { what });
  }

  /** Aborted with either signal; `release` takes the listeners away. */
  function linked(signal: CancelSignal | undefined): { readonly signal: CancelSignal; release(): void } {
    const controller = new AbortController();
    const parents = signal === undefined ? [closing.signal] : [closing.signal, signal];
    const abort = (): void => controller.abort();
    for (const parent of parents) {
      if (parent.aborted) abort();
      parent.addEventListener('abort', abort);
    }
    const release = (): void => {
      for (const parent of parents) parent.removeEventListener('abort', abort);
    };
    return { signal: controller.signal, release };
  }

  return {
    requireOpen,
    async take(signal, work) {
      requireOpen();
      const link = linked(signal);
      const turn = tail.then(() => {
        if (link.signal.aborted) throw new DiscoveryError('DISCOVERY_CANCELLED', { what });
        return work(link.signal);
      });
      const over = turn.then(
        () => {},
        () => {},
      );
      tail = over;
      try {
        return await turn;
      } finally {
        link.release();
      }
    },
    async close() {
      closing.abort();
      await tail;
    },
  };
}
