import { wipe } from '@pubky-paykit/primitives';
import { CipherState } from './cipher-state.ts';
import { CIPHER_KEY_BYTES, EMPTY_BYTES } from './constants.ts';
import { NoiseError } from './errors.ts';
import type { Cipher, Hash } from './suite.ts';

const ONE = Uint8Array.of(1);
const TWO = Uint8Array.of(2);
const THREE = Uint8Array.of(3);

/** The two functions a symmetric state works with. */
export type SymmetricSuite = { readonly cipher: Cipher; readonly hash: Hash };

/**
 * The transcript hash `h`, the chaining key `ck` and the current cipher key of a handshake.
 *
 * @see Noise revision 34, §5.2
 */
export class SymmetricState {
  readonly #suite: SymmetricSuite;
  #h: Uint8Array;
  #ck: Uint8Array;
  #cipherState: CipherState | undefined;

  /** @param protocolName ASCII, as raw bytes. */
  constructor(suite: SymmetricSuite, protocolName: Uint8Array) {
    const { hashBytes } = suite.hash;
    this.#suite = suite;
    // §5.2: a name that fits stands in `h` itself, padded with zeros; a longer one is hashed.
    this.#h = new Uint8Array(hashBytes);
    if (protocolName.length <= hashBytes) this.#h.set(protocolName);
    else this.#h = suite.hash.hash(protocolName);
    this.#ck = new Uint8Array(this.#h);
  }

  /** A copy of `h`. It is public: it identifies the handshake and never serves as a key. §11.2 */
  get handshakeHash(): Uint8Array {
    return new Uint8Array(this.#h);
  }

  /** True once payloads and static keys are encrypted. */
  get hasKey(): boolean {
    return this.#cipherState !== undefined;
  }

  mixHash(data: Uint8Array): void {
    this.#h = this.#suite.hash.hash(this.#h, data);
  }

  /** @param input Secret or public key material; borrowed. */
  mixKey(input: Uint8Array): void {
    const [ck, key] = this.#hkdf(input, 2);
    this.#install(ck as Uint8Array, key as Uint8Array);
  }

  mixKeyAndHash(input: Uint8Array): void {
    const [ck, hash, key] = this.#hkdf(input, 3);
    this.mixHash(hash as Uint8Array);
    wipe(hash);
    this.#install(ck as Uint8Array, key as Uint8Array);
  }

  encryptAndHash(plaintext: Uint8Array): Uint8Array {
    const ciphertext = this.#cipherState?.encryptWithAd(this.#h, plaintext) ?? plaintext;
    this.mixHash(ciphertext);
    return ciphertext;
  }

  /** The plaintext; a view of `ciphertext` while there is no key yet. */
  decryptAndHash(ciphertext: Uint8Array): Uint8Array {
    const plaintext = this.#cipherState?.decryptWithAd(this.#h, ciphertext) ?? ciphertext;
    this.mixHash(ciphertext);
    return plaintext;
  }

  /** The transport keys: initiator to responder, then back. The state is wiped. */
  split(): readonly [CipherState, CipherState] {
    const outputs = this.#hkdf(EMPTY_BYTES, 2);
    this.destroy();
    return outputs.map((output) => this.#keyed(output)) as [CipherState, CipherState];
  }

  /** Wipes the chaining key and the cipher key. The transcript hash is public and stays readable. */
  destroy(): void {
    wipe(this.#ck);
    this.#ck = EMPTY_BYTES;
    this.#cipherState?.destroy();
  }

  #install(ck: Uint8Array, key: Uint8Array): void {
    wipe(this.#ck);
    this.#ck = ck;
    this.#cipherState?.destroy();
    this.#cipherState = this.#keyed(key);
  }

  /** HKDF of §4.3: `outputs` digests from the chaining key as salt. */
  #hkdf(input: Uint8Array, outputs: 2 | 3): Uint8Array[] {
    if (this.#ck.length === 0) throw new NoiseError('NOISE_DESTROYED');
    const { hmac } = this.#suite.hash;
    const temporaryKey = hmac(this.#ck, input);
    const first = hmac(temporaryKey, ONE);
    const second = hmac(temporaryKey, first, TWO);
    const results = outputs === 2 ? [first, second] : [first, second, hmac(temporaryKey, second, THREE)];
    wipe(temporaryKey);
    return results;
  }

  /** A cipher state under the first 32 bytes of a KDF output (§5.2), which is wiped, so no view of it stays. */
  #keyed(output: Uint8Array): CipherState {
    const key = new Uint8Array(output.subarray(0, CIPHER_KEY_BYTES));
    wipe(output);
    return new CipherState(this.#suite.cipher, key);
  }
}
