import { createHash, createHmac, hash as hashOnce } from 'node:crypto';
import type { Hash } from '../../suite.ts';

/** Up to this length inputs are joined and hashed in one call, which skips the set-up of a stream, in bytes. */
const ONE_SHOT_MAXIMUM_BYTES = 1024;
const scratch = new Uint8Array(ONE_SHOT_MAXIMUM_BYTES);

/** A plain view instead of a Buffer, whose `slice` would share memory where callers expect a copy. */
function plain(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** The port over one of OpenSSL's digests. */
export function nodeHash(name: Hash['name'], algorithm: string, hashBytes: number): Hash {
  return {
    name,
    hashBytes,
    hash(first, second) {
      if (second === undefined) return plain(hashOnce(algorithm, first, 'buffer'));
      const length = first.length + second.length;
      if (length > ONE_SHOT_MAXIMUM_BYTES)
        return plain(createHash(algorithm).update(first).update(second).digest());
      scratch.set(first);
      scratch.set(second, first.length);
      const input = scratch.subarray(0, length);
      const digest = plain(hashOnce(algorithm, input, 'buffer'));
      input.fill(0);
      return digest;
    },
    hmac(key, first, second) {
      const state = createHmac(algorithm, key).update(first);
      return plain((second === undefined ? state : state.update(second)).digest());
    },
  };
}
