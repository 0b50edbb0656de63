import type { BodyStore } from './body-store.ts';
import { applyChange, type Change } from './change.ts';
import { createMemoryBodies } from './memory-bodies.ts';
import { emptyState, type MutableState, type NetworkState } from './network-state.ts';

/** What a step decides. */
export interface Decision<Result> {
  /** Happen together, or not at all. */
  readonly changes: readonly Change[];
  readonly result: Result;
}

/** All that a network keeps. */
export interface Store {
  /** As it is now; only what is durable can be seen in it. */
  readonly state: NetworkState;
  readonly bodies: BodyStore;
  /**
   * Changes the state, one step after the other: `decide` sees what the step before has left. Resolves once what it
   * decided is durable.
   *
   * @throws What `decide` throws; then nothing has changed. TESTNET_STORAGE_FAILED
   */
  change<Result>(decide: (state: NetworkState) => Decision<Result>): Promise<Result>;
  /** Waits for the steps that have begun. Again waits for the same end. */
  close(): Promise<void>;
}

/** Where changes are written down. */
export interface ChangeLog {
  /** Resolves once they are durable. */
  append(changes: readonly Change[]): Promise<void>;
  /** After they have happened. Never rejects. */
  tidy(state: MutableState): Promise<void>;
  close(): Promise<void>;
}

/** A store over a state, a log and contents. */
export function createStore(state: MutableState, log: ChangeLog, bodies: BodyStore): Store {
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;
  /** One step at a time; one that failed does not stop the next. */
  const afterwards = <Result>(step: () => Promise<Result>): Promise<Result> => {
    const next = last.then(step, step);
    last = next;
    return next;
  };
  return {
    state,
    bodies,
    change: (decide) =>
      afterwards(async () => {
        const { changes, result } = decide(state);
        if (changes.length > 0) {
          await log.append(changes);
          for (const change of changes) applyChange(state, change);
          await log.tidy(state);
        }
        return result;
      }),
    close() {
      closed ??= afterwards(() => log.close());
      return closed;
    },
  };
}

/**
 * A store that is gone with the process.
 *
 * @param maximumBytes of all contents together.
 */
export function createMemoryStore(maximumBytes: number): Store {
  const log: ChangeLog = { async append() {}, async tidy() {}, async close() {} };
  return createStore(emptyState(), log, createMemoryBodies(maximumBytes));
}
