import { zBase32 } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import type { ServiceData } from '../dns/record.ts';
import type { SignedPacket } from '../signed-packet/signed-packet.ts';

/** The service records of a name in a packet, the smallest priority first, ties in the order of the packet. */
export function servicesOf(
  { records }: SignedPacket,
  name: string,
  types: readonly ServiceData['type'][],
): ServiceData[] {
  const services = records.flatMap(({ name: owner, data }) =>
    owner === name && (data.type === 'HTTPS' || data.type === 'SVCB') && types.includes(data.type)
      ? [data]
      : [],
  );
  return services.sort((left, right) => left.priority - right.priority);
}

/** The key that a text in z-base-32 stands for, if it does. */
export function readKey(text: string): Uint8Array | undefined {
  try {
    return zBase32.decode(text, KEY_BYTES);
  } catch {
    return undefined;
  }
}

/** The key whose packet a name is in: that of its last label. */
export function keyOfName(name: string): Uint8Array | undefined {
  return readKey(name.slice(name.lastIndexOf('.') + 1));
}
