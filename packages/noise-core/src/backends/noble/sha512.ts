import { sha512 as hash } from '@noble/hashes/sha2.js';
import type { Hash } from '../../suite.ts';
import { nobleHash } from './hash.ts';

/** SHA512 on noble: runs everywhere. Digests have 64 bytes. */
export const sha512: Hash = /* @__PURE__ */ nobleHash('SHA512', hash);
