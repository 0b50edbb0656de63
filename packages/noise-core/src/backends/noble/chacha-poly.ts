import { chacha20poly1305 } from '@noble/ciphers/chacha.js';
import type { Cipher } from '../../suite.ts';
import { littleEndianNonce } from '../nonce.ts';
import { nobleCipher } from './aead.ts';

/** ChaCha20-Poly1305 (RFC 8439) on noble: runs everywhere. Noise revision 34, §12.3 */
export const chachaPoly: Cipher = /* @__PURE__ */ nobleCipher(
  'ChaChaPoly',
  chacha20poly1305,
  littleEndianNonce,
);
