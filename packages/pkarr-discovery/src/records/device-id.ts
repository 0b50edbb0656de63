import { KEY_RECORD_FOLDER, KEY_RECORD_LABEL, MAX_LABEL_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';

/** What is the same text as a DNS label, however resolvers fold case, and as a segment of a path, without escapes. */
const ALLOWED = /^[a-z0-9-]*$/;

/**
 * Makes sure that a device id is one DNS label and one segment of a path: 1 to 63 of `a-z`, `0-9` and hyphen. 0.8 takes
 * any text, where a dot is another label and upper case collides (W-18).
 *
 * @throws DISCOVERY_BAD_DEVICE
 * @throws TypeError for what is no text.
 * @see N8 §4.1
 *
 * @example
 * ```ts
 * import { DEFAULT_DEVICE, requireDeviceId } from '@pubky-paykit/pkarr-discovery';
 * requireDeviceId(DEFAULT_DEVICE);
 * ```
 */
export function requireDeviceId(device: string): void {
  if (typeof device !== 'string') throw new TypeError('the device id is no text');
  const { length } = device;
  if (length === 0) throw new DiscoveryError('DISCOVERY_BAD_DEVICE', { problem: 'empty', length });
  if (length > MAX_LABEL_BYTES)
    throw new DiscoveryError('DISCOVERY_BAD_DEVICE', { problem: 'too long', length });
  if (ALLOWED.test(device)) return;
  throw new DiscoveryError('DISCOVERY_BAD_DEVICE', {
    problem: 'character outside a-z, 0-9 and hyphen',
    length,
  });
}

/**
 * The name of a device's TXT record, relative to its identity: `_noise.phone`.
 *
 * @throws DISCOVERY_BAD_DEVICE
 * @see N8 §4.1
 *
 * @example
 * ```ts
 * import { keyRecordName, ownName } from '@pubky-paykit/pkarr-discovery';
 * ownName(new Uint8Array(32), keyRecordName('phone')); // _noise.phone.yyyy…
 * ```
 */
export function keyRecordName(device: string): string {
  requireDeviceId(device);
  return `${KEY_RECORD_LABEL}.${device}`;
}

/**
 * The path of a device's key record on the homeserver of its identity: `/pub/noise.app/v0/phone`.
 *
 * @throws DISCOVERY_BAD_DEVICE
 * @see P8 §4.1
 *
 * @example
 * ```ts
 * import { keyRecordPath } from '@pubky-paykit/pkarr-discovery';
 * keyRecordPath('default'); // '/pub/noise.app/v0/default'
 * ```
 */
export function keyRecordPath(device: string): string {
  requireDeviceId(device);
  return `${KEY_RECORD_FOLDER}${device}`;
}
