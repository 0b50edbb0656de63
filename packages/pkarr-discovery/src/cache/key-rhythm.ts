import { type Clock, isCodedError, type Telemetry } from '@pubky-paykit/primitives';
import { KEY_CACHE_TIMEOUT_MS, PRUNE_EVERY_MS } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { OpenRecords } from '../ports/record-store.ts';
import { report } from '../reporting.ts';
import { documentCodec } from '../shapes/document.ts';
import { natural, object } from '../shapes/shape.ts';
import type { CachePolicySettings } from './cache-policy.ts';
import type { PruneOptions, PruneReport } from './key-pruning.ts';
import type { KeyCacheCall } from './key-shelf.ts';

/** How a cache cleans itself. */
export interface KeyUpkeepRules {
  /** That of the finder: what it would still use must not be removed. */
  readonly policy?: CachePolicySettings | undefined;
}

/** What cleaning in time needs. */
export interface KeyRhythmOptions extends KeyUpkeepRules {
  readonly openRecords: OpenRecords;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  prune(options: PruneOptions): Promise<PruneReport>;
}

/** Cleans when it is time to. */
export interface KeyRhythm {
  /** Something was written. Never fails, and takes 30 s at most. */
  pass(call: KeyCacheCall): Promise<void>;
}

/** The room of the date in a store. */
const ROOM = 'peer-keys-upkeep';
const KEY = 'pruned';
const CODEC = documentCodec<{ readonly prunedAtMs: number }>({
  what: 'date of a cleaning',
  format: 'paykit-peer-keys-upkeep',
  version: 1,
  maximumBytes: 256,
  shape: object({ prunedAtMs: natural }),
});

/**
 * Cleans a cache once a day, however many processes use it one after the other: the date is in the store. It is done when
 * something has been written, and waited for, so nothing goes on behind a call that could be in the way of whoever closes the
 * store. What it fails with is nothing a look-up should fail for.
 */
export function createKeyRhythm(options: KeyRhythmOptions): KeyRhythm {
  const { openRecords, clock, telemetry, prune, policy } = options;
  const dates = openRecords(ROOM, CODEC);
  /** When this process has last looked. */
  let lookedAtMs: number | undefined;

  /** Also after the clock was set back: nobody knows how long ago it was. */
  const isDue = (lastMs: number | undefined, nowMs: number): boolean =>
    lastMs === undefined || nowMs < lastMs || nowMs - lastMs >= PRUNE_EVERY_MS;

  async function pruneIfDue(signal: KeyCacheCall['signal']): Promise<void> {
    // A date that cannot be read is none, and is written anew.
    const found = await dates.get(KEY, { signal }).catch(() => undefined);
    if (!isDue(found?.value.prunedAtMs, clock.now())) return;
    await prune({ policy, signal });
    await dates.put(KEY, { prunedAtMs: clock.now() }, { signal });
  }

  return {
    async pass({ signal }) {
      const nowMs = clock.now();
      if (!isDue(lookedAtMs, nowMs)) return;
      lookedAtMs = nowMs;
      const limits = { what: 'cleaning the key cache', clock, timeoutMs: KEY_CACHE_TIMEOUT_MS, signal };
      try {
        await withDeadline(limits, ({ race }) => race(pruneIfDue));
      } catch (error) {
        const outcome = isCodedError(error) ? error.code : 'uncoded';
        report(() => telemetry.count('discovery.key_upkeep_failures', 1, { outcome }));
      }
    },
  };
}
