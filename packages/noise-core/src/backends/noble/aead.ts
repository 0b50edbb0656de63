import type { Cipher } from '../../suite.ts';

/** One of noble's AEAD constructors. */
type Aead = (
  key: Uint8Array,
  nonce: Uint8Array,
  associatedData?: Uint8Array,
) => { encrypt(plaintext: Uint8Array): Uint8Array; decrypt(ciphertext: Uint8Array): Uint8Array };

/** The port over one of noble's AEADs, with the nonce layout of the cipher. */
export function nobleCipher(
  name: Cipher['name'],
  aead: Aead,
  nonceOf: (counter: bigint) => Uint8Array,
): Cipher {
  return {
    name,
    encrypt: (key, nonce, associatedData, plaintext) =>
      aead(key, nonceOf(nonce), associatedData).encrypt(plaintext),
    decrypt(key, nonce, associatedData, ciphertext) {
      try {
        return aead(key, nonceOf(nonce), associatedData).decrypt(ciphertext);
      } catch {
        // Sizes were checked before, so the tag is wrong.
        return undefined;
      }
    },
  };
}
