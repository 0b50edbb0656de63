import { x25519 as curve } from '@noble/curves/ed25519.js';
import type { DiffieHellman } from '../../suite.ts';
import { nobleDiffieHellman } from './montgomery.ts';

/** X25519 (RFC 7748) on noble: runs everywhere. Keys and shared secrets have 32 bytes. */
export const x25519: DiffieHellman = /* @__PURE__ */ nobleDiffieHellman('25519', curve, 32);
