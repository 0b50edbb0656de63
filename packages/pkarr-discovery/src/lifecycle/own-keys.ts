import { equalBytes } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { requireStrongKey } from '../records/weak-key.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { type DeriveNoiseKey, derivationContext } from './derivation-context.ts';
import { type KeyLedger, liveKeys } from './key-ledger.ts';
import type { NewKey } from './key-plan.ts';

/**
 * The key of a context, 32 bytes, a fresh copy.
 *
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_WEAK_KEY, and what `derive` throws.
 */
export async function derivedKey(derive: DeriveNoiseKey, context: string): Promise<Uint8Array> {
  const { publicKey } = await derive(context);
  const noiseKey = Uint8Array.from(publicKey);
  checkLength('a derived Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  requireStrongKey(noiseKey);
  return noiseKey;
}

/** The next key of a device. @throws DISCOVERY_KEY_MISDERIVED if it is none that is new. */
export async function nextKeyOf(ledger: KeyLedger, derive: DeriveNoiseKey): Promise<NewKey> {
  const context = derivationContext(ledger.device, ledger.nextEpoch);
  const noiseKey = await derivedKey(derive, context);
  if (!ledger.keys.some((known) => equalBytes(known.noiseKey, noiseKey))) return { context, noiseKey };
  throw new DiscoveryError('DISCOVERY_KEY_MISDERIVED', { context });
}

/**
 * Makes sure that whoever derives still has the secrets of all living keys: what is signed again must be of use.
 *
 * @throws DISCOVERY_KEY_MISDERIVED
 */
export async function requireDerivable(ledger: KeyLedger, derive: DeriveNoiseKey): Promise<void> {
  for (const { context, noiseKey } of liveKeys(ledger)) {
    if (equalBytes(await derivedKey(derive, context), noiseKey)) continue;
    throw new DiscoveryError('DISCOVERY_KEY_MISDERIVED', { context });
  }
}
