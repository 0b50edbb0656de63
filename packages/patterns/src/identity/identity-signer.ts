/// <reference lib="esnext.disposable" preserve="true" />
import { ed25519 } from '@noble/curves/ed25519.js';
import { type IdentitySigner, Secret } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { INSPECT, keyPrefix } from '../redaction.ts';

export type { IdentitySigner };

/** A signer that holds the seed in memory and wipes it on `destroy`. */
export interface LocalIdentitySigner extends IdentitySigner {
  /** Wipes the seed; later signatures reject with PATTERNS_SIGNER_DESTROYED. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

class SeedSigner implements LocalIdentitySigner {
  readonly #seed: Secret;
  readonly #publicKey: Uint8Array;

  constructor(seed: Uint8Array) {
    this.#publicKey = identityPublicKey(seed);
    this.#seed = Secret.copyOf(seed);
  }

  get publicKey(): Uint8Array {
    return this.#publicKey.slice();
  }

  async sign(message: Uint8Array): Promise<Uint8Array> {
    if (this.#seed.destroyed) throw new PatternsError('PATTERNS_SIGNER_DESTROYED');
    return this.#seed.use((seed) => ed25519.sign(message, seed));
  }

  destroy(): void {
    this.#seed.destroy();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toJSON(): Record<string, unknown> {
    return { type: 'IdentitySigner', publicKey: keyPrefix(this.#publicKey) };
  }

  [INSPECT](): string {
    return `IdentitySigner(${keyPrefix(this.#publicKey)})`;
  }
}

/**
 * A signer over a seed in memory. Noble expands the seed into numbers of its own while signing, which JavaScript gives
 * no means to wipe.
 *
 * @param seed 32 bytes, the Ed25519 seed; copied. Wipe your own copy.
 * @throws PATTERNS_KEY_LENGTH unless the seed has 32 bytes.
 *
 * @example
 * ```ts
 * import { createIdentitySigner } from '@pubky-paykit/patterns';
 * const signer = createIdentitySigner(new Uint8Array(32).fill(1));
 * const signature = await signer.sign(new Uint8Array(32));
 * signer.destroy();
 * ```
 */
export function createIdentitySigner(seed: Uint8Array): LocalIdentitySigner {
  return new SeedSigner(seed);
}

/**
 * The Ed25519 public key of a seed, which is the identity: 32 bytes in a fresh buffer.
 *
 * @param seed 32 bytes; borrowed.
 * @throws PATTERNS_KEY_LENGTH unless the seed has 32 bytes.
 * @see N8 §2.3, RFC 8032 §5.1.5
 */
export function identityPublicKey(seed: Uint8Array): Uint8Array {
  requireLength('seed', seed, KEY_BYTES);
  return ed25519.getPublicKey(seed);
}
