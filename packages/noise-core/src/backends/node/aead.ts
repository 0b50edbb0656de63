import { createCipheriv, createDecipheriv } from 'node:crypto';
import { wipe } from '@pubky-paykit/primitives';
import { TAG_BYTES } from '../../constants.ts';
import type { Cipher } from '../../suite.ts';

const OPTIONS = { authTagLength: TAG_BYTES };

/** The algorithms of OpenSSL behind the two ciphers. */
type Algorithm = 'chacha20-poly1305' | 'aes-256-gcm';

/** The port over one of OpenSSL's AEADs. Node checks the tag in constant time. */
export function nodeCipher(
  name: Cipher['name'],
  algorithm: Algorithm,
  nonceOf: (counter: bigint) => Uint8Array,
): Cipher {
  // The typings separate the two algorithms though they are called alike.
  const openssl = algorithm as 'chacha20-poly1305';
  return {
    name,
    encrypt(key, nonce, associatedData, plaintext) {
      const cipher = createCipheriv(openssl, key, nonceOf(nonce), OPTIONS);
      if (associatedData.length > 0) cipher.setAAD(associatedData, { plaintextLength: plaintext.length });
      const ciphertext = new Uint8Array(plaintext.length + TAG_BYTES);
      ciphertext.set(cipher.update(plaintext));
      cipher.final();
      ciphertext.set(cipher.getAuthTag(), plaintext.length);
      return ciphertext;
    },
    decrypt(key, nonce, associatedData, ciphertext) {
      const length = ciphertext.length - TAG_BYTES;
      const decipher = createDecipheriv(openssl, key, nonceOf(nonce), OPTIONS);
      if (associatedData.length > 0) decipher.setAAD(associatedData, { plaintextLength: length });
      decipher.setAuthTag(ciphertext.subarray(length));
      const plaintext = decipher.update(ciphertext.subarray(0, length));
      try {
        decipher.final();
      } catch {
        wipe(plaintext);
        return undefined;
      }
      // A plain view instead of a Buffer, whose `slice` would share memory where callers expect a copy.
      return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
    },
  };
}
