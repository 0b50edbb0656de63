import { requireDeviceId } from '../records/device-id.ts';

/** A derived key, as much of it as anybody but its holder needs. */
export interface DerivedNoiseKey {
  /** 32 bytes, X25519; copied. */
  readonly publicKey: Uint8Array;
}

/**
 * Derives, or generates once and keeps, the Noise key of a context. The secret stays with whoever derives. The same context
 * must give the same key for as long as it is used, in this process and the next: the answer comes only when the secret
 * would survive a crash, because what comes back is published.
 */
export type DeriveNoiseKey = (context: string) => Promise<DerivedNoiseKey>;

/** Stands in no device id, so that no context of one device is one of another. */
const EPOCH_SIGN = '#';

/**
 * The derivation context of the key a device has after so many others. In 0.8 the context is the device id, and with it
 * the path, so that a device can never rotate (P8 W-55). Here the device id stays, and with it name and path; the context
 * of the first key is the device id, so that it is the very key of 0.8; the keys after it have contexts of their own.
 *
 * @param epoch A natural number; 0 for the first key.
 * @throws DISCOVERY_BAD_DEVICE
 * @throws RangeError for an epoch that is none.
 * @see P8 §4.6, docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import { derivationContext } from '@pubky-paykit/pkarr-discovery';
 * derivationContext('default', 0); // 'default'
 * derivationContext('default', 3); // 'default#3'
 * ```
 */
export function derivationContext(device: string, epoch: number): string {
  requireDeviceId(device);
  if (!Number.isSafeInteger(epoch) || epoch < 0) throw new RangeError(`${epoch} is no epoch`);
  return epoch === 0 ? device : `${device}${EPOCH_SIGN}${epoch}`;
}
