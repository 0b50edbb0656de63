import { hmac } from '@noble/hashes/hmac.js';
import type { CHash } from '@noble/hashes/utils.js';
import type { Hash } from '../../suite.ts';

/** The port over one of noble's hash functions. */
export function nobleHash(name: Hash['name'], hash: CHash): Hash {
  return {
    name,
    hashBytes: hash.outputLen,
    hash(first, second) {
      const state = hash.create().update(first);
      return (second === undefined ? state : state.update(second)).digest();
    },
    hmac(key, first, second) {
      const state = hmac.create(hash, key).update(first);
      return (second === undefined ? state : state.update(second)).digest();
    },
  };
}
