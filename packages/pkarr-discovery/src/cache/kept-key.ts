import { type Clock, equalBytes, hex } from '@pubky-paykit/primitives';
import { LAST_USED_STEP_MS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import {
  NOTHING_REMEMBERED,
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
  rollBackRefusal,
  withRevokedKey,
} from '../records/roll-back.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import type { CachePolicy } from './cache-policy.ts';
import {
  type CachedKey,
  entered,
  type KeyObservation,
  type KnownKey,
  observeKey,
  UNKNOWN_KEY,
} from './cached-key.ts';
import type { ContactClass } from './contact-policy.ts';
import { nextKeyState } from './key-state.ts';
import { consultKey, standingKey } from './key-use.ts';

/** All that is kept of one device of one identity. Frozen; times are Unix milliseconds. */
export interface KeptKey {
  readonly entry: CachedKey;
  /** Outlives the entry: what was older or revoked stays so when the key has expired or was forgotten [S2.3]. */
  readonly memory: RollBackMemory;
  /** In state `conflict`: the key that does not fit, 32 bytes, not to be changed. */
  readonly rival: Uint8Array | undefined;
  /** Of the classes it was looked for as since the key was met, the one that keeps it longest; without a key, the last one. */
  readonly contact: ContactClass;
  /** When it was looked for last: up to an hour later than this, as not every use is written down. */
  readonly lastUsedMs: number;
}

/** What is kept of a device that nobody has looked for. */
export const NOTHING_KEPT: KeptKey = Object.freeze({
  entry: UNKNOWN_KEY,
  memory: NOTHING_REMEMBERED,
  rival: undefined,
  contact: 'occasional',
  lastUsedMs: 0,
});

/** By which rules, and when, something was seen. */
export interface Circumstances {
  readonly contact: ContactClass;
  readonly policy: CachePolicy;
  readonly clock: Clock;
}

/** What has come of something that was seen. */
export interface ObservedKey {
  /** To be kept. */
  readonly kept: KeptKey;
  /** The entry as time had left it, for the class of contacts that keeps it longest. */
  readonly before: CachedKey;
  /** The entry as it is now: `kept.entry`, except for contacts of whom no key is kept. */
  readonly entry: CachedKey;
  /**
   * The same for the class it was looked for as, which the key may have outlived: then a record that was seen now, or what a
   * first contact gives, and nothing of what another class knew. A refusal is one for all.
   */
  readonly answer: CachedKey;
  /** For each that was seen, why a record or a handshake was not believed; `accepted` for everything else. */
  readonly outcomes: readonly RollBackOutcome[];
}

/** Whether there is nothing worth keeping. */
export function isNothing({ entry, memory }: KeptKey): boolean {
  return entry.state === 'unknown' && memory.newest === undefined && memory.revokedKeys.length === 0;
}

interface Remembered {
  readonly outcome: RollBackOutcome;
  readonly memory: RollBackMemory;
}

function remember(memory: RollBackMemory, seen: KeyObservation): Remembered {
  if (seen.kind === 'key' || seen.kind === 'revocation') return rememberKeyRecord(memory, seen);
  if (seen.kind === 'former' && seen.fate === 'revoked')
    return { outcome: 'accepted', memory: withRevokedKey(memory, seen.noiseKey) };
  const isRevoked = seen.kind === 'handshake' && memory.revokedKeys.includes(hex.encode(seen.noiseKey));
  return { outcome: isRevoked ? 'revoked' : 'accepted', memory };
}

/** What does not fit the key that is known. */
function rivalIn(seen: KeyObservation): Uint8Array | undefined {
  return seen.kind === 'key' || seen.kind === 'handshake' ? Uint8Array.from(seen.noiseKey) : undefined;
}

/** Of the classes a key was looked for as, the one that keeps it longest. */
export function longerClass(kept: KeptKey, contact: ContactClass, { contacts }: CachePolicy): ContactClass {
  if (kept.entry.state === 'unknown') return contact;
  return contacts[contact].keepMs >= contacts[kept.contact].keepMs ? contact : kept.contact;
}

/**
 * Whether a use now should be written down. Also if the last one is in the future, as the clock has been set back, and if the
 * key was not looked for as of a class that keeps it that long.
 */
export function isUseDue(kept: KeptKey, contact: ContactClass, policy: CachePolicy, nowMs: number): boolean {
  if (Math.abs(nowMs - kept.lastUsedMs) >= LAST_USED_STEP_MS) return true;
  return kept.entry.state !== 'unknown' && longerClass(kept, contact, policy) !== kept.contact;
}

/**
 * The entry that is compared with what is seen: as time has left it for the class of contacts that keeps it longest. One that
 * is stricter limits what may be used, and must not make the key of another one unknown: whoever is in between would be taken
 * for a first contact by those who trust him least.
 */
export function standingEntry(kept: KeptKey, { contact, policy, clock }: Circumstances): CachedKey {
  const longest = policy.contacts[longerClass(kept, contact, policy)];
  return standingKey(kept.entry, longest, { clock, maximumAgeSeconds: policy.maximumAgeSeconds });
}

/** What a class of contacts gets to know that may not use all that is kept: a first contact with the current key at most. */
function metBy(
  before: CachedKey,
  kept: CachedKey,
  believed: readonly KeyObservation[],
  clock: Clock,
): CachedKey {
  const isAnother = (one: KeyObservation): boolean =>
    one.kind === 'handshake' && kept.state !== 'unknown' && !equalBytes(one.noiseKey, kept.noiseKey);
  const seen = believed.filter((one) => !isAnother(one));
  return seen.reduce((entry, one) => observeKey(entry, one, clock), before);
}

/**
 * What is kept after something was seen: first what time has done, then for each of it the memory against roll-back, then
 * the table. A record the memory refuses, and a handshake with a key that was revoked, change no entry. Pure.
 *
 * @param seen In the order in which it counts.
 * @throws DISCOVERY_WRONG_LENGTH, TypeError as {@link observeKey}.
 */
export function observeKept(
  kept: KeptKey,
  seen: readonly KeyObservation[],
  circumstances: Circumstances,
): ObservedKey {
  const { contact, policy, clock } = circumstances;
  const before = standingEntry(kept, circumstances);
  const rule = { clock, maximumAgeSeconds: policy.maximumAgeSeconds };
  const asClass = consultKey(before, policy.contacts[contact], rule).entry;
  if (seen.length === 0) return { kept, before, entry: before, answer: asClass, outcomes: [] };
  let entry = before;
  let { memory, rival } = kept;
  const believed: KeyObservation[] = [];
  const outcomes = seen.map((one) => {
    const { outcome, memory: after } = remember(memory, one);
    memory = after;
    // A revocation always reaches the table: only there it is known which key it is about.
    if (outcome !== 'accepted' && one.kind !== 'revocation') return outcome;
    believed.push(one);
    const next = observeKey(entry, one, clock);
    if (next.state !== 'conflict') rival = undefined;
    else if (entry.state !== 'conflict') rival = rivalIn(one);
    entry = next;
    return outcome;
  });
  // A key that is met anew is kept as what it is looked for now.
  const isGone = before.state === 'unknown' || before.state === 'expired';
  const keeper = isGone ? contact : longerClass(kept, contact, policy);
  const keptEntry = isKept(entry, policy.contacts[keeper].keepMs) ? entry : UNKNOWN_KEY;
  const next = Object.freeze({ entry: keptEntry, memory, rival, contact: keeper, lastUsedMs: clock.now() });
  // A record seen now is no use of what is kept; the key before it would be one, where nothing may be kept.
  const isFound = policy.contacts[contact].keepMs > 0 && believed.some(({ kind }) => kind === 'key');
  const answer = isFound || isRefused(entry) ? entry : metBy(asClass, entry, believed, clock);
  return { kept: next, before, entry, answer, outcomes };
}

function isRefused({ state }: CachedKey): boolean {
  return state === 'conflict' || state === 'revoked';
}

/** A refusal is kept in any case: it is no key. */
function isKept(entry: CachedKey, keepMs: number): boolean {
  return keepMs > 0 || isRefused(entry);
}

/**
 * What is kept after its memory was changed by somebody else, such as the discovery: a cached key that is revoked in it, is
 * revoked. Pure.
 */
export function withMemory(kept: KeptKey, memory: RollBackMemory): KeptKey {
  const { entry } = kept;
  if (entry.state === 'unknown') return Object.freeze({ ...kept, memory });
  const isRevoked = (key: Uint8Array | undefined): boolean =>
    key !== undefined && memory.revokedKeys.includes(hex.encode(key));
  const event = isRevoked(entry.noiseKey)
    ? 'revoke'
    : isRevoked(entry.previous?.noiseKey)
      ? 'settle'
      : undefined;
  if (event === undefined) return Object.freeze({ ...kept, memory });
  const state = nextKeyState(entry.state, event) as KnownKey['state'];
  const rival = state === 'conflict' ? kept.rival : undefined;
  return Object.freeze({ ...kept, entry: entered(state, entry), memory, rival });
}

/**
 * The user has made sure which of two keys is right: it is taken as one of a first contact, to be compared with the next
 * record. Pure.
 *
 * @param noiseKey 32 bytes, one of the two; copied.
 * @throws DISCOVERY_NOTHING_TO_ACCEPT, DISCOVERY_KEY_REVOKED
 */
export function acceptKept(kept: KeptKey, noiseKey: Uint8Array, circumstances: Circumstances): KeptKey {
  const { entry, rival } = kept;
  const disputed = entry.state === 'conflict' ? [entry.noiseKey, rival ?? entry.noiseKey] : [];
  if (!disputed.some((key) => equalBytes(key, noiseKey))) {
    throw new DiscoveryError('DISCOVERY_NOTHING_TO_ACCEPT', { state: entry.state });
  }
  const proven = { kind: 'handshake', noiseKey } as const;
  const { kept: accepted, outcomes } = observeKept(forgetKept(kept), [proven], circumstances);
  requireAccepted(outcomes);
  return accepted;
}

/** The key is gone; what is remembered against roll-back stays. Pure. */
export function forgetKept(kept: KeptKey): KeptKey {
  return Object.freeze({ ...kept, entry: UNKNOWN_KEY, rival: undefined });
}

/**
 * Refuses a key in doubt that only a person can resolve, and one that is revoked for good.
 *
 * @throws DISCOVERY_KEY_CONFLICT, DISCOVERY_KEY_REVOKED
 */
export function requireUndisputed({ entry, rival }: Pick<KeptKey, 'entry' | 'rival'>): void {
  if (entry.state === 'revoked') throw new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' });
  if (entry.state !== 'conflict') return;
  const presented = rival && keyPrefix(rival);
  throw new DiscoveryError('DISCOVERY_KEY_CONFLICT', { known: keyPrefix(entry.noiseKey), presented });
}

/** @throws DISCOVERY_KEY_ROLLED_BACK, DISCOVERY_KEY_DOWNGRADED, DISCOVERY_KEY_REVOKED for the first that was not accepted. */
export function requireAccepted(outcomes: readonly RollBackOutcome[]): void {
  for (const outcome of outcomes) if (outcome !== 'accepted') throw rollBackRefusal(outcome);
}
