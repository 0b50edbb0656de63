import { systemClock } from '@pubky-paykit/primitives';
import { KEY_OVERLAP_MS, MAX_CLOCK_SKEW_SECONDS } from '../constants.ts';
import { type FreshnessRule, isAhead, isStale, millisecondsOf } from '../records/freshness.ts';
import type { VerifiedKeyRecord } from '../records/verified-key-record.ts';
import type { CachePolicySettings } from './cache-policy.ts';
import { type CachedKey, entered, type KnownKey } from './cached-key.ts';
import type { ContactPolicy } from './contact-policy.ts';
import { type KeyEvent, type KeyState, nextKeyState } from './key-state.ts';

/** What may be done with a key, by its state. */
const USES = {
  unknown: { usable: false, lookUp: true },
  tofu: { usable: true, lookUp: true },
  verified: { usable: true, lookUp: false },
  due: { usable: true, lookUp: true },
  rotated: { usable: true, lookUp: false },
  expired: { usable: false, lookUp: true },
  // Only the user can tell which key is right.
  conflict: { usable: false, lookUp: false },
  revoked: { usable: false, lookUp: false },
} as const satisfies Record<KeyState, { readonly usable: boolean; readonly lookUp: boolean }>;

/** What a connection may do now. */
export interface KeyUse {
  /** The entry with all that time has done to it; to be kept instead of the one passed in. */
  readonly entry: CachedKey;
  /** 32 bytes each, fresh copies: none, the key, or the key and the one before it during the overlap. */
  readonly noiseKeys: readonly Uint8Array[];
  /** Whether to look the key up first. If that fails, `noiseKeys` may be used all the same. */
  readonly lookUp: boolean;
}

/** Not so for an age below zero: after the clock was set back nobody knows how long ago it was. */
function isWithin(ageMs: number, limitMs: number): boolean {
  return ageMs >= 0 && ageMs < limitMs;
}

/** What a record must fulfil for its key to be used. */
export type KeyUseRule = FreshnessRule & Pick<CachePolicySettings, 'requireSignedFreshness'>;

interface Now {
  readonly nowMs: number;
  readonly contact: ContactPolicy;
  readonly rule: KeyUseRule;
  /** Whether what lies ahead of the clock is over, too. */
  readonly endsAhead: boolean;
}

const MAX_AHEAD_MS = Number(MAX_CLOCK_SKEW_SECONDS) * 1_000;

/** The next thing time does to a key in each state that time does anything to. */
const TIMERS: Readonly<Partial<Record<KeyState, (known: KnownKey, now: Now) => KeyEvent | undefined>>> = {
  tofu: expiry,
  verified: (known, now) => expiry(known, now) ?? (isValidated(known, now) ? undefined : 'fall-due'),
  due: expiry,
  rotated: (known, now) => expiry(known, now) ?? (overlaps(known, now) ? undefined : 'settle'),
};

/** Whether the time of a record is anybody's word, where that is not enough: then its key is no key any more. */
export function isUnproven(record: VerifiedKeyRecord | undefined, rule: KeyUseRule): boolean {
  return rule.requireSignedFreshness === true && record?.freshness === 'unsigned';
}

function expiry({ firstSeenMs, record }: KnownKey, now: Now): 'expire' | undefined {
  const { nowMs, contact, rule, endsAhead } = now;
  const timestampSeconds = record?.timestampSeconds;
  const ageMs = nowMs - firstSeenMs;
  const isOver =
    ageMs >= contact.keepMs || (timestampSeconds !== undefined && isStale(timestampSeconds, rule));
  // A time that lies years ahead would take years to be over.
  const liesAhead =
    ageMs < -MAX_AHEAD_MS || (timestampSeconds !== undefined && isAhead(timestampSeconds, rule));
  return isOver || isUnproven(record, rule) || (endsAhead && liesAhead) ? 'expire' : undefined;
}

function isValidated({ lastValidatedMs }: KnownKey, { nowMs, contact }: Now): boolean {
  return lastValidatedMs !== undefined && isWithin(nowMs - lastValidatedMs, contact.validateAfterMs);
}

function overlaps({ previous }: KnownKey, { nowMs }: Now): boolean {
  return previous !== undefined && isWithin(nowMs - previous.replacedAtMs, KEY_OVERLAP_MS);
}

function afterTime(entry: CachedKey, now: Now): CachedKey {
  let aged = entry;
  for (;;) {
    if (aged.state === 'unknown') return aged;
    const event = TIMERS[aged.state]?.(aged, now);
    if (event === undefined) return aged;
    const state = nextKeyState(aged.state, event) as KnownKey['state'];
    aged = entered(state, aged);
  }
}

/**
 * What a connection may do with a cached key now. Time is taken into account here and nowhere else, the freshness of the
 * record included: a cached record that has become stale is no key any more [S2.2].
 *
 * @param contact From `CONTACT_POLICIES`, or your own.
 * @param rule The rule the records of this contact were verified by.
 * @throws RangeError, TypeError for a rule that is none.
 * @see P8 §4.5
 *
 * @example
 * ```ts
 * import { type CachedKey, CONTACT_POLICIES, consultKey } from '@pubky-paykit/pkarr-discovery';
 * declare const cached: CachedKey;
 * const { entry, noiseKeys, lookUp } = consultKey(cached, CONTACT_POLICIES.frequent);
 * ```
 */
export function consultKey(entry: CachedKey, contact: ContactPolicy, rule: KeyUseRule = {}): KeyUse {
  const now = { nowMs: millisecondsOf(rule.clock ?? systemClock), contact, rule, endsAhead: true };
  const aged = afterTime(entry, now);
  const { usable, lookUp } = USES[aged.state];
  if (aged.state === 'unknown') return { entry: aged, noiseKeys: [], lookUp };
  const keys = aged.previous === undefined ? [aged.noiseKey] : [aged.noiseKey, aged.previous.noiseKey];
  return {
    entry: aged,
    noiseKeys: usable ? keys.map((key) => key.slice()) : [],
    lookUp: lookUp || (usable && !isValidated(aged, now)),
  };
}

/**
 * The entry as time has left it, to compare with what is seen now. Times ahead of the clock, and times nobody signed, can forbid
 * its use, and do not make it unknown: whoever could set the clock back would be taken for a first contact.
 */
export function standingKey(entry: CachedKey, contact: ContactPolicy, rule: FreshnessRule): CachedKey {
  return afterTime(entry, {
    nowMs: millisecondsOf(rule.clock ?? systemClock),
    contact,
    rule,
    endsAhead: false,
  });
}
