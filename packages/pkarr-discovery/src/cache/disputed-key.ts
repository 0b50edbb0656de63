import { equalBytes } from '@pubky-paykit/primitives';
import { DiscoveryError } from '../errors.ts';
import { type RollBackOutcome, rollBackRefusal } from '../records/roll-back.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import { UNKNOWN_KEY } from './cached-key.ts';
import { type Circumstances, type KeptKey, longerClass, observeKept } from './kept-key.ts';

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
  // Kept for as long as the one before: otherwise the next key that is shown would be one of a first contact.
  const contact = longerClass(kept, circumstances.contact, circumstances.policy);
  const { kept: accepted, outcomes } = observeKept(forgetKept(kept), [proven], { ...circumstances, contact });
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
