import { type Clock, noTelemetry, systemClock, type Telemetry } from '@pubky-paykit/primitives';
import { KEY_BYTES, KEY_VIEW_DEVICES, KEY_VIEW_MS, MAX_REMEMBERED_STRANGERS } from '../constants.ts';
import type { RollBackKeeper } from '../discovery/roll-back-keeper.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { report } from '../reporting.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type CachePolicySettings, cachePolicy } from './cache-policy.ts';
import type { CachedKey, KeyObservation } from './cached-key.ts';
import type { ContactClass } from './contact-policy.ts';
import { deviceAddress } from './device-address.ts';
import { acceptKept, forgetKept } from './disputed-key.ts';
import {
  isNothing,
  isUseDue,
  type KeptKey,
  longerClass,
  NOTHING_KEPT,
  type ObservedKey,
  observeKept,
  withMemory,
} from './kept-key.ts';
import { type PruneOptions, type PruneReport, pruneKeys } from './key-pruning.ts';
import { createKeyRhythm, type KeyUpkeepRules } from './key-rhythm.ts';
import { type KeyCacheCall, KeyShelf } from './key-shelf.ts';
import { type ListedKey, listKeys } from './key-upkeep.ts';
import { KeyView } from './key-view.ts';
import { STORED_KEY_CODEC } from './stored-key-codec.ts';

/** The room of the cache in a store. */
const ROOM = 'peer-keys';

/** What a cache works with. */
export interface KeyCacheOptions {
  readonly records: OpenRecords;
  readonly clock?: Clock | undefined;
  readonly telemetry?: Telemetry | undefined;
  /** For how many milliseconds what was read is used before it is read again; 5 000 if not given. */
  readonly viewMs?: number | undefined;
  /** Devices held in memory, some kilobyte each; 2 000 if not given. */
  readonly viewDevices?: number | undefined;
  /** Devices that are remembered though nobody has looked for them; 20 000 if not given. */
  readonly maximumStrangers?: number | undefined;
  /** The cache cleans itself by these rules, once a day; not at all if not given: then call `prune`. */
  readonly upkeep?: KeyUpkeepRules | undefined;
}

/** By which rules something is observed. */
export interface ObserveOptions extends KeyCacheCall {
  readonly contact: ContactClass;
  /** That of the specification if not given. */
  readonly policy?: CachePolicySettings | undefined;
}

/**
 * Keys of peers, kept through crashes, for one device of one identity each. All methods take an identity of 32 bytes, which is
 * copied, and the id of a device, and reject with DISCOVERY_WRONG_LENGTH and DISCOVERY_BAD_DEVICE for others, with
 * DISCOVERY_CANCELLED, DISCOVERY_TIMED_OUT, and with what the store throws. What cannot be read is no key, and nothing but
 * `forgetHistory` gets over it: DISCOVERY_CACHED_KEY_DAMAGED, DISCOVERY_CACHED_KEY_NEWER.
 */
export interface KeyCache {
  /** What is kept. What other processes change shows here at the latest when the view has to be read again. */
  read(identity: Uint8Array, device: string, call?: KeyCacheCall): Promise<KeptKey>;
  /**
   * Takes note of what was seen, through the memory against roll-back and the table of states, in one step. When it resolves,
   * it would survive a crash: act upon it then, and not before.
   *
   * @param seen In the order in which it counts: a record before the revocations of older keys.
   */
  observe(
    identity: Uint8Array,
    device: string,
    seen: readonly KeyObservation[],
    options: ObserveOptions,
  ): Promise<ObservedKey>;
  /**
   * Notes that a key was used. It is written down once in an hour at most, and for no device that is not kept;
   * at once if it is the first one of a class of contacts that keeps the key longer.
   */
  touch(identity: Uint8Array, device: string, options: ObserveOptions): Promise<void>;
  /**
   * The user has made sure which of two keys in conflict is right. It is taken as one of a first contact: a record that names
   * another one is a conflict again.
   *
   * @param noiseKey 32 bytes, one of the two; copied.
   * @throws DISCOVERY_NOTHING_TO_ACCEPT, DISCOVERY_KEY_REVOKED
   */
  accept(identity: Uint8Array, device: string, noiseKey: Uint8Array, options: ObserveOptions): Promise<void>;
  /**
   * Removes the key, whatever its state. What is remembered of the device stays: older records and revoked keys are refused
   * as before.
   */
  forget(identity: Uint8Array, device: string, call?: KeyCacheCall): Promise<void>;
  /**
   * Removes everything, which memory and all: **older records and keys that were revoked may be taken again.** For devices whose
   * owner says that they went back to 0.8, and for damaged entries.
   */
  forgetHistory(identity: Uint8Array, device: string, call?: KeyCacheCall): Promise<void>;
  /**
   * What is remembered against roll-back, for the discovery that the cache is used with: so it stands in one place, and a
   * revocation that the discovery learns revokes the cached key in the same step. Its `forget` is `forgetHistory`.
   */
  readonly memory: RollBackKeeper;
  /**
   * All devices, in the order of the store, one page of it at a time. One that the store cannot read hides none of the others:
   * STORE_LIST_INCOMPLETE at the end.
   */
  list(call?: KeyCacheCall): AsyncIterableIterator<ListedKey>;
  /**
   * Removes what has expired and what nobody looks for; run it once a day. What is over is judged by the newest record seen of
   * anybody, where the clock is ahead of that: a wrong clock has nothing forgotten.
   */
  prune(options?: PruneOptions): Promise<PruneReport>;
}

/** Whole milliseconds from 1970 on: what can be stored. */
function wholeClock(clock: Clock): Clock {
  return {
    now: () => Math.max(0, Math.floor(millisecondsOf(clock))),
    schedule: (delayMs, callback) => clock.schedule(delayMs, callback),
  };
}

function keyOf(entry: CachedKey): Uint8Array | undefined {
  return entry.state === 'unknown' ? undefined : entry.noiseKey;
}

/**
 * A cache of peers' keys in a store, with a view of it in memory: a read of what was read a moment ago costs no input and
 * output. A change is written before it shows. Changes of other processes show within `viewMs`, revocations as all others.
 *
 * Telemetry: `discovery.key_changes` counts changes of state with `from` and `to`, so rotations are those to `rotated`;
 * `discovery.key_revocations` counts revocations that were learnt, of cached keys and others; `discovery.key_upkeep_failures`
 * cleanings that failed, by `outcome`.
 *
 * @throws RangeError for a view of less than one device, a negative time, or a number of strangers that is none.
 * @see P8 §4.5
 *
 * @example
 * ```ts
 * import { createKeyCache, type OpenRecords } from '@pubky-paykit/pkarr-discovery';
 * declare const records: OpenRecords; // such as (room, codec) => recordStore(subStore(store, room), codec)
 * const cache = createKeyCache({ records });
 * for await (const { device, state } of cache.list()) console.log(device, state);
 * ```
 */
export function createKeyCache(options: KeyCacheOptions): KeyCache {
  const { telemetry = noTelemetry, viewMs = KEY_VIEW_MS, viewDevices = KEY_VIEW_DEVICES } = options;
  const { maximumStrangers = MAX_REMEMBERED_STRANGERS } = options;
  if (!Number.isSafeInteger(maximumStrangers) || maximumStrangers < 0) {
    throw new RangeError('maximumStrangers must be a natural number');
  }
  const clock = wholeClock(options.clock ?? systemClock);
  const records = options.records(ROOM, STORED_KEY_CODEC);
  const shelf = new KeyShelf(records, new KeyView(viewDevices, viewMs), clock);

  const tell = (before: CachedKey, after: CachedKey, revocations: number): void => {
    if (before.state !== after.state || keyOf(before) !== keyOf(after)) {
      report(() => telemetry.count('discovery.key_changes', 1, { from: before.state, to: after.state }));
    }
    if (revocations > 0) report(() => telemetry.count('discovery.key_revocations', revocations));
  };
  const revocations = ({ memory }: KeptKey): number => memory.revokedKeys.length;
  /** Those that the last cleaning has left, and those who came since. */
  let strangers = 0;
  const prune = async (pruning: PruneOptions = {}): Promise<PruneReport> => {
    const done = await pruneKeys({ records, shelf, clock, maximumStrangers }, pruning);
    strangers = done.strangers;
    return done;
  };
  const upkeep =
    options.upkeep &&
    createKeyRhythm({ openRecords: options.records, clock, telemetry, prune, policy: options.upkeep.policy });

  return {
    read: async (identity, device, call = {}) => shelf.read(deviceAddress(identity, device), call),
    async observe(identity, device, seen, { contact, policy, signal }) {
      const rules = cachePolicy(policy);
      let before = NOTHING_KEPT;
      let observed: ObservedKey | undefined;
      const next = (kept: KeptKey): KeptKey => {
        before = kept;
        observed = observeKept(kept, seen, { contact, policy: rules, clock });
        return observed.kept;
      };
      await shelf.change(deviceAddress(identity, device), next, { signal });
      if (observed === undefined) throw new TypeError('the store has not called for the change');
      tell(observed.before, observed.entry, revocations(observed.kept) - revocations(before));
      await upkeep?.pass({ signal });
      return observed;
    },
    async touch(identity, device, { contact, policy, signal }) {
      const rules = cachePolicy(policy);
      const nowMs = clock.now();
      const used = (kept: KeptKey): KeptKey =>
        isNothing(kept) || !isUseDue(kept, contact, rules, nowMs)
          ? kept
          : Object.freeze({ ...kept, contact: longerClass(kept, contact, rules), lastUsedMs: nowMs });
      await shelf.change(deviceAddress(identity, device), used, { signal });
    },
    async accept(identity, device, noiseKey, { contact, policy, signal }) {
      checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
      const rules = { contact, policy: cachePolicy(policy), clock };
      const accepted = (kept: KeptKey) => acceptKept(kept, noiseKey, rules);
      await shelf.change(deviceAddress(identity, device), accepted, { signal });
    },
    async forget(identity, device, call = {}) {
      await shelf.change(deviceAddress(identity, device), forgetKept, call);
    },
    forgetHistory: async (identity, device, call = {}) => shelf.remove(deviceAddress(identity, device), call),
    memory: {
      async update(address, change, call = {}) {
        let before = NOTHING_KEPT;
        const next = (kept: KeptKey): KeptKey => {
          before = kept;
          const memory = change(kept.memory);
          // Strangers who come in crowds push nobody out: what is seen of them is obeyed, and not remembered.
          if (isNothing(kept) && strangers >= maximumStrangers) return kept;
          return withMemory(kept, memory, clock.now());
        };
        const after = await shelf.change(address, next, call);
        if (isNothing(before) && !isNothing(after)) strangers += 1;
        tell(before.entry, after.entry, revocations(after) - revocations(before));
        await upkeep?.pass(call);
      },
      forget: (address, call = {}) => shelf.remove(address, call),
    },
    list: (call = {}) => listKeys({ records, clock }, call),
    prune,
  };
}
