import { type Clock, hex } from '@pubky-paykit/primitives';
import { HISTORY_KEPT_MS, MAX_CLOCK_SKEW_SECONDS, SHOWN_KEY_BYTES } from '../constants.ts';
import { withDeadline } from '../deadline.ts';
import type { DiscoveryError } from '../errors.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import { type CachePolicy, type CachePolicySettings, cachePolicy } from './cache-policy.ts';
import type { ContactClass } from './contact-policy.ts';
import { addressUnder, type DeviceAddress } from './device-address.ts';
import { forgetKept, type KeptKey, NOTHING_KEPT } from './kept-key.ts';
import type { KeyCacheCall, KeyRecords, KeyShelf } from './key-shelf.ts';
import type { KeyState } from './key-state.ts';
import type { StoredKey, UnreadableKey } from './stored-key.ts';

/** A device in a list of the cache: to be shown, and no key to connect with. Times are Unix milliseconds. */
export interface ListedKey {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  readonly device: string;
  /** As it was stored: what time has done since shows when the key is looked for. Undefined if it cannot be read. */
  readonly state: KeyState | undefined;
  /** The first 8 bytes of the Noise key in hex. */
  readonly keyPrefix: string | undefined;
  /** In state `conflict`: the same of the key that does not fit. */
  readonly rivalPrefix: string | undefined;
  readonly contact: ContactClass | undefined;
  readonly firstSeenMs: number | undefined;
  readonly lastValidatedMs: number | undefined;
  /** Up to an hour before the last use. */
  readonly lastUsedMs: number | undefined;
  /** How many keys of this device are remembered as revoked. */
  readonly revokedKeys: number;
  /** Why it cannot be read. */
  readonly error: DiscoveryError | undefined;
}

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

/** What listing and cleaning work on. */
export interface KeyStock {
  readonly records: KeyRecords;
  readonly shelf: KeyShelf;
  readonly clock: Clock;
}

const MAX_CLOCK_SKEW = Number(MAX_CLOCK_SKEW_SECONDS);
const shown = (key: Uint8Array): string => hex.encode(key.subarray(0, SHOWN_KEY_BYTES));

function listed({ identity, device }: DeviceAddress, stored: StoredKey | UnreadableKey): ListedKey {
  const { entry = undefined, ...kept }: Partial<StoredKey> = stored.kind === 'stored' ? stored : {};
  const known = entry === undefined || entry.state === 'unknown' ? undefined : entry;
  return {
    identity,
    device,
    state: entry?.state,
    keyPrefix: known && shown(known.noiseKey),
    rivalPrefix: kept.rival && shown(kept.rival),
    contact: kept.contact,
    firstSeenMs: known?.firstSeenMs,
    lastValidatedMs: known?.lastValidatedMs,
    lastUsedMs: kept.lastUsedMs,
    revokedKeys: kept.memory?.revokedKeys.length ?? 0,
    error: stored.kind === 'unreadable' ? stored.error : undefined,
  };
}

/**
 * All devices in the order of their identities, one page of the store in memory at a time. A plain object, since React Native
 * cannot compile async generators.
 */
export function listKeys(
  { records, clock }: Pick<KeyStock, 'records' | 'clock'>,
  { signal }: KeyCacheCall,
): AsyncIterableIterator<ListedKey> {
  const entries = records.list('', { signal });
  return {
    async next() {
      for (;;) {
        // A store that does not mind the signal must not go on for ever.
        if (signal?.aborted)
          await withDeadline({ what: 'listing keys', clock, timeoutMs: 0, signal }, async () => {});
        const entry = await entries.next();
        if (entry.done) return { done: true, value: undefined };
        const address = addressUnder(entry.value.key);
        if (address !== undefined) return { done: false, value: listed(address, entry.value.value) };
      }
    },
    async return() {
      await entries.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

interface Cleaning {
  readonly policy: CachePolicy;
  readonly unusedMs: number;
  readonly nowMs: number;
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
  { records, shelf, clock }: KeyStock,
  { policy: settings, unusedMs = HISTORY_KEPT_MS, signal }: PruneOptions,
): Promise<PruneReport> {
  const cleaning = { policy: cachePolicy(settings), unusedMs, nowMs: clock.now() };
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
