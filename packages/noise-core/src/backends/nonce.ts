/** Length of the nonce both ciphers take, in bytes. Noise revision 34, §12.3 and §12.4 */
const NONCE_BYTES = 12;
const COUNTER_OFFSET = 4;

/** One buffer for every call: ciphers copy the nonce before they return. The first four bytes stay zero. */
const nonceBytes = new Uint8Array(NONCE_BYTES);
const view = new DataView(nonceBytes.buffer);

/** The nonce of ChaChaPoly: four zero bytes and the counter, little endian. Valid until the next call. §12.3 */
export function littleEndianNonce(counter: bigint): Uint8Array {
  view.setBigUint64(COUNTER_OFFSET, counter, true);
  return nonceBytes;
}

/** The nonce of AESGCM: four zero bytes and the counter, big endian. Valid until the next call. §12.4 */
export function bigEndianNonce(counter: bigint): Uint8Array {
  view.setBigUint64(COUNTER_OFFSET, counter, false);
  return nonceBytes;
}
