import { hex } from '@pubky-paykit/primitives';
import { MAX_REMEMBERED_REVOCATIONS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import {
  type FreshnessProof,
  requireVerified,
  type UntimelyKeyRecord,
  type VerifiedKeyRecord,
  type VerifiedRevocation,
} from './verified-key-record.ts';

/** The newest record of a device that was ever seen. */
export interface RollBackMark {
  /** Seconds since 1970. */
  readonly timestampSeconds: bigint;
  /** 64 hex digits. */
  readonly noiseKey: string;
  readonly freshness: FreshnessProof;
}

/** What is remembered of one device of one identity. Plain data: keep it for as long as the contact. */
export interface RollBackMemory {
  readonly newest: RollBackMark | undefined;
  /** 64 hex digits each, at most 256, those revoked first in front. */
  readonly revokedKeys: readonly string[];
}

/** Of a device that was never seen. */
export const NOTHING_REMEMBERED: RollBackMemory = Object.freeze({
  newest: undefined,
  revokedKeys: Object.freeze([]),
});

/**
 * `accepted`: the key may be used. `rolled-back`: older than what was seen before, or another key of the same second.
 * `downgraded`: not signed, though the device has signed its time before. `revoked`: this key must not be used.
 */
export type RollBackOutcome = 'accepted' | 'rolled-back' | 'downgraded' | 'revoked';

/** How a record stands to the newest one that was seen. */
export type Standing = 'newer' | 'same' | 'older' | 'downgraded';

/**
 * Compares a record with the newest one seen. What the identity signed is compared with nothing but what it signed:
 * whatever times others have claimed do not count against it.
 */
export function standingOf(mark: RollBackMark, newest: RollBackMark | undefined): Standing {
  if (newest === undefined) return 'newer';
  if (mark.freshness !== newest.freshness) return mark.freshness === 'signed' ? 'newer' : 'downgraded';
  if (mark.timestampSeconds !== newest.timestampSeconds) {
    return mark.timestampSeconds > newest.timestampSeconds ? 'newer' : 'older';
  }
  return mark.noiseKey === newest.noiseKey ? 'same' : 'older';
}

/** The mark a record would leave. */
export function markOf({ timestampSeconds, noiseKey, freshness }: VerifiedKeyRecord): RollBackMark {
  return { timestampSeconds, noiseKey: hex.encode(noiseKey), freshness };
}

const OUTCOMES = {
  newer: 'accepted',
  same: 'accepted',
  older: 'rolled-back',
  downgraded: 'downgraded',
} as const satisfies Record<Standing, RollBackOutcome>;

interface Remembered {
  readonly outcome: RollBackOutcome;
  /** To be stored before the outcome is acted upon, whatever it is. */
  readonly memory: RollBackMemory;
}

function rememberKey(memory: RollBackMemory, record: VerifiedKeyRecord): Remembered {
  const mark = markOf(record);
  if (memory.revokedKeys.includes(mark.noiseKey)) return { outcome: 'revoked', memory };
  const standing = standingOf(mark, memory.newest);
  const newest = standing === 'newer' ? mark : memory.newest;
  return { outcome: OUTCOMES[standing], memory: { ...memory, newest } };
}

/**
 * The memory with one revoked key more.
 *
 * @param revokedKey 32 bytes, X25519; borrowed.
 */
export function withRevokedKey(memory: RollBackMemory, revokedKey: Uint8Array): RollBackMemory {
  const noiseKey = hex.encode(revokedKey);
  if (memory.revokedKeys.includes(noiseKey)) return memory;
  // Forgetting the oldest is safe: whatever was signed with that key is older than the mark, too.
  const revokedKeys = [...memory.revokedKeys, noiseKey].slice(-MAX_REMEMBERED_REVOCATIONS);
  return { ...memory, revokedKeys };
}

function rememberRevocation(memory: RollBackMemory, record: VerifiedRevocation): Remembered {
  const noiseKey = hex.encode(record.revokedKey);
  const { newest } = memory;
  const kept = withRevokedKey(memory, record.revokedKey).revokedKeys;
  // A date that is not believed raises nothing, but from now on the device is one that signs.
  const mark = { timestampSeconds: record.timestampSeconds ?? 0n, noiseKey, freshness: 'signed' } as const;
  const standing = standingOf(mark, newest);
  const isCurrent =
    standing !== 'older' || newest?.noiseKey === noiseKey || record.timestampSeconds === undefined;
  return {
    outcome: isCurrent ? 'revoked' : 'rolled-back',
    memory: { newest: standing === 'newer' ? mark : newest, revokedKeys: kept },
  };
}

/**
 * Tells whether a verified record may replace what is remembered of its device, and what to remember from now on.
 *
 * - Older records, and other keys of the same second, are refused (P8 W-09).
 * - A device that has once signed its time must go on: an unsigned record is a signed one that somebody stripped, or a
 *   return to 0.8, which the user has to confirm by forgetting the device.
 * - Unsigned times are compared among themselves until then. Whoever stores the records can claim the present for an
 *   old one, but no more than 300 s of the future, and nothing of it counts against the first signed record.
 * - Revoked keys are refused for ever, whatever their records say (W-11). An old revocation of another key is learnt,
 *   and is as a record rolled back: it does not shut out the key that came after it.
 *
 * @param memory Of the same identity and device as the record, which the caller sees to; `NOTHING_REMEMBERED` at first.
 * @returns `memory`, to be stored before the outcome is acted upon, whatever it is.
 * @throws TypeError for a record that `verifyKeyRecord` did not make.
 * @see P8 §10.1 W-09, W-11
 *
 * @example
 * ```ts
 * import { NOTHING_REMEMBERED, rememberKeyRecord, verifyKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const record: string;
 * const found = verifyKeyRecord({ identity, device: 'default', record });
 * const { outcome, memory } = rememberKeyRecord(NOTHING_REMEMBERED, found);
 * ```
 */
export function rememberKeyRecord(
  memory: RollBackMemory,
  record: VerifiedKeyRecord | VerifiedRevocation,
): { readonly outcome: RollBackOutcome; readonly memory: RollBackMemory } {
  requireVerified(record);
  return record.kind === 'key' ? rememberKey(memory, record) : rememberRevocation(memory, record);
}

/**
 * What to remember of a signed record that was refused for its time: its time, for nothing older counts any more, and that the
 * device signs, so that no unsigned copy of any of its records passes from now on. A time that is not believed, or that of a
 * revoked key, says nothing but that the device signs: an owner whose clock was ahead, and is right again, is not shut out.
 *
 * @param memory Of the same identity and device as the record, which the caller sees to; `NOTHING_REMEMBERED` at first.
 * @returns `memory`, to be stored before anything else is done for this device.
 * @throws TypeError for a record that `checkKeyRecord` did not make.
 * @see P8 §10.1 W-09
 *
 * @example
 * ```ts
 * import { NOTHING_REMEMBERED, rememberUntimely, type UntimelyKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const refused: UntimelyKeyRecord; // of `checkKeyRecord`
 * const memory = rememberUntimely(NOTHING_REMEMBERED, refused);
 * ```
 */
export function rememberUntimely(memory: RollBackMemory, record: UntimelyKeyRecord): RollBackMemory {
  requireVerified(record);
  const noiseKey = hex.encode(record.refusedKey);
  const isRevoked = memory.revokedKeys.includes(noiseKey);
  const timestampSeconds = isRevoked ? 0n : (record.timestampSeconds ?? 0n);
  const mark = { timestampSeconds, noiseKey, freshness: 'signed' } as const;
  return standingOf(mark, memory.newest) === 'newer' ? { ...memory, newest: mark } : memory;
}

/**
 * The error for an outcome other than `accepted`.
 *
 * @returns DISCOVERY_KEY_ROLLED_BACK, DISCOVERY_KEY_DOWNGRADED or DISCOVERY_KEY_REVOKED, not thrown.
 *
 * @example
 * ```ts
 * import { type RollBackOutcome, rollBackRefusal } from '@pubky-paykit/pkarr-discovery';
 * declare const outcome: RollBackOutcome;
 * if (outcome !== 'accepted') throw rollBackRefusal(outcome);
 * ```
 */
export function rollBackRefusal(outcome: Exclude<RollBackOutcome, 'accepted'>): DiscoveryError {
  if (outcome === 'rolled-back') return new DiscoveryError('DISCOVERY_KEY_ROLLED_BACK');
  if (outcome === 'downgraded') return new DiscoveryError('DISCOVERY_KEY_DOWNGRADED');
  return new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' });
}
