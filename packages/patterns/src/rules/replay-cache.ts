import { type Clock, hex, systemClock } from '@pubky-paykit/primitives';
import {
  KEY_BYTES,
  REPLAY_CACHE_ENTRIES,
  REPLAY_CACHE_MAXIMUM_ENTRIES,
  REPLAY_CACHE_MS,
} from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { ExpiryQueue } from './expiry-queue.ts';

/**
 * Remembers the ephemeral keys of first messages. The responder of N adds nothing random of its own, so a recorded
 * message 1 opens the very same session again, with every message that follows it (N8 W-47, P8 W-58); in IK and IK-raw
 * it opens a session nobody can use (W-28).
 *
 * Several processes behind one address need one cache together: implement this over a shared store.
 */
export interface ReplayCache {
  /**
   * Remembers an ephemeral public key (32 bytes; borrowed) and says whether it was new, in one atomic step. Only `true`
   * lets a handshake go on; throwing refuses it too. `replayCacheConformance` of `./testing` says the rest in checks.
   */
  claim(ephemeral: Uint8Array): boolean | Promise<boolean>;
}

/** The bounds of a cache in memory. */
export interface ReplayCacheOptions {
  readonly clock?: Clock;
  /**
   * How long an ephemeral is remembered, in milliseconds (exclusive); 25 hours if not given, for ever if infinite. For N
   * it has to be longer than the greatest age of a request that is accepted, so that what is forgotten here is refused
   * as stale there. A clock that leaps this far ahead makes the cache forget everything.
   */
  readonly rememberMs?: number;
  /** How many are remembered at once, 1 to 1 000 000; 65 536 if not given, about 12 MB when full. */
  readonly maximumEntries?: number;
  /**
   * What happens when all places are taken by ephemerals that are not yet forgotten: `refuse` the new one, which is the
   * default and safe for N, or `forget` the oldest, so that a flood of strangers cannot shut out friends; good for
   * listeners of IK and IK-raw only, where a replay is of no use.
   */
  readonly whenFull?: 'refuse' | 'forget';
}

class MemoryReplayCache implements ReplayCache {
  readonly #clock: Clock;
  readonly #rememberMs: number;
  readonly #maximumEntries: number;
  readonly #whenFull: 'refuse' | 'forget';
  readonly #known = new Set<string>();
  /** The same ephemerals by age. Looking for the oldest in a map or set walks over the places of all deleted ones. */
  readonly #claims = new ExpiryQueue<string>();

  constructor(options: ReplayCacheOptions) {
    const {
      rememberMs = REPLAY_CACHE_MS,
      maximumEntries = REPLAY_CACHE_ENTRIES,
      whenFull = 'refuse',
    } = options;
    if (!(rememberMs > 0)) throw new RangeError('rememberMs must be positive');
    if (
      !Number.isInteger(maximumEntries) ||
      maximumEntries < 1 ||
      maximumEntries > REPLAY_CACHE_MAXIMUM_ENTRIES
    ) {
      throw new RangeError(`maximumEntries must be from 1 to ${REPLAY_CACHE_MAXIMUM_ENTRIES}`);
    }
    if (whenFull !== 'refuse' && whenFull !== 'forget') {
      throw new RangeError('whenFull must be refuse or forget');
    }
    this.#clock = options.clock ?? systemClock;
    this.#rememberMs = rememberMs;
    this.#maximumEntries = maximumEntries;
    this.#whenFull = whenFull;
  }

  claim(ephemeral: Uint8Array): boolean {
    requireLength('ephemeral key', ephemeral, KEY_BYTES);
    const key = hex.encode(ephemeral);
    const nowMs = this.#clock.now();
    // Compared with NaN, everything would look old enough to be forgotten.
    if (!Number.isFinite(nowMs)) throw new TypeError('the clock shows no time');
    this.#forgetOld(nowMs);
    if (this.#known.has(key)) return false;
    this.#makeRoom();
    this.#known.add(key);
    this.#claims.add(key, nowMs);
    return true;
  }

  /**
   * Each claim is measured by its own date. While a clock that was set back catches up, claims live longer and never
   * shorter: a request from before is then refused as stale when its claim is forgotten, as it should be.
   */
  #forgetOld(nowMs: number): void {
    for (let { oldest } = this.#claims; oldest !== undefined; { oldest } = this.#claims) {
      if (nowMs - oldest.atMs < this.#rememberMs) return;
      this.#forgetOldest();
    }
  }

  #makeRoom(): void {
    if (this.#claims.size < this.#maximumEntries) return;
    if (this.#whenFull === 'refuse') {
      throw new PatternsError('PATTERNS_REPLAY_CACHE_FULL', { maximum: this.#maximumEntries });
    }
    this.#forgetOldest();
  }

  #forgetOldest(): void {
    const key = this.#claims.takeOldest();
    if (key !== undefined) this.#known.delete(key);
  }
}

/**
 * A replay cache in memory, bounded and expiring. It forgets everything when the process ends.
 *
 * @throws RangeError for bounds that are none.
 * @example
 * ```ts
 * import { createReplayCache } from '@pubky-paykit/patterns';
 * const replayCache = createReplayCache({ rememberMs: 48 * 3_600_000 });
 * ```
 */
export function createReplayCache(options: ReplayCacheOptions = {}): ReplayCache {
  return new MemoryReplayCache(options);
}

/** What the check looks at. */
interface FirstMessage {
  readonly replayCache: ReplayCache | undefined;
  /** 32 bytes; borrowed. */
  readonly remoteEphemeral: Uint8Array | undefined;
}

/**
 * A check that the first message is not a recording. Without a cache nothing is checked.
 *
 * @throws PATTERNS_REPLAYED, PATTERNS_REPLAY_CACHE_FULL, PATTERNS_REPLAY_CACHE_FAILED
 */
export async function refuseReplay({ replayCache, remoteEphemeral }: FirstMessage): Promise<void> {
  if (replayCache === undefined) return;
  if (remoteEphemeral === undefined) throw new TypeError('the first message has no ephemeral key');
  let isNew: boolean;
  try {
    isNew = await replayCache.claim(remoteEphemeral.slice());
    // A store that answers 'OK' or 1 is not understood, which is no proof of a replay.
    if (typeof isNew !== 'boolean') throw new TypeError('claim answered neither true nor false');
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    throw new PatternsError('PATTERNS_REPLAY_CACHE_FAILED', {}, { cause });
  }
  if (!isNew) throw new PatternsError('PATTERNS_REPLAYED');
}
