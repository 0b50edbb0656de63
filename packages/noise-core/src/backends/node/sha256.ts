import type { Hash } from '../../suite.ts';
import { nodeHash } from './hash.ts';

/** SHA256 on Node's OpenSSL. Digests have 32 bytes. */
export const sha256: Hash = /* @__PURE__ */ nodeHash('SHA256', 'sha256', 32);
