import { sha256 as hash } from '@noble/hashes/sha2.js';
import type { Hash } from '../../suite.ts';
import { nobleHash } from './hash.ts';

/** SHA256 on noble: runs everywhere. Digests have 32 bytes. */
export const sha256: Hash = /* @__PURE__ */ nobleHash('SHA256', hash);
