import { createHash, createHmac, hash as hashOnce } from 'node:crypto';
import type { Hash } from '../../suite.ts';

/** Up to this length inputs are joined and hashed in one call, which skips the set-up of a stream, in bytes. */
const ONE_SHOT_MAXIMUM_BYTES = 1024;
const scratch = new Uint8Array(ONE_SHOT_MAXIMUM_BYTES);

/** A plain view instead of a Buffer, whose `slice` would share memory where callers expect a copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/**
 * A digest in one call. Node hands out a short text several times faster than a Buffer, so it comes as one character a
 * byte and is copied: 3 % of a whole handshake. A text cannot be wiped, which digests need not be: they are public, or
 * go into the public transcript. Keys are made by `hmac`.
 */
function digestOnce(algorithm: string, input: Uint8Array, hashBytes: number): Uint8Array {
  const text = hashOnce(algorithm, input, 'binary');
  const digest = new Uint8Array(hashBytes);
  for (let i = 0; i < hashBytes; i++) digest[i] = text.charCodeAt(i);
  return digest;
}

/** The port over one of OpenSSL's digests. */
export function nodeHash(name: Hash['name'], algorithm: string, hashBytes: number): Hash {
  return {
    name,
    hashBytes,
    hash(first, second) {
      if (second === undefined) return digestOnce(algorithm, first, hashBytes);
      const length = first.length + second.length;
      if (length > ONE_SHOT_MAXIMUM_BYTES)
        return plain(createHash(algorithm).update(first).update(second).digest());
      scratch.set(first);
      scratch.set(second, first.length);
      const input = scratch.subarray(0, length);
      const digest = digestOnce(algorithm, input, hashBytes);
      input.fill(0);
      return digest;
    },
    hmac(key, first, second) {
      const state = createHmac(algorithm, key).update(first);
      return plain((second === undefined ? state : state.update(second)).digest());
    },
  };
}
