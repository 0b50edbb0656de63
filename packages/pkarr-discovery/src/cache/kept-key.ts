import { type Clock, equalBytes, hex } from '@pubky-paykit/primitives';
import { LAST_USED_STEP_MS } from '../constants.ts';
import {
  NOTHING_REMEMBERED,
  type RollBackMemory,
  type RollBackOutcome,
  rememberKeyRecord,
  withRevokedKey,
} from '../records/roll-back.ts';
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
  /** When anything of it was last seen, by whomever; 0 if that is not known. */
  readonly lastSeenMs: number;
}

/** What is kept of a device that nobody has looked for. */
export const NOTHING_KEPT: KeptKey = Object.freeze({
  entry: UNKNOWN_KEY,
  memory: NOTHING_REMEMBERED,
  rival: undefined,
  contact: 'occasional',
  lastUsedMs: 0,
  lastSeenMs: 0,
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
  const asClass = consultKey(before, policy.contacts[contact], { ...policy, clock }).entry;
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
  const nowMs = clock.now();
  // A key that is met anew is kept as what it is looked for now.
  const isGone = before.state === 'unknown' || before.state === 'expired';
  const keeper = isGone ? contact : longerClass(kept, contact, policy);
  const keptEntry = isKept(entry, policy.contacts[keeper].keepMs) ? entry : UNKNOWN_KEY;
  const next = Object.freeze({
    entry: keptEntry,
    memory,
    rival,
    contact: keeper,
    lastUsedMs: nowMs,
    lastSeenMs: nowMs,
  });
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
export function withMemory(kept: KeptKey, memory: RollBackMemory, lastSeenMs: number): KeptKey {
  const { entry } = kept;
  if (entry.state === 'unknown') return Object.freeze({ ...kept, memory, lastSeenMs });
  const isRevoked = (key: Uint8Array | undefined): boolean =>
    key !== undefined && memory.revokedKeys.includes(hex.encode(key));
  const event = isRevoked(entry.noiseKey)
    ? 'revoke'
    : isRevoked(entry.previous?.noiseKey)
      ? 'settle'
      : undefined;
  if (event === undefined) return Object.freeze({ ...kept, memory, lastSeenMs });
  const state = nextKeyState(entry.state, event) as KnownKey['state'];
  const rival = state === 'conflict' ? kept.rival : undefined;
  return Object.freeze({ ...kept, entry: entered(state, entry), memory, rival, lastSeenMs });
}
