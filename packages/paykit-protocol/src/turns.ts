import type { CancelSignal } from '@pubky-paykit/primitives';
import { PaykitError } from './errors.ts';
import type { ReceiptStore } from './ports.ts';

/** Works that must not overlap, by key. Peers choose the keys, so that nothing of one is kept once it is idle. */
export interface Turns {
  /** Keys at work. */
  readonly size: number;
  /** Works that wait for their turn, of all keys. */
  readonly waiting: number;
  /**
   * Runs `work` once those before it on the same key have ended or been given up, and settles as it does. Once `signal` is
   * aborted the work leaves the queue, or passes its turn on though it may still be running: its outcome must count no more.
   *
   * @throws PAYKIT_CANCELLED if `signal` is aborted before the turn comes; then `work` is not called.
   */
  take<Result>(key: string, signal: CancelSignal, work: () => Promise<Result>): Promise<Result>;
}

function givenUp(): PaykitError {
  return new PaykitError('PAYKIT_CANCELLED', { what: 'waiting for the turn' });
}

/** Turns nobody has taken yet. */
export function createTurns(): Turns {
  /** Who waits behind the work on a key; there is an entry as long as there is a work. */
  const queues = new Map<string, (() => void)[]>();

  function passOn(key: string): void {
    const next = queues.get(key)?.shift();
    if (next === undefined) queues.delete(key);
    else next();
  }

  async function enter(key: string, signal: CancelSignal): Promise<void> {
    if (signal.aborted) throw givenUp();
    const queue = queues.get(key);
    if (queue === undefined) {
      queues.set(key, []);
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        signal.removeEventListener('abort', leave);
        queue.splice(queue.indexOf(start), 1);
        reject(givenUp());
      };
      queue.push(start);
      signal.addEventListener('abort', leave);
    });
  }

  return {
    get size() {
      return queues.size;
    },
    get waiting() {
      return Array.from(queues.values()).reduce((sum, queue) => sum + queue.length, 0);
    },
    async take(key, signal, work) {
      await enter(key, signal);
      let mine = true;
      const release = () => {
        signal.removeEventListener('abort', release);
        if (mine) passOn(key);
        mine = false;
      };
      signal.addEventListener('abort', release);
      try {
        // The abort may have come between the turn and this line, and is not told again.
        if (signal.aborted) throw givenUp();
        return await work();
      } finally {
        release();
      }
    },
  };
}

const BY_STORE = new WeakMap<ReceiptStore, Turns>();

/** The turns of all who write into one store in this process. */
export function turnsOf(store: ReceiptStore): Turns {
  const turns = BY_STORE.get(store) ?? createTurns();
  BY_STORE.set(store, turns);
  return turns;
}
