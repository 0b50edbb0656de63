import type { DurableStore } from '../store/durable-store.ts';
import { createFaultyStore, type StoreCall, type StoreFault } from './faulty-store.ts';

/** Where a process died. */
export interface Crash {
  readonly call: StoreCall;
  readonly fault: Extract<StoreFault, 'die before' | 'die after'>;
}

/** Something that must survive dying at any call of its store. */
export interface CrashScenario {
  /** A fresh store, which is used until the end of `check` and then closed. */
  create(): DurableStore | Promise<DurableStore>;
  /** What the process does. Where it dies, it is left standing: its promise never settles. */
  run(store: DurableStore): Promise<void>;
  /** What the next process finds: rejects if it is not as it must be. `crash` is `undefined` after the run that got through. */
  check(store: DurableStore, crash: Crash | undefined): Promise<void>;
}

const FAULTS = ['die before', 'die after'] as const;

/**
 * Runs a scenario to its end, and once for each call of its store with a death before and one with a death after that call.
 *
 * @returns How many deaths there were.
 *
 * @example
 * ```ts
 * import { createMemoryStore } from '@pubky-paykit/session-store';
 * import { crashEverywhere } from '@pubky-paykit/session-store/testing';
 * const deaths = await crashEverywhere({
 *   create: () => createMemoryStore(),
 *   async run(store) {
 *     await store.commit([{ type: 'put', key: 'a', value: Uint8Array.of(1) }]);
 *     await store.commit([{ type: 'put', key: 'b', value: Uint8Array.of(1) }]);
 *   },
 *   async check(store) {
 *     if ((await store.get('b')) && !(await store.get('a'))) throw new Error('b came before a');
 *   },
 * });
 * console.log(deaths); // 4
 * ```
 */
export async function crashEverywhere({ create, run, check }: CrashScenario): Promise<number> {
  for (let deaths = 0; ; deaths++) {
    const fault = FAULTS[deaths % FAULTS.length] as Crash['fault'];
    const number = Math.floor(deaths / FAULTS.length);
    let crash: Crash | undefined;
    const store = await create();
    const faulty = createFaultyStore(store, (call) => {
      if (call.number !== number) return undefined;
      crash = { call, fault };
      return fault;
    });
    await Promise.race([run(faulty), faulty.died]);
    await check(store, crash);
    await store.close();
    if (crash === undefined) return deaths;
  }
}
