import { gcm } from '@noble/ciphers/aes.js';
import type { Cipher } from '../../suite.ts';
import { bigEndianNonce } from '../nonce.ts';
import { nobleCipher } from './aead.ts';

/** AES-256 in Galois/Counter mode on noble: runs everywhere. Noise revision 34, §12.4 */
export const aesGcm: Cipher = /* @__PURE__ */ nobleCipher('AESGCM', gcm, bigEndianNonce);
