import { createHash } from 'node:crypto';
import { concatBytes } from '@pubky-paykit/primitives';
import { MAX_DNS_MESSAGE_BYTES, SIGNATURE_BYTES, TIMESTAMP_BYTES } from '../constants.ts';
import { DiscoveryError } from '../errors.ts';
import { parseSignedPacket, type SignedPacket, signedPacketPayload } from '../signed-packet/signed-packet.ts';
import type { FoundItem, StoredItem } from './mainline-client.ts';

/** Where the item of a key is kept. @see BEP 44 */
export function targetOf(publicKey: Uint8Array): Buffer {
  return createHash('sha1').update(publicKey).digest();
}

/**
 * The packet an item holds.
 *
 * @param dht Named in the error.
 * @throws DISCOVERY_BAD_ANSWER
 */
export function packetIn({ sig, seq, v }: FoundItem, publicKey: Uint8Array, dht: string): SignedPacket {
  const bad = (reason: string, cause?: unknown): Error =>
    new DiscoveryError('DISCOVERY_BAD_ANSWER', { relay: dht, reason }, { cause });
  if (!(sig instanceof Uint8Array) || sig.length !== SIGNATURE_BYTES) throw bad('no signature');
  if (!(v instanceof Uint8Array) || v.length > MAX_DNS_MESSAGE_BYTES) throw bad('no message');
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0) throw bad('no timestamp');
  const timestamp = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(timestamp.buffer).setBigUint64(0, BigInt(seq));
  try {
    return parseSignedPacket(publicKey, concatBytes(sig, timestamp, v));
  } catch (cause) {
    throw bad(cause instanceof DiscoveryError ? cause.code : 'unknown', cause);
  }
}

/** How what is signed begins: sequence number, then length of the value, then the value. @see BEP 44 */
const SIGNED_START = /^3:seqi(\d{1,16})e1:v(\d{1,4}):/;
/** Longer than any such beginning. */
const SIGNED_START_BYTES = 40;

/** The item of which a signature was verified; undefined if it is none that could hold a packet. Bytes are copied. */
export function itemSigned(signature: Uint8Array, signed: Uint8Array): FoundItem | undefined {
  const start = String.fromCharCode(...signed.subarray(0, SIGNED_START_BYTES));
  const [all, seq, length] = SIGNED_START.exec(start) ?? [];
  if (all === undefined || signed.length !== all.length + Number(length)) return undefined;
  return { sig: new Uint8Array(signature), seq: Number(seq), v: new Uint8Array(signed.subarray(all.length)) };
}

/**
 * The item that holds a packet.
 *
 * @param dht Named in the error.
 * @param replacing The timestamp of the packet it was made of.
 * @throws DISCOVERY_RELAY_TOO_SMALL for a message of 1000 bytes, which the package does not send.
 * @throws DISCOVERY_DHT_FAILED for a timestamp from 2^53 on, in the year 2255.
 */
export function itemOf(packet: SignedPacket, dht: string, replacing: bigint | undefined): StoredItem {
  const { publicKey, message, timestamp, signature } = packet;
  if (message.length >= MAX_DNS_MESSAGE_BYTES) {
    const { length } = signedPacketPayload(packet);
    throw new DiscoveryError('DISCOVERY_RELAY_TOO_SMALL', { relay: dht, length });
  }
  if (timestamp > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new DiscoveryError('DISCOVERY_DHT_FAILED', { reason: 'timestamp of more than 53 bits' });
  }
  return {
    k: Buffer.from(publicKey),
    v: Buffer.from(message),
    seq: Number(timestamp),
    sig: Buffer.from(signature),
    ...(replacing !== undefined && { cas: Number(replacing) }),
  };
}
