import type { Hash } from '../../suite.ts';
import { nodeHash } from './hash.ts';

/** BLAKE2s on Node's OpenSSL. Digests have 32 bytes. */
export const blake2s: Hash = /* @__PURE__ */ nodeHash('BLAKE2s', 'blake2s256', 32);
