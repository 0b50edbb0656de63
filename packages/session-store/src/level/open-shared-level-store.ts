import { type RandomSource, systemClock, systemRandom } from '@pubky-paykit/primitives';
import { STORE_TIMEOUT_MS } from '../constants.ts';
import { SessionStoreError } from '../errors.ts';
import type { DurableStore } from '../store/durable-store.ts';
import { Lifecycle } from '../store/lifecycle.ts';
import type { LevelCalls } from './level-calls.ts';
import { createLevelStore } from './level-store.ts';
import { openDatabase } from './open-database.ts';
import type { OpenLevelStoreOptions } from './open-level-store.ts';
import { createSharedCalls } from './shared-calls.ts';

/** How to open a folder that others use, too. The times include the wait for them. */
export interface OpenSharedLevelStoreOptions extends OpenLevelStoreOptions {
  /** Spreads the attempts of those who wait. */
  readonly random?: RandomSource | undefined;
}

/**
 * A store in a folder of this machine that several processes use at the same time, each with stores of its own in one thread: what
 * `openLevelStore` opens, but only for as long as something is asked of it, and for a moment more. Versions are those of the
 * folder, so that a compare-and-swap holds against everybody. While another process has the folder, a call waits for its
 * turn; calls in one go share a turn, and who is never done lets others in between.
 *
 * Opening costs some milliseconds each time. Where there is one process, `openLevelStore` is the faster one; while that has
 * the folder, nobody gets a turn.
 *
 * @throws STORE_LOCKED, from here and from every call of the store, if it did not get its turn within the time-out.
 * @throws STORE_CORRUPTED, STORE_NEWER_FORMAT, also from every call, if the folder is damaged, of another program or of a later
 *   version, or was replaced by an older copy.
 * @throws STORE_ADAPTER_MISSING, STORE_FULL, STORE_IO_FAILED, STORE_CANCELLED, STORE_TIMED_OUT
 *
 * @example
 * ```ts
 * import { openSharedLevelStore } from '@pubky-paykit/session-store/level';
 * const store = await openSharedLevelStore({ location: './paykit-data' });
 * const again = await openSharedLevelStore({ location: './paykit-data' }); // here, or in another process
 * const version = await store.commit([{ type: 'put', key: 'peers/alice', value: Uint8Array.of(1) }]);
 * console.log((await again.get('peers/alice'))?.version === version); // true
 * await Promise.all([store.close(), again.close()]);
 * ```
 */
export async function openSharedLevelStore({
  location,
  clock = systemClock,
  random = systemRandom,
  timeoutMs = STORE_TIMEOUT_MS,
  signal,
}: OpenSharedLevelStoreOptions): Promise<DurableStore> {
  const lifecycle = new Lifecycle();
  const onFailure = (because: string): void => lifecycle.refuse(because);
  let newest = 0n;
  const onClosed = (revision: bigint): void => {
    if (revision > newest) newest = revision;
  };

  /** Versions must never go back: an older copy in the place of the folder would give them a second time. */
  const open = async (): Promise<LevelCalls> => {
    const { calls, revision } = await openDatabase({ location, clock, timeoutMs, onFailure, onClosed });
    if (revision >= newest) return calls;
    await calls.close();
    throw new SessionStoreError('STORE_CORRUPTED', { what: 'the folder' });
  };

  const calls = createSharedCalls({ open, onFailure, clock, random, timeoutMs });
  try {
    await calls.open({ signal });
    return createLevelStore({ calls, lifecycle, clock, timeoutMs });
  } catch (error) {
    // Given up, it must not keep the folder to itself.
    calls.close().catch(() => {});
    throw error;
  }
}
