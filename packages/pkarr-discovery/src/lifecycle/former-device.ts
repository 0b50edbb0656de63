import { KEY_BYTES, MAX_LABEL_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { requireDeviceId } from '../records/device-id.ts';
import { keyPrefix } from '../records/verified-key-record.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';

/** A hyphen and 8 bytes in hex. */
const SUFFIX = /-[0-9a-f]{16}$/;
const SUFFIX_CHARACTERS = 17;

/** Inclusive: how long the id of a device may be whose keys are rotated. */
export const MAX_KEPT_DEVICE_CHARACTERS: number = MAX_LABEL_BYTES - SUFFIX_CHARACTERS;

/** @throws DISCOVERY_BAD_DEVICE unless keys of this device can be rotated: up to 46 characters, none of them a former id. */
export function requireKeptDevice(device: string): void {
  requireDeviceId(device);
  const { length } = device;
  if (length > MAX_KEPT_DEVICE_CHARACTERS) {
    throw new DiscoveryError('DISCOVERY_BAD_DEVICE', { problem: 'too long', length });
  }
  if (isFormerDevice(device)) {
    throw new DiscoveryError('DISCOVERY_BAD_DEVICE', { problem: 'id of a former key', length });
  }
}

/**
 * The device id under which a key stands that is not the current one of its device any more. One record holds one key, so
 * there are two during the overlap (P8 §4.6): the new key under the id everybody knows, where 0.8 peers find it too, and
 * the former one here. Who knows a key and meets another under its device can ask here what became of it: it is still
 * taken, it was revoked, or there is nothing, and the overlap is over.
 *
 * @param device At most 46 characters.
 * @param noiseKey 32 bytes; borrowed.
 * @throws DISCOVERY_BAD_DEVICE, DISCOVERY_WRONG_LENGTH
 * @see docs/key-lifecycle.md
 *
 * @example
 * ```ts
 * import { formerDevice } from '@pubky-paykit/pkarr-discovery';
 * formerDevice('default', new Uint8Array(32).fill(0xab)); // 'default-abababababababab'
 * ```
 */
export function formerDevice(device: string, noiseKey: Uint8Array): string {
  requireKeptDevice(device);
  checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  return `${device}-${keyPrefix(noiseKey)}`;
}

/**
 * Whether a device id looks like one of {@link formerDevice}: lists of devices for people leave those out.
 *
 * @example
 * ```ts
 * import { isFormerDevice } from '@pubky-paykit/pkarr-discovery';
 * isFormerDevice('default-abababababababab'); // true
 * ```
 */
export function isFormerDevice(device: string): boolean {
  return SUFFIX.test(device);
}
