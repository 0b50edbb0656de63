import { type Clock, hex, systemClock } from '@pubky-paykit/primitives';
import {
  KEY_BYTES,
  REPLAY_CACHE_ENTRIES,
  REPLAY_CACHE_MAXIMUM_ENTRIES,
  REPLAY_CACHE_MS,
} from './constants.ts';
import { PatternsError } from './errors.ts';
import { requireLength } from './lengths.ts';
import type { Check } from './profile.ts';

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
   * lets a handshake go on; throwing refuses it too.
   */
  claim(ephemeral: Uint8Array): boolean | Promise<boolean>;
}

/** The bounds of a cache in memory. */
export interface ReplayCacheOptions {
  readonly clock?: Clock;
  /**
   * How long an ephemeral is remembered, in milliseconds; 25 hours if not given. For N it has to be longer than the
   * greatest age of a request that is accepted, so that what is forgotten here is refused as stale there.
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
  /** When each ephemeral was claimed; a map keeps the order in which they were. */
  readonly #claimedAt = new Map<string, number>();

  constructor(options: ReplayCacheOptions) {
    const { rememberMs = REPLAY_CACHE_MS, maximumEntries = REPLAY_CACHE_ENTRIES } = options;
    if (!(rememberMs > 0)) throw new RangeError('rememberMs must be positive');
    if (
      !Number.isInteger(maximumEntries) ||
      maximumEntries < 1 ||
      maximumEntries > REPLAY_CACHE_MAXIMUM_ENTRIES
    ) {
      throw new RangeError(`maximumEntries must be from 1 to ${REPLAY_CACHE_MAXIMUM_ENTRIES}`);
    }
    this.#clock = options.clock ?? systemClock;
    this.#rememberMs = rememberMs;
    this.#maximumEntries = maximumEntries;
    this.#whenFull = options.whenFull ?? 'refuse';
  }

  claim(ephemeral: Uint8Array): boolean {
    requireLength('ephemeral key', ephemeral, KEY_BYTES);
    const key = hex.encode(ephemeral);
    const now = this.#clock.now();
    this.#forgetOld(now);
    if (this.#claimedAt.has(key)) return false;
    this.#makeRoom();
    this.#claimedAt.set(key, now);
    return true;
  }

  #forgetOld(now: number): void {
    for (const [key, claimedAt] of this.#claimedAt) {
      // A clock that was set back makes entries live longer, never shorter.
      if (now - claimedAt < this.#rememberMs) return;
      this.#claimedAt.delete(key);
    }
  }

  #makeRoom(): void {
    if (this.#claimedAt.size < this.#maximumEntries) return;
    if (this.#whenFull === 'refuse') {
      throw new PatternsError('PATTERNS_REPLAY_CACHE_FULL', { maximum: this.#maximumEntries });
    }
    for (const oldest of this.#claimedAt.keys()) {
      this.#claimedAt.delete(oldest);
      return;
    }
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

/**
 * A check that the first message is not a recording. Without a cache nothing is checked.
 *
 * @throws PATTERNS_REPLAYED, PATTERNS_REPLAY_CACHE_FULL, PATTERNS_REPLAY_CACHE_FAILED
 */
export const refuseReplay: Check = async ({ replayCache, remoteEphemeral }) => {
  if (replayCache === undefined) return;
  if (remoteEphemeral === undefined) throw new TypeError('the first message has no ephemeral key');
  let isNew: boolean;
  try {
    isNew = await replayCache.claim(remoteEphemeral.slice());
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    throw new PatternsError('PATTERNS_REPLAY_CACHE_FAILED', {}, { cause });
  }
  if (isNew !== true) throw new PatternsError('PATTERNS_REPLAYED');
};
