import type { Hash } from '../../suite.ts';
import { nodeHash } from './hash.ts';

/** BLAKE2b on Node's OpenSSL. Digests have 64 bytes. */
export const blake2b: Hash = /* @__PURE__ */ nodeHash('BLAKE2b', 'blake2b512', 64);
