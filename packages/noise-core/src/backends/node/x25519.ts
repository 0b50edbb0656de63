import type { DiffieHellman } from '../../suite.ts';
import { nodeDiffieHellman } from './montgomery.ts';

/** X25519 (RFC 7748) on Node's OpenSSL. Keys and shared secrets have 32 bytes. */
export const x25519: DiffieHellman = /* @__PURE__ */ nodeDiffieHellman({
  name: '25519',
  jwkName: 'X25519',
  keyBytes: 32,
  pkcs8Prefix: /* @__PURE__ */ Buffer.from('302e020100300506032b656e04220420', 'hex'),
  algorithm: 'x25519',
});
