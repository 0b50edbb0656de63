import { type CancelSignal, type Clock, systemClock } from '@pubky-paykit/primitives';
import { STORE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DurableStore } from '../store/durable-store.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import { createLevelStore } from './level-store.ts';
import { openDatabase } from './open-database.ts';

/** How to open a folder. */
export interface OpenLevelStoreOptions {
  /** Path of the folder; made, for this user only, if it does not exist. Nothing else may be in it. */
  readonly location: string;
  readonly clock?: Clock | undefined;
  /** Milliseconds for opening, and for each call that does not say otherwise; 10 000 unless given. */
  readonly timeoutMs?: number | undefined;
  /** Gives up opening. */
  readonly signal?: CancelSignal | undefined;
}

/**
 * A store in a folder of this machine, over LevelDB: one process at a time, which survives its crash and a loss of power.
 * Several processes take turns with `openSharedLevelStore`.
 * Commits at the same time are written together. Needs the package `classic-level`.
 *
 * @throws STORE_LOCKED while it is open here or in another process.
 * @throws STORE_CORRUPTED, STORE_NEWER_FORMAT if the folder is damaged, of another program, or of a later version.
 * @throws STORE_ADAPTER_MISSING, STORE_FULL, STORE_IO_FAILED, STORE_CANCELLED, STORE_TIMED_OUT
 *
 * @example
 * ```ts
 * import { openLevelStore } from '@pubky-paykit/session-store/level';
 * const store = await openLevelStore({ location: './paykit-data' });
 * await store.commit([{ type: 'put', key: 'peers/alice', value: Uint8Array.of(1) }]);
 * await store.close();
 * ```
 */
export function openLevelStore({
  location,
  clock = systemClock,
  timeoutMs = STORE_TIMEOUT_MS,
  signal,
}: OpenLevelStoreOptions): Promise<DurableStore> {
  const lifecycle = new Lifecycle();
  const onFailure = (because: string): void => lifecycle.refuse(because);
  return withDeadline({ what: 'opening', clock, timeoutMs, signal }, async ({ race }) => {
    const opening = openDatabase({ location, clock, timeoutMs, onFailure });
    try {
      const { calls } = await race(() => opening);
      return createLevelStore({ calls, lifecycle, clock, timeoutMs });
    } catch (error) {
      // Given up, it must not keep the folder to itself.
      opening.then(({ calls }) => calls.close()).catch(() => {});
      throw error;
    }
  });
}
