import { concatBytes, type IdentitySigner } from '@pubky-paykit/primitives';
import { type DnsRecord, parseSignedPacket, type SignedPacket } from '../src/index.ts';
import { signedBytes } from '../src/signed-packet/signed-packet.ts';
import { ascii } from './bytes.ts';

/** Eight octets, big endian. */
export function uint64(value: bigint): Uint8Array {
  const octets = new Uint8Array(8);
  new DataView(octets.buffer).setBigUint64(0, value);
  return octets;
}

/** The payload of any message whatever, signed. */
export async function signedPayload(
  signer: IdentitySigner,
  timestamp: bigint,
  message: Uint8Array,
): Promise<Uint8Array> {
  return concatBytes(await signer.sign(signedBytes(timestamp, message)), uint64(timestamp), message);
}

/** A packet of any message whatever. */
export async function packetOf(
  signer: IdentitySigner,
  timestamp: bigint,
  message: Uint8Array,
): Promise<SignedPacket> {
  return parseSignedPacket(signer.publicKey, await signedPayload(signer, timestamp, message));
}

/** A text record. */
export function text(name: string, value: string): DnsRecord {
  return { name, ttl: 300, data: { type: 'TXT', strings: [ascii(value)] } };
}

/** A record that makes a message of the root's data `length` bytes long in all. */
export function filling(length: number): DnsRecord {
  const data = { type: 'unknown', typeNumber: 999, bytes: new Uint8Array(length - 23) } as const;
  return { name: '', ttl: 0, data };
}
