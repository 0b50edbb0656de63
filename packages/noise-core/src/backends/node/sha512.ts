import type { Hash } from '../../suite.ts';
import { nodeHash } from './hash.ts';

/** SHA512 on Node's OpenSSL. Digests have 64 bytes. */
export const sha512: Hash = /* @__PURE__ */ nodeHash('SHA512', 'sha512', 64);
