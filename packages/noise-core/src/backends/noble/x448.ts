import { x448 as curve } from '@noble/curves/ed448.js';
import type { DiffieHellman } from '../../suite.ts';
import { nobleDiffieHellman } from './montgomery.ts';

/** X448 (RFC 7748) on noble: runs everywhere. Keys and shared secrets have 56 bytes. */
export const x448: DiffieHellman = /* @__PURE__ */ nobleDiffieHellman('448', curve, 56);
