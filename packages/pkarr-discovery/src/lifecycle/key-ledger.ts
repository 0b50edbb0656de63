import { equalBytes } from '@pubky-paykit/primitives';
import { MAX_LEDGER_KEYS } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import type { Publication } from '../publications/publication.ts';
import { derivationContext } from './derivation-context.ts';

/**
 * Where a key of a device stands. `current`: the one under the id of the device. `former`: replaced, and still taken
 * during the overlap. `retired`: the overlap is over. `revoked`: never to be taken again.
 */
export type LedgerKeyStatus = 'current' | 'former' | 'retired' | 'revoked';

/** A key of a device, without its secret. Times are Unix milliseconds; undefined is not yet. */
export interface LedgerKey {
  /** What the key is derived from. */
  readonly context: string;
  /** 32 bytes, X25519. */
  readonly noiseKey: Uint8Array;
  readonly status: LedgerKeyStatus;
  /** Seconds since 1970: the time in the newest record that was signed for it. */
  readonly stampedSeconds: bigint;
  readonly createdAtMs: number;
  /** Since when every target that takes it has had the record of the key. */
  readonly publishedAtMs?: number | undefined;
  /** Since when every target has had the key after this one: the overlap begins. */
  readonly supersededAtMs?: number | undefined;
  readonly retiredAtMs?: number | undefined;
  readonly revokedAtMs?: number | undefined;
  /** Since when every target has had the revocation. */
  readonly announcedAtMs?: number | undefined;
  /** Since when the revocation is not published any more, because no record of the key is fresh anywhere. */
  readonly withdrawnAtMs?: number | undefined;
  /** When what stands of the key was last said again because some target did not have it. */
  readonly restatedAtMs?: number | undefined;
  /** How often that was of late, 1 to 16: the more often, the longer it is waited until the next time. */
  readonly restatements?: number | undefined;
}

/**
 * Everything about the keys of one device of one identity that must survive: what there is, and what is to be published.
 * It holds no secret. Nothing is published that it does not say first.
 */
export interface KeyLedger {
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  /** Counts the changes. */
  readonly revision: number;
  /** The first epoch whose context has not been used: none is used twice. */
  readonly nextEpoch: number;
  /** How often a key was replaced, by schedule or by hand or after a revocation. */
  readonly rotationCount: number;
  readonly revocationCount: number;
  /** Oldest first, at most 64; `current` is one at most. */
  readonly keys: readonly LedgerKey[];
  /** The largest time that was ever signed for the device, in seconds since 1970. */
  readonly stampedSeconds: bigint;
  /** 0 to 65 535, drawn anew with every change of the schedule: by how much the next dates come earlier. */
  readonly jitter: number;
  /** Signed, and not known to be in the queue. In order. */
  readonly outbox: readonly Publication[];
}

/** The ledger of a device that never had a key. @param identity 32 bytes; copied. @param jitter See `KeyLedger`. */
export function emptyLedger(identity: Uint8Array, device: string, jitter: number): KeyLedger {
  return {
    identity: Uint8Array.from(identity),
    device,
    revision: 0,
    nextEpoch: 0,
    rotationCount: 0,
    revocationCount: 0,
    keys: [],
    stampedSeconds: 0n,
    jitter,
    outbox: [],
  };
}

/** The key that stands, or is to stand, under the id of the device. */
export function currentKey({ keys }: KeyLedger): LedgerKey | undefined {
  return keys.find(({ status }) => status === 'current');
}

/** The keys the device has to answer with: the current one and those of the overlap, newest first. */
export function liveKeys({ keys }: KeyLedger): readonly LedgerKey[] {
  return keys.filter(({ status }) => status === 'current' || status === 'former').reverse();
}

/**
 * The key to begin connections with: the newest that peers can have found. While a new key is only queued, it is the one
 * before, which is what they will look for. Undefined after a revocation without a successor.
 *
 * @example
 * ```ts
 * import { activeKey, type KeyLedger } from '@pubky-paykit/pkarr-discovery';
 * declare const ledger: KeyLedger;
 * activeKey(ledger)?.context; // derive the secret from this
 * ```
 */
export function activeKey(ledger: KeyLedger): LedgerKey | undefined {
  const live = liveKeys(ledger);
  return live.find(({ publishedAtMs }) => publishedAtMs !== undefined) ?? live[0];
}

/** Which keys: all that it makes sense for, or the one of a context, or with these 32 bytes. */
export type KeySelection = 'all' | { readonly context: string } | { readonly noiseKey: Uint8Array };

/** @throws DISCOVERY_KEY_NOT_IN_LEDGER */
export function requireLedgerKey(ledger: KeyLedger, which: Exclude<KeySelection, 'all'>): LedgerKey {
  const key = ledger.keys.find(({ context, noiseKey }) =>
    'context' in which ? context === which.context : equalBytes(noiseKey, which.noiseKey),
  );
  if (key !== undefined) return key;
  throw new DiscoveryError('DISCOVERY_KEY_NOT_IN_LEDGER', { device: ledger.device });
}

/** The keys to be revoked: all that are alive, or one that is not revoked already. @throws DISCOVERY_KEY_NOT_IN_LEDGER */
export function revocableKeys(ledger: KeyLedger, which: KeySelection): readonly LedgerKey[] {
  if (which === 'all') return liveKeys(ledger);
  return [requireLedgerKey(ledger, which)].filter(({ status }) => status !== 'revoked');
}

/**
 * The keys that the ledger calls revoked and of which it does not know that every target was told: what was to tell them may
 * be lost. To say it again never hurts.
 */
export function unannouncedKeys({ keys }: KeyLedger): readonly LedgerKey[] {
  return keys.filter(
    ({ status, announcedAtMs, withdrawnAtMs }) =>
      status === 'revoked' && announcedAtMs === undefined && withdrawnAtMs === undefined,
  );
}

/** The ledger with one key changed. */
export function withKey(ledger: KeyLedger, changed: LedgerKey, change: Partial<LedgerKey>): KeyLedger {
  const keys = ledger.keys.map((key) => (key === changed ? { ...key, ...change } : key));
  return { ...ledger, keys };
}

/** The ledger with one more key. Of too many, the one that was retired first is forgotten, then the one revoked first. */
export function withNewKey(ledger: KeyLedger, key: LedgerKey): KeyLedger {
  const keys = [...ledger.keys, key];
  if (keys.length <= MAX_LEDGER_KEYS) return { ...ledger, keys };
  const found = FORGOTTEN_FIRST.map((status) => keys.findIndex((known) => known.status === status));
  const forgotten = found.find((index) => index !== -1);
  return { ...ledger, keys: keys.filter((_, index) => index !== forgotten) };
}

/** No context is used again, and peers remember revocations themselves: what is forgotten is only history. */
const FORGOTTEN_FIRST = ['retired', 'revoked'] as const satisfies readonly LedgerKeyStatus[];

/** @throws TypeError for a ledger that contradicts itself. */
export function requireConsistent(ledger: KeyLedger): void {
  const { keys, nextEpoch, device, stampedSeconds, outbox } = ledger;
  const contexts = new Set(keys.map(({ context }) => context));
  const unused = derivationContext(device, nextEpoch);
  const holds =
    keys.filter(({ status }) => status === 'current').length <= 1 &&
    contexts.size === keys.length &&
    !contexts.has(unused) &&
    keys.every((key) => key.stampedSeconds <= stampedSeconds) &&
    outbox.every(({ identity }) => equalBytes(identity, ledger.identity));
  if (!holds) throw new TypeError('the ledger contradicts itself');
}
