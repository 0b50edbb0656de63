import { activeKey, type KeyPair } from 'pubky-paykit';
import { type Home, requireSecret } from '../home/open-home.ts';
import type { Surroundings } from '../home/surroundings.ts';
import { openKeys } from '../keys/open-keys.ts';

/** The Noise key of this device. */
export interface OwnNoiseKey {
  /** Owned by the caller, who destroys it. */
  readonly pair: KeyPair;
  /** Whether peers can find out whose it is. */
  readonly published: boolean;
}

/**
 * The key that peers know this device by; where none was ever made, the one it would publish first.
 *
 * @throws HomeFailed: `no seed`.
 */
export async function ownNoiseKey(home: Home, surroundings: Surroundings): Promise<OwnNoiseKey> {
  const secret = requireSecret(home, 'no seed');
  const keys = openKeys(home, home.device, surroundings, { wishes: {}, onEvent() {} });
  try {
    const { ledger } = await keys.keeper.status({ signal: surroundings.signal });
    const active = ledger && activeKey(ledger);
    const pair = secret.noiseKey(active?.context ?? home.device);
    return { pair, published: active?.publishedAtMs !== undefined };
  } finally {
    await keys.close();
  }
}
