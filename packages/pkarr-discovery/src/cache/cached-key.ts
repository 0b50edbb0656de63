import { type Clock, equalBytes, hex, systemClock } from '@pubky-paykit/primitives';
import { KEY_BYTES, MAX_UINT64 } from '../constants.ts';
import { millisecondsOf } from '../records/freshness.ts';
import { markOf, type Standing, standingOf } from '../records/roll-back.ts';
import {
  requireVerified,
  type VerifiedKeyRecord,
  type VerifiedRevocation,
} from '../records/verified-key-record.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type KeyEvent, type KeyState, nextKeyState } from './key-state.ts';

/** A key in the cache, and what is known of it. Frozen; times are Unix milliseconds. */
export interface KnownKey {
  readonly state: Exclude<KeyState, 'unknown'>;
  /** 32 bytes, X25519. The cache's own: copy it before you change it. */
  readonly noiseKey: Uint8Array;
  /** The newest record that names the key. Undefined if nothing but a handshake does. */
  readonly record: VerifiedKeyRecord | undefined;
  readonly firstSeenMs: number;
  /** Undefined if the key was never validated, or is in doubt. A look-up that failed validates nothing. */
  readonly lastValidatedMs: number | undefined;
  /** In state `rotated`: the key before this one, taken until the overlap is over. */
  readonly previous: { readonly noiseKey: Uint8Array; readonly replacedAtMs: number } | undefined;
}

/** What the cache has for one device of one identity. */
export type CachedKey = KnownKey | { readonly state: 'unknown' };

/** Where every entry begins. */
export const UNKNOWN_KEY: CachedKey = Object.freeze({ state: 'unknown' });

/** A handshake, such as XX, has proved this key of 32 bytes. */
interface ProvenKey {
  readonly kind: 'handshake';
  readonly noiseKey: Uint8Array;
}

/** The record under the former id of a key (32 bytes) says what became of it, or nobody could say. */
interface FormerKeySeen {
  readonly kind: 'former';
  readonly noiseKey: Uint8Array;
  readonly fate: 'over' | 'revoked' | 'unsure';
}

/**
 * What may be seen of a key:
 *
 * - a verified record or revocation, once `rememberKeyRecord` has let it pass;
 * - `handshake`: one has proved this key (32 bytes; copied), as XX does;
 * - `former`: a key that was replaced is not taken any more, was revoked, or cannot be asked about now;
 * - `miss`: the look-up failed, or found nothing;
 * - `doubt`: a handshake with the key failed, or an unsigned record says that it is revoked;
 * - `forget`: the user, or whoever keeps the cache, removes it.
 */
export type KeyObservation =
  | VerifiedKeyRecord
  | VerifiedRevocation
  | ProvenKey
  | FormerKeySeen
  | { readonly kind: 'miss' | 'doubt' | 'forget' };

/** By how the record stands to the one before: the event if it names the same key, and if it names another. */
const RECORD_EVENTS = {
  newer: ['agree', 'supersede'],
  same: ['agree', 'disagree'],
  // Nothing new is learnt of the key, least of all that it is still current.
  older: ['miss', 'disagree'],
  downgraded: ['miss', 'disagree'],
} as const satisfies Record<Standing, readonly [sameKey: KeyEvent, otherKey: KeyEvent]>;

function recordEvent({ noiseKey, record }: KnownKey, seen: VerifiedKeyRecord): KeyEvent {
  const isSame = equalBytes(noiseKey, seen.noiseKey);
  // A key that only a handshake showed has no date that another one could be newer than.
  if (record === undefined) return isSame ? 'agree' : 'disagree';
  return RECORD_EVENTS[standingOf(markOf(seen), markOf(record))][isSame ? 0 : 1];
}

function revocationEvent(
  { noiseKey, record, previous }: KnownKey,
  seen: VerifiedRevocation,
): KeyEvent | undefined {
  const { revokedKey, timestampSeconds = MAX_UINT64 } = seen;
  if (equalBytes(noiseKey, revokedKey)) return 'revoke';
  if (previous !== undefined && equalBytes(previous.noiseKey, revokedKey)) return 'settle';
  const mark = { timestampSeconds, noiseKey: hex.encode(revokedKey), freshness: 'signed' } as const;
  // One that is older than the record of this key is about a key before it.
  const isOlder = record !== undefined && standingOf(mark, markOf(record)) === 'older';
  return isOlder ? undefined : 'revoke';
}

function handshakeEvent({ state, noiseKey, previous }: KnownKey, proven: Uint8Array): KeyEvent | undefined {
  const isPrevious = previous !== undefined && equalBytes(previous.noiseKey, proven);
  if (!isPrevious && !equalBytes(noiseKey, proven)) return 'disagree';
  return state === 'tofu' ? 'trust' : undefined;
}

const FORMER_EVENTS = {
  over: 'settle',
  revoked: 'settle',
  // Until it is known, the next connection asks again.
  unsure: 'doubt',
} as const satisfies Record<FormerKeySeen['fate'], KeyEvent>;

function formerEvent({ noiseKey, previous }: KnownKey, seen: FormerKeySeen): KeyEvent | undefined {
  if (previous !== undefined && equalBytes(previous.noiseKey, seen.noiseKey)) return FORMER_EVENTS[seen.fate];
  return seen.fate === 'revoked' && equalBytes(noiseKey, seen.noiseKey) ? 'revoke' : undefined;
}

function eventOf(known: KnownKey, seen: KeyObservation): KeyEvent | undefined {
  if (seen.kind === 'key') return recordEvent(known, seen);
  if (seen.kind === 'revocation') return revocationEvent(known, seen);
  if (seen.kind === 'former') return formerEvent(known, seen);
  return seen.kind === 'handshake' ? handshakeEvent(known, seen.noiseKey) : seen.kind;
}

/** What a key that is named for the first time starts with. */
function firstSeen(seen: VerifiedKeyRecord | ProvenKey, nowMs: number): Omit<KnownKey, 'state'> {
  const record = seen.kind === 'key' ? seen : undefined;
  return {
    noiseKey: Uint8Array.from(seen.noiseKey),
    record,
    firstSeenMs: nowMs,
    lastValidatedMs: record && nowMs,
    previous: undefined,
  };
}

function meet(seen: KeyObservation, nowMs: number): CachedKey {
  if (seen.kind === 'key' || seen.kind === 'handshake') {
    return entered(seen.kind === 'key' ? 'verified' : 'tofu', firstSeen(seen, nowMs));
  }
  // Everything else is about a key that is not here any more.
  return UNKNOWN_KEY;
}

/** The key in its new state; nothing but a rotation keeps the one before. */
export function entered(state: KnownKey['state'], known: Omit<KnownKey, 'state'>): KnownKey {
  return Object.freeze({ ...known, state, previous: state === 'rotated' ? known.previous : undefined });
}

/** What changes beside the state. In a state that refuses the key, nothing does. */
function changes(known: KnownKey, event: KeyEvent, seen: KeyObservation, nowMs: number): Partial<KnownKey> {
  if (known.state === 'conflict' || known.state === 'revoked') return {};
  // The timer is wound down, so that the next connection looks the key up.
  if (event === 'doubt') return { lastValidatedMs: undefined };
  // What was first seen by a clock that was ahead is seen now.
  const firstSeenMs = Math.min(known.firstSeenMs, nowMs);
  if (event === 'trust') return { firstSeenMs };
  if (seen.kind !== 'key') return {};
  if (event === 'agree') return { record: seen, lastValidatedMs: nowMs, firstSeenMs };
  if (event !== 'supersede') return {};
  const previous = { noiseKey: known.noiseKey, replacedAtMs: nowMs };
  return { ...firstSeen(seen, nowMs), previous };
}

/**
 * What the cache has after something was seen of a key. Pure: the entry that is passed in stays as it is.
 *
 * A key that has expired is met as if it had never been known. A revocation of the key before this one ends the overlap,
 * and one that is older than this key's own record changes nothing.
 *
 * @throws DISCOVERY_WRONG_LENGTH
 * @throws TypeError for a record that `verifyKeyRecord` did not make, and for a clock that shows no time.
 * @see P8 §4.5
 *
 * @example
 * ```ts
 * import { observeKey, UNKNOWN_KEY, type VerifiedKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * declare const record: VerifiedKeyRecord;
 * observeKey(UNKNOWN_KEY, record).state; // 'verified'
 * ```
 */
export function observeKey(entry: CachedKey, seen: KeyObservation, clock: Clock = systemClock): CachedKey {
  if (seen.kind === 'key' || seen.kind === 'revocation') requireVerified(seen);
  if (seen.kind === 'handshake' || seen.kind === 'former')
    checkLength('a Noise key', seen.noiseKey, KEY_BYTES, KEY_BYTES);
  const nowMs = millisecondsOf(clock);
  const isRevocation = seen.kind === 'revocation' || (seen.kind === 'former' && seen.fate === 'revoked');
  const isGone = entry.state === 'expired' && !isRevocation;
  if (entry.state === 'unknown' || isGone) return meet(seen, nowMs);
  const event = eventOf(entry, seen);
  if (event === undefined) return entry;
  const state = nextKeyState(entry.state, event);
  if (state === 'unknown') return UNKNOWN_KEY;
  return entered(state, { ...entry, ...changes(entry, event, seen, nowMs) });
}
