import { equalBytes, isCodedError } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import type { VerifiedKeyRecord } from '../records/verified-key-record.ts';
import { verifyKeyRecord } from '../records/verify-key-record.ts';
import type { CacheDamage } from './cache-errors.ts';
import { type CachedKey, type KnownKey, UNKNOWN_KEY } from './cached-key.ts';
import type { DeviceAddress } from './device-address.ts';
import type { KeptKey } from './kept-key.ts';

const MS_PER_SECOND = 1_000;

/** A known key with nothing but the text of its record: a claim, until it has been verified again. */
export interface StoredKnownKey extends Omit<KnownKey, 'record'> {
  readonly recordText: string | undefined;
}

/** What stands in the store for one device. Whoever can write there may have written anything. */
export interface StoredKey extends Omit<KeptKey, 'entry'> {
  readonly kind: 'stored';
  /** 32 bytes. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly entry: StoredKnownKey | { readonly state: 'unknown' };
}

/** Bytes that are no stored key, and the error for whoever wants one. */
export interface UnreadableKey {
  readonly kind: 'unreadable';
  readonly error: DiscoveryError;
}

/** Stored bytes that cannot be trusted. */
export function damagedKey(damage: CacheDamage): UnreadableKey {
  return { kind: 'unreadable', error: new DiscoveryError('DISCOVERY_CACHED_KEY_DAMAGED', { damage }) };
}

/** The form in which a key is stored. Borrows everything. */
export function storedKey({ identity, device }: DeviceAddress, kept: KeptKey): StoredKey {
  return { kind: 'stored', identity, device, ...kept, entry: storedEntry(kept.entry) };
}

function storedEntry(entry: CachedKey): StoredKey['entry'] {
  if (entry.state === 'unknown') return entry;
  const { record, ...known } = entry;
  return { ...known, recordText: record?.text };
}

/** What a store gave, made sure to be of this device, or the error that says why it is not. */
export function readableKey(
  stored: StoredKey | UnreadableKey,
  { identity, device }: DeviceAddress,
): StoredKey {
  if (stored.kind === 'unreadable') throw stored.error;
  if (stored.device === device && equalBytes(stored.identity, identity)) return stored;
  throw damagedKey('of another device').error;
}

/**
 * Makes a kept key of a stored one. Its record is verified again: it costs what {@link verifyKeyRecord} costs, unless the
 * one that is at hand already has the same text.
 *
 * Its age is not looked at here but whenever the key is used: a conflict or a revocation outlives its record [S2.2].
 *
 * @param atHand What is known of the same device.
 * @throws DISCOVERY_CACHED_KEY_DAMAGED, DISCOVERY_CACHED_KEY_NEWER
 */
export function keptKey(
  stored: StoredKey | UnreadableKey,
  address: DeviceAddress,
  atHand?: CachedKey,
): KeptKey {
  const { entry, memory, rival, contact, lastUsedMs, lastSeenMs } = readableKey(stored, address);
  const woken = entry.state === 'unknown' ? UNKNOWN_KEY : knownKey(entry, address, atHand);
  return Object.freeze({ entry: woken, memory, rival, contact, lastUsedMs, lastSeenMs });
}

function knownKey(
  { recordText, ...known }: StoredKnownKey,
  address: DeviceAddress,
  atHand: CachedKey | undefined,
): KnownKey {
  if (recordText === undefined) return Object.freeze({ ...known, record: undefined });
  const held = atHand === undefined || atHand.state === 'unknown' ? undefined : atHand.record;
  const record = held?.text === recordText ? held : verifyAgain(recordText, address);
  if (!equalBytes(record.noiseKey, known.noiseKey)) throw damagedKey('contradicts itself').error;
  return Object.freeze({ ...known, record });
}

/** Verifies a record as on the day it is from. */
function verifyAgain(record: string, { identity, device }: DeviceAddress): VerifiedKeyRecord {
  try {
    const stampedMs = Number(parseKeyRecord(record).timestampSeconds) * MS_PER_SECOND;
    const clock = { now: () => stampedMs, schedule: () => () => {} };
    const verified = verifyKeyRecord({ identity, device, record }, { clock });
    if (verified.kind === 'key' && verified.text === record) return verified;
  } catch (error) {
    // A text without a time gives a clock without one.
    if (!isCodedError(error) && !(error instanceof TypeError)) throw error;
  }
  throw damagedKey('record not verified').error;
}
