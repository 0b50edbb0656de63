import { HISTORY_KEPT_MS, MAX_CLOCK_SKEW_SECONDS } from '../constants.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import { type CachePolicy, type CachePolicySettings, cachePolicy } from './cache-policy.ts';
import { addressUnder } from './device-address.ts';
import { forgetKept, type KeptKey, NOTHING_KEPT } from './kept-key.ts';
import type { KeyCacheCall } from './key-shelf.ts';
import type { KeyStock } from './key-upkeep.ts';
import type { StoredKey } from './stored-key.ts';

/** How the cache is cleaned. */
export interface PruneOptions extends KeyCacheCall {
  readonly policy?: CachePolicySettings | undefined;
  /** How many milliseconds after its last use a device is forgotten with its history; 400 days if not given. */
  readonly unusedMs?: number | undefined;
}

/** What cleaning has done. */
export interface PruneReport {
  readonly devices: number;
  /** Keys that had expired; what is remembered of their devices stays. */
  readonly expired: number;
  /** Devices of which nothing is left. */
  readonly forgotten: number;
  /** Devices that cannot be read, left as they are. */
  readonly unreadable: number;
}

const MAX_CLOCK_SKEW = Number(MAX_CLOCK_SKEW_SECONDS);

interface Cleaning {
  readonly policy: CachePolicy;
  readonly unusedMs: number;
  /** As {@link witnessedMs} has it. */
  readonly nowMs: number;
}

/**
 * The time by which it is judged what is over: that of the newest record seen of anybody, and never later than the clock. A
 * clock that is a year ahead for a minute would otherwise have everything forgotten, and when it is right again, keys that were
 * replaced would be taken. Nobody's records date from then. Without any newer one nothing new has come in, either.
 */
async function witnessedMs({ records, clock }: KeyStock, { signal }: KeyCacheCall): Promise<number> {
  let newestMs = Number.NEGATIVE_INFINITY;
  for await (const { value } of records.list('', { signal })) {
    if (value.kind === 'unreadable' || value.memory.newest === undefined) continue;
    newestMs = Math.max(newestMs, Number(value.memory.newest.timestampSeconds) * 1_000);
  }
  return Math.min(newestMs, clock.now());
}

/** Whether a key can never be used again, as far as its class of contacts and the age of its record go. */
function isExpired({ entry, contact }: StoredKey, { policy, nowMs }: Cleaning): boolean {
  if (entry.state === 'unknown' || entry.state === 'conflict' || entry.state === 'revoked') return false;
  if (entry.state === 'expired' || nowMs - entry.firstSeenMs >= policy.contacts[contact].keepMs) return true;
  const stamped = entry.recordText === undefined ? undefined : stampedSeconds(entry.recordText);
  return stamped !== undefined && nowMs / 1_000 - Number(stamped) > policy.maximumAgeSeconds + 1;
}

function stampedSeconds(record: string): bigint | undefined {
  try {
    return parseKeyRecord(record).timestampSeconds;
  } catch {
    // Whoever uses it will be told.
    return undefined;
  }
}

/**
 * Whether a device may be forgotten with its history. Never with a revoked key or an open conflict, which no look-up would
 * bring back. The rest is no loss after so long: whatever is older than what was seen is too old to be fresh.
 */
function isForgettable(
  { entry, memory, lastUsedMs }: KeptKey | StoredKey,
  { unusedMs, nowMs, policy }: Cleaning,
): boolean {
  if (entry.state === 'conflict' || entry.state === 'revoked' || memory.revokedKeys.length > 0) return false;
  // Nobody has looked for it: a discovery has seen it, such as of a stranger who wanted to pay. Strangers are many, and it
  // protects from nothing once everything that is older is too old anyway.
  if (lastUsedMs === NOTHING_KEPT.lastUsedMs && memory.newest !== undefined) {
    const { timestampSeconds } = memory.newest;
    return nowMs / 1_000 - Number(timestampSeconds) > policy.maximumAgeSeconds + MAX_CLOCK_SKEW;
  }
  return nowMs - lastUsedMs >= unusedMs;
}

/** Removes keys that have expired, and devices nobody has looked for in a long time. */
export async function pruneKeys(
  stock: KeyStock,
  { policy: settings, unusedMs = HISTORY_KEPT_MS, signal }: PruneOptions,
): Promise<PruneReport> {
  const { records, shelf } = stock;
  const cleaning = { policy: cachePolicy(settings), unusedMs, nowMs: await witnessedMs(stock, { signal }) };
  const report = { devices: 0, expired: 0, forgotten: 0, unreadable: 0 };
  for await (const { key, value } of records.list('', { signal })) {
    const address = addressUnder(key);
    if (address === undefined) continue;
    report.devices += 1;
    if (value.kind === 'unreadable') {
      report.unreadable += 1;
      continue;
    }
    const fate = isForgettable(value, cleaning)
      ? 'forgotten'
      : isExpired(value, cleaning)
        ? 'expired'
        : undefined;
    if (fate === undefined) continue;
    await shelf.change(address, (kept) => pruned(kept, value, fate, cleaning), { signal });
    report[fate] += 1;
  }
  return report;
}

/** Only if it still is what it was when it was judged: a use since then speaks for it. */
function pruned(
  kept: KeptKey,
  judged: StoredKey,
  fate: 'expired' | 'forgotten',
  cleaning: Cleaning,
): KeptKey {
  if (kept.lastUsedMs !== judged.lastUsedMs || kept.entry.state !== judged.entry.state) return kept;
  return fate === 'forgotten' && isForgettable(kept, cleaning) ? NOTHING_KEPT : forgetKept(kept);
}
