import { TAG_BYTES } from '../../constants.ts';
import type { Cipher } from '../../suite.ts';
import { littleEndianNonce } from '../nonce.ts';
import { nodeCipher } from './aead.ts';
import {
  openShort,
  sealShort,
  WASM_MAXIMUM_ASSOCIATED_BYTES,
  WASM_MAXIMUM_BYTES,
} from './wasm-chacha-poly.ts';

const openssl = /* @__PURE__ */ nodeCipher('ChaChaPoly', 'chacha20-poly1305', littleEndianNonce);

function isShort(bytes: number, associatedData: Uint8Array): boolean {
  return bytes <= WASM_MAXIMUM_BYTES && associatedData.length <= WASM_MAXIMUM_ASSOCIATED_BYTES;
}

/**
 * ChaCha20-Poly1305 (RFC 8439) in Node: OpenSSL, and for short messages the WebAssembly of
 * `@chainsafe/as-chacha20poly1305`, which saves OpenSSL's 4 µs of set-up. Noise revision 34, §12.3
 */
export const chachaPoly: Cipher = {
  name: 'ChaChaPoly',
  encrypt(key, nonce, associatedData, plaintext) {
    const seal = isShort(plaintext.length, associatedData) ? sealShort : openssl.encrypt;
    return seal(key, nonce, associatedData, plaintext);
  },
  decrypt(key, nonce, associatedData, ciphertext) {
    const open = isShort(ciphertext.length - TAG_BYTES, associatedData) ? openShort : openssl.decrypt;
    return open(key, nonce, associatedData, ciphertext);
  },
};
