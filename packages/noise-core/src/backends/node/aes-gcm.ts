import type { Cipher } from '../../suite.ts';
import { bigEndianNonce } from '../nonce.ts';
import { nodeCipher } from './aead.ts';

/** AES-256 in Galois/Counter mode on Node's OpenSSL. Noise revision 34, §12.4 */
export const aesGcm: Cipher = /* @__PURE__ */ nodeCipher('AESGCM', 'aes-256-gcm', bigEndianNonce);
