import { ChaCha20Poly1305, newInstance } from '@chainsafe/as-chacha20poly1305';
import type { Cipher } from '../../suite.ts';
import { littleEndianNonce } from '../nonce.ts';
import { nodeCipher } from './aead.ts';

/** Above this plaintext length OpenSSL is faster than WebAssembly, in bytes (`npm run bench`). */
const WASM_MAXIMUM_BYTES = 384;
/** The WebAssembly library takes no longer associated data. */
const WASM_MAXIMUM_ASSOCIATED_BYTES = 32;

const openssl = /* @__PURE__ */ nodeCipher('ChaChaPoly', 'chacha20-poly1305', littleEndianNonce);

let wasm: ChaCha20Poly1305 | undefined;

/**
 * ChaCha20-Poly1305 (RFC 8439) in Node: OpenSSL, and for sealing short messages the WebAssembly of
 * `@chainsafe/as-chacha20poly1305`, which saves OpenSSL's 4 µs of set-up. Opening always goes through OpenSSL: the
 * library compares tags with an early exit. Noise revision 34, §12.3
 */
export const chachaPoly: Cipher = {
  name: 'ChaChaPoly',
  encrypt(key, nonce, associatedData, plaintext) {
    if (plaintext.length > WASM_MAXIMUM_BYTES || associatedData.length > WASM_MAXIMUM_ASSOCIATED_BYTES) {
      return openssl.encrypt(key, nonce, associatedData, plaintext);
    }
    wasm ??= new ChaCha20Poly1305(newInstance());
    return wasm.seal(key, littleEndianNonce(nonce), plaintext, associatedData);
  },
  decrypt: openssl.decrypt,
};
