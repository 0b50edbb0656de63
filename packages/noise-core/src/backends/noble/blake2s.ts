import { blake2s as hash } from '@noble/hashes/blake2.js';
import type { Hash } from '../../suite.ts';
import { nobleHash } from './hash.ts';

/** BLAKE2s on noble: runs everywhere. Digests have 32 bytes. */
export const blake2s: Hash = /* @__PURE__ */ nobleHash('BLAKE2s', hash);
