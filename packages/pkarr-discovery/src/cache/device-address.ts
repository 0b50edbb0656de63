import { zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { requireDeviceId } from '../records/device-id.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';

/** Which device of which identity. */
export interface DeviceAddress {
  /** 32 bytes; a copy that nobody changes. */
  readonly identity: Uint8Array;
  readonly device: string;
  /** For tables in memory: 32 characters for the identity, and the device. A tenth of the cost of `storeKey`. */
  readonly name: string;
}

/**
 * @param identity 32 bytes, the Ed25519 public key; copied.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE
 */
export function deviceAddress(identity: Uint8Array, device: string): DeviceAddress {
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  requireDeviceId(device);
  const copy = Uint8Array.from(identity);
  return { identity: copy, device, name: Reflect.apply(String.fromCharCode, undefined, copy) + device };
}

/** Where a device stands in a store: its identity in z-base-32 and the device, at most 116 characters. */
export function storeKey({ identity, device }: DeviceAddress): string {
  return `${zBase32.encode(identity)}/${device}`;
}

/** The device that stands under a key of the store; undefined for a key that {@link storeKey} does not make. */
export function addressUnder(key: string): DeviceAddress | undefined {
  const [identity = '', device = ''] = key.split('/');
  try {
    const address = deviceAddress(zBase32.decode(identity, KEY_BYTES), device);
    return storeKey(address) === key ? address : undefined;
  } catch {
    return undefined;
  }
}
