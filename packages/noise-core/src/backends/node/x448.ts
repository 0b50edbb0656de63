import type { DiffieHellman } from '../../suite.ts';
import { nodeDiffieHellman } from './montgomery.ts';

/** X448 (RFC 7748) on Node's OpenSSL. Keys and shared secrets have 56 bytes. */
export const x448: DiffieHellman = /* @__PURE__ */ nodeDiffieHellman({
  name: '448',
  jwkName: 'X448',
  keyBytes: 56,
  pkcs8Prefix: /* @__PURE__ */ Buffer.from('3046020100300506032b656f043a0438', 'hex'),
  algorithm: 'x448',
});
