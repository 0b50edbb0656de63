import type { CancelSignal, Clock } from '@pubky-paykit/primitives';
import { KEY_CACHE_TIMEOUT_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { KeyLocks } from '../publishing/key-locks.ts';
import { type DeviceAddress, storeKey } from './device-address.ts';
import { isNothing, type KeptKey, NOTHING_KEPT } from './kept-key.ts';
import type { KeyView } from './key-view.ts';
import { keptKey, type StoredKey, storedKey, type UnreadableKey } from './stored-key.ts';

/** What stored keys are kept in. */
export type KeyRecords = RecordStore<StoredKey | UnreadableKey>;

/** What ends a call early. */
export interface KeyCacheCall {
  readonly signal?: CancelSignal | undefined;
}

/**
 * Stored keys, and a view of them in memory that never shows anything older than what this process has written, nor
 * anything that was replaced longer ago than the view is valid.
 */
export class KeyShelf {
  readonly #records: KeyRecords;
  readonly #view: KeyView;
  readonly #clock: Clock;
  /** Changes of one identity come one after the other, and reach the view in that order. */
  readonly #locks = new KeyLocks();
  /** Reads under way, which everybody who wants to read the same waits for. */
  readonly #reads = new Map<string, Promise<KeptKey>>();

  constructor(records: KeyRecords, view: KeyView, clock: Clock) {
    this.#records = records;
    this.#view = view;
    this.#clock = clock;
  }

  /** What is kept of a device, and at once if it was read a moment ago. */
  async read(address: DeviceAddress, { signal }: KeyCacheCall): Promise<KeptKey> {
    const kept = this.#view.fresh(address.name, this.#clock.now());
    if (kept !== undefined) return kept;
    const reading = this.#reads.get(address.name) ?? this.#readStored(address);
    if (signal === undefined) return reading;
    const limits = { ...this.#limits('reading a cached key', signal), timeoutMs: Number.POSITIVE_INFINITY };
    return withDeadline(limits, ({ race }) => race(() => reading));
  }

  /**
   * Changes what is kept of a device, in one step with reading it.
   *
   * @param next May be called several times, and counts the last time. What it throws ends the change.
   */
  change(
    address: DeviceAddress,
    next: (kept: KeptKey) => KeptKey,
    { signal }: KeyCacheCall,
  ): Promise<KeptKey> {
    return this.#alone('keeping a key', address, signal, async (ended) => {
      const startedMs = this.#clock.now();
      let kept = NOTHING_KEPT;
      const change = (stored: StoredKey | UnreadableKey | undefined) => {
        const before = this.#woken(stored, address);
        kept = next(before);
        if (kept === before) return stored;
        return isNothing(kept) ? undefined : storedKey(address, kept);
      };
      await this.#records.update(storeKey(address), change, { signal: ended });
      return () => {
        if (!isNothing(kept)) this.#view.see(address.name, kept, startedMs);
        return kept;
      };
    });
  }

  /** Removes all that is kept of a device, readable or not. */
  async remove(address: DeviceAddress, { signal }: KeyCacheCall): Promise<void> {
    await this.#alone('removing a key', address, signal, async (ended) => {
      await this.#records.delete(storeKey(address), { signal: ended });
      return () => NOTHING_KEPT;
    });
  }

  #limits(what: string, signal?: CancelSignal) {
    return { what, clock: this.#clock, timeoutMs: KEY_CACHE_TIMEOUT_MS, signal };
  }

  #woken(stored: StoredKey | UnreadableKey | undefined, address: DeviceAddress): KeptKey {
    return stored === undefined
      ? NOTHING_KEPT
      : keptKey(stored, address, this.#view.last(address.name)?.entry);
  }

  #readStored(address: DeviceAddress): Promise<KeptKey> {
    const { name } = address;
    const startedMs = this.#clock.now();
    const reading = withDeadline(this.#limits('reading a cached key'), async ({ race }) => {
      const found = await race((signal) => this.#records.get(storeKey(address), { signal }));
      const kept = this.#woken(found?.value, address);
      // Not what a change of this process may have replaced meanwhile, and nothing of strangers.
      if (found !== undefined && this.#reads.get(name) === reading) this.#view.see(name, kept, startedMs);
      return kept;
    }).finally(() => {
      if (this.#reads.get(name) === reading) this.#reads.delete(name);
    });
    // Everybody who waited may have been cancelled.
    reading.catch(() => {});
    this.#reads.set(name, reading);
    return reading;
  }

  /** Writes when nobody else does; from then on no older read counts, and if it fails, no view either. */
  #alone(
    what: string,
    address: DeviceAddress,
    signal: CancelSignal | undefined,
    write: (signal: CancelSignal) => Promise<() => KeptKey>,
  ): Promise<KeptKey> {
    return withDeadline(this.#limits(what, signal), ({ race }) =>
      this.#locks.with(
        address.identity,
        (turn) => race(() => turn),
        async () => {
          try {
            const written = await race(write);
            this.#view.forget(address.name);
            return written();
          } catch (error) {
            this.#view.forget(address.name);
            throw error;
          } finally {
            this.#reads.delete(address.name);
          }
        },
      ),
    );
  }
}
