import { type CancelSignal, equalBytes, type RandomSource } from '@pubky-paykit/primitives';
import { MAX_SEARCHED_EPOCHS } from '../constants.ts';
import type { DiscoverNoiseKey, DiscoveryResult } from '../discovery/discovery-result.ts';
import { DiscoveryError } from '../errors.ts';
import { parseKeyRecord } from '../records/key-record.ts';
import type { VerifiedRevocation } from '../records/verified-key-record.ts';
import { type DeriveNoiseKey, derivationContext } from './derivation-context.ts';
import { formerDevice } from './former-device.ts';
import { emptyLedger, type KeyLedger, type LedgerKey } from './key-ledger.ts';
import { derivedKey } from './own-keys.ts';
import { latestOf } from './signing-time.ts';

/** What the owner says of a device without a ledger. */
export interface OwnersWord {
  /** Whether to begin anew whatever is found. It goes before `isNew`. */
  readonly takeOver?: boolean | undefined;
  /** Whether nobody can ever have published for the device, so that what nobody answers for is nothing. */
  readonly isNew?: boolean | undefined;
}

/** Where to look for what a lost ledger said. */
export interface RecoveryOptions extends OwnersWord {
  /** 32 bytes, Ed25519. */
  readonly identity: Uint8Array;
  readonly device: string;
  readonly derive: DeriveNoiseKey;
  /** How to find what is published for the own identity; without it nothing is. */
  readonly discover: DiscoverNoiseKey | undefined;
  /** Unix milliseconds. */
  readonly nowMs: number;
  readonly jitter: number;
  /** Draws the epoch of a device whose last one cannot be told. */
  readonly random: RandomSource;
  readonly signal: CancelSignal;
}

/** A record of our own may be found at any age. */
const ANY_AGE_SECONDS = Number.MAX_SAFE_INTEGER;

interface Found {
  readonly status: 'current' | 'former' | 'revoked';
  readonly noiseKey: Uint8Array;
  readonly seconds: bigint;
}

/**
 * The time in a revocation of our own, believed or not: if a clock was ahead when it was signed, nothing older counts until
 * then, and it must stay for as long as what was revoked can become fresh. @returns Seconds since 1970; 0 for a remembered one.
 */
function secondsIn(revocation: VerifiedRevocation | undefined): bigint {
  if (revocation === undefined) return 0n;
  return revocation.timestampSeconds ?? parseKeyRecord(revocation.text).timestampSeconds ?? 0n;
}

/** What a look-up says: something, nothing, or that it cannot tell. */
function foundIn(result: DiscoveryResult, status: 'current' | 'former'): Found | undefined | 'unknown' {
  if (result.outcome === 'absent') return undefined;
  if (result.outcome === 'found') {
    const { noiseKey, timestampSeconds } = result.record;
    return { status, noiseKey, seconds: timestampSeconds };
  }
  if (result.outcome !== 'revoked') return 'unknown';
  const { proof } = result.error.context as { readonly proof?: unknown };
  // What anybody can have said is no reason to begin with another key.
  if (proof !== 'signed') return 'unknown';
  return {
    status: 'revoked',
    noiseKey: result.revokedKey,
    seconds: secondsIn(result.revocation),
  };
}

function keyOf({ status, noiseKey, seconds }: Found, context: string, nowMs: number): LedgerKey {
  const sinceMs = Math.min(Number(seconds) * 1_000, nowMs);
  return {
    context,
    noiseKey,
    status,
    stampedSeconds: seconds,
    createdAtMs: sinceMs,
    publishedAtMs: sinceMs,
    // How long they are replaced or revoked already is unknown: the whole time is waited from now on.
    ...(status === 'former' && { supersededAtMs: nowMs }),
    ...(status === 'revoked' && { revokedAtMs: sinceMs, announcedAtMs: nowMs }),
  };
}

/** Above every epoch that a device gets to by rotating. */
const DRAWN_EPOCHS_FROM = 2 ** 20;
const DRAWN_BYTES = 6;

/** An epoch that no ledger of the device has ever used, whatever the one that was lost said. */
function unusedEpoch(random: RandomSource): number {
  return random.bytes(DRAWN_BYTES).reduce((value, byte) => value * 256 + byte, 0) + DRAWN_EPOCHS_FROM;
}

/**
 * The ledger of a device that has none: empty if nothing is published; otherwise what is published says which of our
 * contexts was the last one, so that no key that was replaced or revoked is ever published again as if it were new. Where
 * that does not say it, the next key is of a context that cannot have been used; nothing is begun after a look-up that
 * failed, unless `takeOver` says so, or `isNew` that there is nothing to be found.
 *
 * @throws DISCOVERY_OWN_KEY_UNKNOWN, DISCOVERY_KEY_NOT_OURS, and what `derive` and `discover` throw.
 */
export async function recoveredLedger(options: RecoveryOptions): Promise<KeyLedger> {
  const { identity, device, derive, discover, nowMs, jitter, random, signal } = options;
  const { takeOver = false } = options;
  const isFirst = options.isNew === true && !takeOver;
  const empty = emptyLedger(identity, device, jitter);
  if (discover === undefined) return takeOver ? { ...empty, nextEpoch: unusedEpoch(random) } : empty;

  /** Whether all that was asked is answered, by every source. */
  let isCertain = true;
  const lookUp = async (under: string, status: 'current' | 'former'): Promise<Found | undefined> => {
    const result = await discover(identity, { device: under, maximumAgeSeconds: ANY_AGE_SECONDS, signal });
    const answer = foundIn(result, status);
    const found = isFirst && result.outcome === 'unreachable' ? undefined : answer;
    if (found === 'unknown' && !takeOver) {
      throw new DiscoveryError('DISCOVERY_OWN_KEY_UNKNOWN', { device: under, outcome: result.outcome });
    }
    const isWhole = isFirst || found !== undefined || result.failed.length === 0;
    isCertain &&= found !== 'unknown' && isWhole;
    return found === 'unknown' ? undefined : found;
  };
  const ledgerOf = (keys: readonly LedgerKey[], epochs: number, floor = 0n): KeyLedger => {
    const stampedSeconds = latestOf([floor, ...keys.map((key) => key.stampedSeconds)]);
    return { ...empty, keys, nextEpoch: epochs, rotationCount: Math.max(0, epochs - 1), stampedSeconds };
  };

  const published = await lookUp(device, 'current');
  const keys: LedgerKey[] = [];
  let epochs = 0;
  for (let epoch = 0; epoch < MAX_SEARCHED_EPOCHS; epoch++) {
    const context = derivationContext(device, epoch);
    const noiseKey = await derivedKey(derive, context);
    if (published !== undefined && equalBytes(noiseKey, published.noiseKey)) {
      return ledgerOf([...keys, keyOf(published, context, nowMs)], epoch + 1);
    }
    const former = await lookUp(formerDevice(device, noiseKey), 'former');
    if (former !== undefined && equalBytes(former.noiseKey, noiseKey)) {
      keys.push(keyOf(former, context, nowMs));
      epochs = epoch + 1;
    } else if (published === undefined) {
      break;
    }
  }
  if (published !== undefined && !takeOver) {
    throw new DiscoveryError('DISCOVERY_KEY_NOT_OURS', { device, contexts: MAX_SEARCHED_EPOCHS });
  }
  const isUnused = published === undefined && keys.length === 0 && isCertain;
  if (isUnused) return empty;
  return { ...ledgerOf(keys, epochs, published?.seconds), nextEpoch: unusedEpoch(random) };
}
