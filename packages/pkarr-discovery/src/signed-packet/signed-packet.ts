import { concatBytes } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import {
  KEY_BYTES,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
  SIGNATURE_BYTES,
  TIMESTAMP_BYTES,
} from '../constants.ts';
import { decodeDnsMessage } from '../dns/message.ts';
import type { DnsRecord } from '../dns/record.ts';
import { DiscoveryError } from '../errors.ts';

declare const verified: unique symbol;

/**
 * The records of an identity, signed by it. Only the verifying functions of this package can make one. Its bytes are those of
 * whoever was given it: what is remembered for others is another copy.
 */
export interface SignedPacket {
  /** 32 bytes, Ed25519. */
  readonly publicKey: Uint8Array;
  /** Microseconds since 1970, 0 to 2^64−1. The packet with the larger one is the newer. */
  readonly timestamp: bigint;
  /** 64 bytes, over what BEP 44 signs of timestamp and message. */
  readonly signature: Uint8Array;
  /** The DNS message as it was signed, 12 to 1000 bytes. */
  readonly message: Uint8Array;
  /** The answers in `message`, whose memory their bytes share. */
  readonly records: readonly DnsRecord[];
  readonly [verified]: true;
}

/**
 * What the key of a packet signs: the fields `seq` and `v` of a mutable item, bencoded.
 *
 * @param timestamp Microseconds since 1970.
 * @param message Borrowed.
 * @see BEP 44, official-noise §4.1
 */
export function signedBytes(timestamp: bigint, message: Uint8Array): Uint8Array {
  const start = `3:seqi${timestamp}e1:v${message.length}:`;
  const bytes = new Uint8Array(start.length + message.length);
  for (let at = 0; at < start.length; at++) bytes[at] = start.charCodeAt(at);
  bytes.set(message, start.length);
  return bytes;
}

/**
 * Verifies what a relay gave for a key, and reads it.
 *
 * | offset | bytes | content |
 * | ------ | ----- | ------- |
 * | 0 | 64 | Ed25519 signature |
 * | 64 | 8 | timestamp, microseconds since 1970, big endian |
 * | 72 | 12 to 1000 | DNS message |
 *
 * @param publicKey 32 bytes, the key that was asked for; copied.
 * @param payload 84 to 1072 bytes; copied. Longer ones are refused unread.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_SIGNATURE, DISCOVERY_BAD_MESSAGE
 * @see official-noise §4.1
 *
 * @example
 * ```ts
 * import { parseSignedPacket, type SignedPacket } from '@pubky-paykit/pkarr-discovery';
 * declare const publicKey: Uint8Array; // 32 bytes
 * declare const payload: Uint8Array; // the body of a relay's answer
 * const packet: SignedPacket = parseSignedPacket(publicKey, payload);
 * ```
 */
export function parseSignedPacket(publicKey: Uint8Array, payload: Uint8Array): SignedPacket {
  checkLength('a public key', publicKey, KEY_BYTES, KEY_BYTES);
  checkLength('a signed packet', payload, MIN_PAYLOAD_BYTES, MAX_PAYLOAD_BYTES);
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const signature = new Uint8Array(payload.subarray(0, SIGNATURE_BYTES));
  const timestamp = new DataView(payload.buffer, payload.byteOffset).getBigUint64(SIGNATURE_BYTES);
  const given = payload.subarray(SIGNATURE_BYTES + TIMESTAMP_BYTES);
  const signed = signedBytes(timestamp, given);
  // The very bytes that are verified, and no third copy of them.
  const message = signed.subarray(signed.length - given.length);
  if (!verifyStrictly(signature, signed, publicKey)) {
    throw new DiscoveryError('DISCOVERY_BAD_SIGNATURE');
  }
  return packetOf({ publicKey: new Uint8Array(publicKey), timestamp, signature, message });
}

type Verified = Pick<SignedPacket, 'publicKey' | 'timestamp' | 'signature' | 'message'>;

/** @param verified Taken: its bytes are those of the packet. */
function packetOf(verified: Verified): SignedPacket {
  const records = Object.freeze(decodeDnsMessage(verified.message, { owned: true }));
  return Object.freeze({ ...verified, records }) as unknown as SignedPacket;
}

/** The same packet in memory of its own: for whoever keeps it, or gives away what is kept. Costs no verification. */
export function copyOfPacket({ publicKey, timestamp, signature, message }: SignedPacket): SignedPacket {
  return packetOf({
    publicKey: new Uint8Array(publicKey),
    timestamp,
    signature: new Uint8Array(signature),
    message: new Uint8Array(message),
  });
}

/**
 * The bytes that {@link parseSignedPacket} reads, fresh: what is sent to a relay.
 *
 * @example
 * ```ts
 * import { type SignedPacket, signedPacketPayload } from '@pubky-paykit/pkarr-discovery';
 * declare const packet: SignedPacket;
 * signedPacketPayload(packet).length; // 84 to 1072
 * ```
 */
export function signedPacketPayload({ signature, timestamp, message }: SignedPacket): Uint8Array {
  const seconds = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(seconds.buffer).setBigUint64(0, timestamp);
  return concatBytes(signature, seconds, message);
}

/**
 * Orders two packets of the same key: positive if the first is newer, negative if the second is, 0 if they say the same.
 * With equal timestamps the larger message counts as newer, byte by byte, as in Rust.
 *
 * @see official-noise §4.1
 *
 * @example
 * ```ts
 * import { compareSignedPackets, type SignedPacket } from '@pubky-paykit/pkarr-discovery';
 * declare const packets: SignedPacket[];
 * const newest = packets.toSorted(compareSignedPackets).at(-1);
 * ```
 */
export function compareSignedPackets(left: SignedPacket, right: SignedPacket): number {
  if (left.timestamp !== right.timestamp) return left.timestamp > right.timestamp ? 1 : -1;
  const length = Math.min(left.message.length, right.message.length);
  for (let i = 0; i < length; i++) {
    const difference = (left.message[i] as number) - (right.message[i] as number);
    if (difference !== 0) return difference;
  }
  return left.message.length - right.message.length;
}

/** @throws DISCOVERY_WRONG_LENGTH unless `bytes` are so many; both limits are inclusive. */
export function checkLength(what: string, bytes: Uint8Array, minimum: number, maximum: number): void {
  const { length } = bytes;
  if (length < minimum || length > maximum) {
    throw new DiscoveryError('DISCOVERY_WRONG_LENGTH', { what, length, minimum, maximum });
  }
}
