import { blake2b as hash } from '@noble/hashes/blake2.js';
import type { Hash } from '../../suite.ts';
import { nobleHash } from './hash.ts';

/** BLAKE2b on noble: runs everywhere. Digests have 64 bytes. */
export const blake2b: Hash = /* @__PURE__ */ nobleHash('BLAKE2b', hash);
