import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { scryptAsync } from '@noble/hashes/scrypt.js';
import { Secret, type systemRandom } from 'pubky-paykit';
import type { ScryptCost } from './scrypt-cost.ts';

/** How the files of a home are protected. */
export type Protection =
  | { readonly kind: 'none' }
  | { readonly kind: 'passphrase'; readonly cost: ScryptCost; readonly salt: Uint8Array };

/** Bytes of the salt of a passphrase. */
export const SALT_BYTES = 16;
const KEY_BYTES = 32;
/** XChaCha20 takes nonces so long that random ones never meet. */
const NONCE_BYTES = 24;
const TAG_BYTES = 16;

/** Closes and opens what stands in the files of one home. */
export interface Seal {
  readonly protection: Protection;
  /**
   * @param purpose What the content is, and all that stands beside it: bound to it, not hidden.
   * @param content Borrowed. @returns A fresh buffer: nonce, ciphertext and tag; without a passphrase the content itself.
   */
  close(purpose: string, content: Uint8Array): Uint8Array;
  /** @returns A fresh buffer, or nothing for another passphrase, another purpose or changed bytes. */
  open(purpose: string, sealed: Uint8Array): Uint8Array | undefined;
  /** Wipes the key; later use throws. */
  destroy(): void;
}

const unprotected: Seal = {
  protection: { kind: 'none' },
  close: (_, content) => content.slice(),
  open: (_, sealed) => sealed.slice(),
  destroy() {},
};

/**
 * The seal of a home: XChaCha20-Poly1305 under a key that scrypt makes of the passphrase, or none.
 *
 * @param passphrase Borrowed; needed where there is protection.
 */
export async function createSeal(
  protection: Protection,
  passphrase: Secret | undefined,
  random: typeof systemRandom,
): Promise<Seal> {
  if (protection.kind === 'none') return unprotected;
  if (passphrase === undefined) throw new TypeError('a passphrase is needed');
  const { cost, salt } = protection;
  const parameters = { N: cost.n, r: cost.r, p: cost.p, dkLen: KEY_BYTES };
  const key = Secret.take(await passphrase.use((bytes) => scryptAsync(bytes, salt, parameters)));
  const cipher = (nonce: Uint8Array, purpose: string) =>
    key.use((bytes) => xchacha20poly1305(bytes, nonce, new TextEncoder().encode(purpose)));
  return {
    protection,
    close(purpose, content) {
      const nonce = random.bytes(NONCE_BYTES);
      const ciphertext = cipher(nonce, purpose).encrypt(content);
      const sealed = new Uint8Array(NONCE_BYTES + ciphertext.length);
      sealed.set(nonce);
      sealed.set(ciphertext, NONCE_BYTES);
      return sealed;
    },
    open(purpose, sealed) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) return undefined;
      try {
        return cipher(sealed.subarray(0, NONCE_BYTES), purpose).decrypt(sealed.subarray(NONCE_BYTES));
      } catch {
        return undefined;
      }
    },
    destroy: () => key.destroy(),
  };
}
