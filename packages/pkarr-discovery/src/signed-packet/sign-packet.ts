import { concatBytes, type IdentitySigner, isCodedError } from '@pubky-paykit/primitives';
import { KEY_BYTES, SIGNATURE_BYTES, TIMESTAMP_BYTES } from '../constants.ts';
import { encodeDnsMessage } from '../dns/message.ts';
import type { DnsRecord } from '../dns/record.ts';
import { DiscoveryError } from '../errors.ts';
import { checkLength, parseSignedPacket, type SignedPacket, signedBytes } from './signed-packet.ts';

/**
 * Has an identity sign records. What comes back was verified and read again, so nothing a faulty signer makes leaves.
 * Waits as long as the signer takes: a caller with a deadline races it.
 *
 * @param signer Asked once, for an ordinary Ed25519 signature.
 * @param records All records of the packet, since a packet replaces the one before it; borrowed.
 * @param timestamp Microseconds since 1970, 0 to 2^64−1. Must be larger than that of the packet it replaces.
 * @throws DISCOVERY_BAD_RECORD, DISCOVERY_PACKET_TOO_LARGE, DISCOVERY_WRONG_LENGTH for a signer without a key of 32 bytes,
 * DISCOVERY_SIGNER_FAILED, DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @see official-noise §4.1
 *
 * @example
 * ```ts
 * import { ownName, signPacket } from '@pubky-paykit/pkarr-discovery';
 * import { encodeUtf8, type IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * const data = { type: 'TXT', strings: [encodeUtf8('hello')] } as const;
 * const name = ownName(signer.publicKey, 'greeting');
 * const packet = await signPacket(signer, [{ name, ttl: 3_600, data }], BigInt(Date.now()) * 1_000n);
 * ```
 */
export async function signPacket(
  signer: IdentitySigner,
  records: readonly DnsRecord[],
  timestamp: bigint,
): Promise<SignedPacket> {
  if (BigInt.asUintN(64, timestamp) !== timestamp) {
    throw new RangeError(`${timestamp} is not an unsigned 64-bit number`);
  }
  const publicKey = Uint8Array.from(signer.publicKey);
  checkLength('the key of the signer', publicKey, KEY_BYTES, KEY_BYTES);
  const message = encodeDnsMessage(records);
  const signature = await signatureOf(signer, signedBytes(timestamp, message));
  const seq = new Uint8Array(TIMESTAMP_BYTES);
  new DataView(seq.buffer).setBigUint64(0, timestamp);
  try {
    return parseSignedPacket(publicKey, concatBytes(signature, seq, message));
  } catch (error) {
    if (!(error instanceof DiscoveryError) || error.code !== 'DISCOVERY_BAD_SIGNATURE') throw error;
    throw new DiscoveryError('DISCOVERY_SIGNER_WRONG');
  }
}

async function signatureOf(signer: IdentitySigner, bytes: Uint8Array): Promise<Uint8Array> {
  let answer: Uint8Array;
  try {
    answer = await signer.sign(bytes);
  } catch (cause) {
    if (isCodedError(cause)) throw cause;
    throw new DiscoveryError('DISCOVERY_SIGNER_FAILED', {}, { cause });
  }
  if (!(answer instanceof Uint8Array) || answer.length !== SIGNATURE_BYTES) {
    throw new DiscoveryError('DISCOVERY_SIGNER_WRONG');
  }
  return answer;
}
