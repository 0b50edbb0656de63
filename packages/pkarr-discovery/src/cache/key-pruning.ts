import { HISTORY_KEPT_MS, MAX_CLOCK_SKEW_SECONDS, REVOCATION_KEEP_MS } from '../constants.ts';
import { eachRecord } from '../ports/each-record.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import { type CachePolicy, type CachePolicySettings, cachePolicy } from './cache-policy.ts';
import { addressUnder } from './device-address.ts';
import { forgetKept } from './disputed-key.ts';
import { type KeptKey, NOTHING_KEPT } from './kept-key.ts';
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
  /** Devices that are left though nobody has looked for them: of strangers. */
  readonly strangers: number;
}

const MAX_CLOCK_SKEW = Number(MAX_CLOCK_SKEW_SECONDS);

interface Cleaning {
  readonly policy: CachePolicy;
  readonly unusedMs: number;
  /** As {@link survey} has it. */
  readonly nowMs: number;
  /** How many milliseconds after it was last seen it is forgotten what strangers have signed. */
  readonly signedMs: number;
}

interface Survey {
  readonly nowMs: number;
  readonly strangers: number;
}

/**
 * How many strangers there are, and the time by which it is judged what is over: that of the newest record seen of anybody, and
 * never later than the clock. A clock that is a year ahead for a minute would otherwise have everything forgotten, and when it
 * is right again, keys that were replaced would be taken. Nobody's records date from then. Without any newer one nothing new
 * has come in, either.
 */
async function survey({ records, clock }: KeyStock, { signal }: KeyCacheCall): Promise<Survey> {
  let newestMs = Number.NEGATIVE_INFINITY;
  let strangers = 0;
  // What cannot be read makes it earlier at most: nothing is over too soon.
  await eachRecord(records.list('', { signal }), ({ value }) => {
    if (value.kind === 'unreadable') return;
    if (isStranger(value)) strangers += 1;
    const { newest } = value.memory;
    if (newest !== undefined) newestMs = Math.max(newestMs, Number(newest.timestampSeconds) * 1_000);
  });
  return { nowMs: Math.min(newestMs, clock.now()), strangers };
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

/** Whether nobody has looked for a device: a discovery alone has seen it, such as of somebody who wanted to pay. */
export function isStranger({ lastUsedMs, entry }: KeptKey | StoredKey): boolean {
  return lastUsedMs === NOTHING_KEPT.lastUsedMs && entry.state === 'unknown';
}

/**
 * Strangers are many and cost nothing, so no word of theirs is kept for ever. What is remembered of a record protects until
 * everything older is too old anyway. What was signed is kept far longer if there is room, revocations and that a device signs:
 * records without a signed time never grow old, and whoever keeps a record of ours can make one of it.
 */
function isForgettableStranger(
  { memory, lastSeenMs }: KeptKey | StoredKey,
  { nowMs, policy, signedMs }: Cleaning,
): boolean {
  // Kept until it is seen again: nobody knows how old it is.
  if (memory.revokedKeys.length > 0) return lastSeenMs > 0 && nowMs - lastSeenMs >= signedMs;
  const stampedMs = Number(memory.newest?.timestampSeconds ?? 0n) * 1_000;
  const freshMs = (policy.maximumAgeSeconds + MAX_CLOCK_SKEW) * 1_000;
  const keptMs = memory.newest?.freshness === 'signed' ? Math.max(freshMs, signedMs) : freshMs;
  return nowMs - Math.max(lastSeenMs, stampedMs) > keptMs;
}

/**
 * Whether a device may be forgotten with its history. Never with an open conflict, or a revoked key of somebody who was looked
 * for, which no look-up would bring back. The rest is no loss after so long: whatever is older than what was seen is too old to
 * be fresh.
 */
function isForgettable(kept: KeptKey | StoredKey, cleaning: Cleaning): boolean {
  if (isStranger(kept)) return isForgettableStranger(kept, cleaning);
  const { entry, memory, lastUsedMs } = kept;
  if (entry.state === 'conflict' || entry.state === 'revoked' || memory.revokedKeys.length > 0) return false;
  return cleaning.nowMs - lastUsedMs >= cleaning.unusedMs;
}

/** Removes keys that have expired, and devices nobody has looked for in a long time. */
export async function pruneKeys(
  stock: KeyStock,
  { policy: settings, unusedMs = HISTORY_KEPT_MS, signal }: PruneOptions,
): Promise<PruneReport> {
  const { records, shelf } = stock;
  const policy = cachePolicy(settings);
  const { nowMs, strangers } = await survey(stock, { signal });
  // Where room becomes short, for as long as the owner himself publishes it: everything that he signed before is stale by then.
  const signedMs = strangers > stock.maximumStrangers / 2 ? REVOCATION_KEEP_MS : HISTORY_KEPT_MS;
  const cleaning = { policy, unusedMs, nowMs, signedMs };
  const report = { devices: 0, expired: 0, forgotten: 0, unreadable: 0, strangers: 0 };
  const rotten = await eachRecord(records.list('', { signal }), async ({ key, value }) => {
    const address = addressUnder(key);
    if (address === undefined) return;
    report.devices += 1;
    if (value.kind === 'unreadable') {
      report.unreadable += 1;
      return;
    }
    const fate = isForgettable(value, cleaning)
      ? 'forgotten'
      : isExpired(value, cleaning)
        ? 'expired'
        : undefined;
    if (fate !== 'forgotten' && isStranger(value)) report.strangers += 1;
    if (fate === undefined) return;
    await shelf.change(address, (kept) => pruned(kept, value, fate, cleaning), { signal });
    report[fate] += 1;
  });
  return { ...report, devices: report.devices + rotten, unreadable: report.unreadable + rotten };
}

/** Only if it still is what it was when it was judged: a use since then speaks for it. */
function pruned(
  kept: KeptKey,
  judged: StoredKey,
  fate: 'expired' | 'forgotten',
  cleaning: Cleaning,
): KeptKey {
  const isSeen = kept.lastUsedMs !== judged.lastUsedMs || kept.lastSeenMs !== judged.lastSeenMs;
  if (isSeen || kept.entry.state !== judged.entry.state) return kept;
  return fate === 'forgotten' && isForgettable(kept, cleaning) ? NOTHING_KEPT : forgetKept(kept);
}
