import { type Clock, equalBytes, hex, type Telemetry } from '@pubky-paykit/primitives';
import type { CachedKey, KnownKey } from '../cache/cached-key.ts';
import type { ContactClass } from '../cache/contact-policy.ts';
import type { DeviceAddress } from '../cache/device-address.ts';
import type { KeptKey, ObservedKey } from '../cache/kept-key.ts';
import { SHOWN_KEY_BYTES } from '../constants.ts';
import type { RollBackMemory } from '../records/roll-back.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import { report } from '../reporting.ts';
import type { Outage } from './outages.ts';

/** What has happened to a key. Keys are shown by their first 8 bytes in hex. */
type KeyChange =
  /** A handshake had shown it first; now a record has confirmed it. */
  | { readonly kind: 'verified'; readonly key: string }
  /** From now on `current` is used; `former` is taken for 7 days more, unless its owner says otherwise. */
  | { readonly kind: 'rotated'; readonly former: string; readonly current: string }
  /**
   * A handshake has shown another key than the one that was known until it expired or was forgotten, and no record names it. It
   * is taken as one of a first contact: tell the user, since somebody may be in between.
   */
  | { readonly kind: 'replaced'; readonly former: string; readonly current: string }
  /** It is refused from now on. */
  | { readonly kind: 'revoked'; readonly key: string }
  /** Neither is used until the user decides: `accept` or `forget` of the cache. */
  | { readonly kind: 'conflict'; readonly known: string; readonly presented: string | undefined };

/** Whether a cached key can be confirmed. Each begins once and ends once. */
type Connectivity =
  | { readonly kind: 'degraded'; readonly sinceMs: number; readonly affected: number }
  | {
      readonly kind: 'recovered';
      readonly sinceMs: number;
      /** Milliseconds. */
      readonly forMs: number;
      readonly affected: number;
    };

/**
 * What a key finder tells the application. Times are Unix milliseconds. `degraded` and `recovered` are about one key each;
 * `affected` says how many are used degraded now: with 1 an outage has begun, with 0 it is over.
 */
export type KeyFinderEvent = (KeyChange | Connectivity) & {
  /** 32 bytes, the Ed25519 public key. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly atMs: number;
};

/** Whom a finder tells. */
export interface FinderReporter {
  /** How the cache has answered: alone, with a key to be confirmed, with none, or with a refusal. */
  answered(cache: 'hit' | 'stale' | 'miss' | 'refused', contact: ContactClass): void;
  lookedUp(outcome: string, startedMs: number): void;
  /** @param before What was cached when the work began. */
  changed(address: DeviceAddress, before: CachedKey, now: Pick<ObservedKey, 'entry' | 'kept'>): void;
  degraded(address: DeviceAddress, outage: Outage, affected: number): void;
  recovered(address: DeviceAddress, outage: Outage, affected: number): void;
}

const known = (entry: CachedKey): KnownKey | undefined => (entry.state === 'unknown' ? undefined : entry);

/** The key that a first contact has not shown, though it was the one of the device before. */
function missedKey(was: KnownKey | undefined, is: KnownKey | undefined, memory: RollBackMemory) {
  const isFirst = is?.state === 'tofu' && (was === undefined || was.state === 'expired');
  const former = was === undefined ? memory.newest?.noiseKey : hex.encode(was.noiseKey);
  return isFirst && former !== hex.encode(is.noiseKey) ? former : undefined;
}

/** What the application has to know of a change; undefined for everyday ones. */
function changeOf(before: CachedKey, entry: CachedKey, { rival, memory }: KeptKey): KeyChange | undefined {
  const [was, is] = [known(before), known(entry)];
  const missed = missedKey(was, is, memory);
  if (is !== undefined && missed !== undefined)
    return {
      kind: 'replaced',
      former: missed.slice(0, 2 * SHOWN_KEY_BYTES),
      current: keyPrefix(is.noiseKey),
    };
  if (was === undefined || is === undefined) return undefined;
  const isSame = equalBytes(was.noiseKey, is.noiseKey);
  const key = keyPrefix(is.noiseKey);
  const replaced = isSame ? was.previous?.noiseKey : was.noiseKey;
  const isTaken = is.state === 'verified' || is.state === 'rotated';
  // Of a key with a successor, too: that it must not be taken any more is what matters.
  if (isTaken && is.previous === undefined && replaced && memory.revokedKeys.includes(hex.encode(replaced)))
    return { kind: 'revoked', key: keyPrefix(replaced) };
  if (!isSame && isTaken && was.state !== 'expired')
    return { kind: 'rotated', former: keyPrefix(was.noiseKey), current: key };
  if (was.state === is.state) return undefined;
  if (is.state === 'revoked') return { kind: 'revoked', key };
  if (is.state === 'conflict') return { kind: 'conflict', known: key, presented: rival && keyPrefix(rival) };
  return was.state === 'tofu' && is.state === 'verified' && isSame ? { kind: 'verified', key } : undefined;
}

/**
 * Tells application and telemetry; neither can disturb a look-up.
 *
 * @param onEvent What it throws is ignored.
 */
export function createFinderReporter(
  telemetry: Telemetry,
  onEvent: ((event: KeyFinderEvent) => void) | undefined,
  clock: Clock,
): FinderReporter {
  const tell = ({ identity, device }: DeviceAddress, event: KeyChange | Connectivity): void => {
    if (onEvent === undefined) return;
    report(() => onEvent(Object.freeze({ ...event, identity: identity.slice(), device, atMs: clock.now() })));
  };
  return {
    answered: (cache, contact) => report(() => telemetry.count('discovery.key_finds', 1, { cache, contact })),
    lookedUp(outcome, startedMs) {
      report(() => telemetry.count('discovery.key_lookups', 1, { outcome }));
      // A clock that was set back has measured nothing, and a negative time would spoil the rest.
      const elapsedMs = Math.max(0, clock.now() - startedMs);
      report(() => telemetry.record('discovery.key_lookup_ms', elapsedMs, { outcome }));
    },
    changed(address, before, { entry, kept }) {
      const change = changeOf(before, entry, kept);
      if (change !== undefined) tell(address, change);
    },
    degraded(address, { sinceMs }, affected) {
      report(() => telemetry.count('discovery.keys_degraded', 1));
      tell(address, { kind: 'degraded', sinceMs, affected });
    },
    recovered(address, { sinceMs }, affected) {
      const forMs = Math.max(0, clock.now() - sinceMs);
      report(() => telemetry.count('discovery.keys_recovered', 1));
      report(() => telemetry.record('discovery.outage_ms', forMs));
      tell(address, { kind: 'recovered', sinceMs, forMs, affected });
    },
  };
}
