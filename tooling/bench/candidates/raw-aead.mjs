import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { chacha20poly1305 } from '@noble/ciphers/chacha.js';

const ALGORITHM = 'chacha20-poly1305';
const OPTIONS = { authTagLength: 16 };

/**
 * The ciphers alone, without a protocol around them.
 *
 * @type {readonly { name: string, packages: readonly string[], pair: () => (plaintext: Uint8Array) => Uint8Array }[]}
 */
export const RAW_AEADS = [
  {
    name: 'raw noble',
    packages: ['@noble/ciphers'],
    pair() {
      const key = randomBytes(32);
      const nextNonce = counter();
      return (plaintext) => {
        const nonce = nextNonce();
        return chacha20poly1305(key, nonce).decrypt(chacha20poly1305(key, nonce).encrypt(plaintext));
      };
    },
  },
  {
    name: 'raw node:crypto',
    packages: [],
    pair() {
      const key = randomBytes(32);
      const nextNonce = counter();
      return (plaintext) => {
        const nonce = nextNonce();
        const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS);
        const body = cipher.update(plaintext);
        cipher.final();
        // Tag and body stay apart: joining them is the protocol's work, not the cipher's.
        const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS);
        decipher.setAuthTag(cipher.getAuthTag());
        const opened = decipher.update(body);
        decipher.final();
        return opened;
      };
    },
  },
];

/** Nonces 0, 1, 2 … in one buffer. */
function counter() {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  let next = 0;
  return () => {
    view.setUint32(4, next++, true);
    return nonce;
  };
}
