import { equalBytes, isCodedError } from '@pubky-paykit/primitives';
import type { CachedKey } from '../cache/cached-key.ts';
import { type DeviceAddress, deviceAddress } from '../cache/device-address.ts';
import type { DiscoveryResult } from '../discovery/discovery-result.ts';
import { rememberedRevocation } from '../discovery/remembered-revocation.ts';
import { DiscoveryError } from '../errors.ts';
import { formerDevice } from '../lifecycle/former-device.ts';
import type { VerifiedKeyRecord } from '../records/verified-key-record.ts';

/**
 * What has become of a key whose place another one has taken. `stands`: it is taken until the overlap is over. `over`: that is
 * so already. `revoked`: by the identity's word. `unsure`: nobody could be asked, or nobody who could be believed.
 */
export type FormerKeyFate = 'stands' | 'over' | 'revoked' | 'unsure';

/**
 * The key whose place the key of a record has taken, now or before.
 *
 * @param entry As time has left it.
 */
export function replacedKey(entry: CachedKey, found: VerifiedKeyRecord): Uint8Array | undefined {
  if (entry.state !== 'verified' && entry.state !== 'due' && entry.state !== 'rotated') return undefined;
  return equalBytes(entry.noiseKey, found.noiseKey) ? entry.previous?.noiseKey : entry.noiseKey;
}

/** Where to ask what became of a key. Undefined for a device that has no former ids: its keys are not rotated by us. */
export function formerAddress(
  { identity, device }: DeviceAddress,
  noiseKey: Uint8Array,
): DeviceAddress | undefined {
  try {
    return deviceAddress(identity, formerDevice(device, noiseKey));
  } catch (error) {
    if (error instanceof DiscoveryError && error.code === 'DISCOVERY_BAD_DEVICE') return undefined;
    throw error;
  }
}

/** By what is found under the former id, revocations and keys aside. */
const FATES: Readonly<Partial<Record<DiscoveryResult['outcome'], FormerKeyFate>>> = {
  absent: 'over',
  // Whoever keeps a key alive signs its record again in time.
  stale: 'over',
};

/**
 * What the record under the former id says of a key.
 *
 * @param formerKey 32 bytes; borrowed.
 * @param current The record of the key that came after it. Peers of 0.8, who sign no times, have no records of former keys:
 *   that there is none says nothing of theirs.
 */
export function fateOf(
  result: DiscoveryResult,
  formerKey: Uint8Array,
  current: VerifiedKeyRecord,
): FormerKeyFate {
  const revoked = [...result.revocations.map(({ revokedKey }) => revokedKey), rememberedRevocation(result)];
  if (revoked.some((key) => key !== undefined && equalBytes(key, formerKey))) return 'revoked';
  if (result.outcome === 'found') return equalBytes(result.record.noiseKey, formerKey) ? 'stands' : 'over';
  if (result.outcome === 'absent' && current.freshness === 'unsigned') return 'stands';
  return FATES[result.outcome] ?? 'unsure';
}

/** Whether a look-up ended in an error that is no answer, and no end of the look-up either. */
export function isUnanswered(error: unknown): boolean {
  return isCodedError(error) && error.code !== 'DISCOVERY_CANCELLED';
}
