/// <reference lib="esnext.disposable" preserve="true" />
import { ed25519 } from '@noble/curves/ed25519.js';
import type { KeyPair } from '@pubky-paykit/noise-core';
import { Secret } from '@pubky-paykit/primitives';
import { KEY_BYTES } from '../constants.ts';
import { PatternsError } from '../errors.ts';
import { requireLength } from '../lengths.ts';
import { INSPECT, shownText } from '../redaction.ts';
import { type IdentitySigner, identityPublicKey } from './identity-signer.ts';
import { deriveNoiseKeyPair } from './key-derivation.ts';

/**
 * Whoever keeps the keys of identities and gives them out on demand: a hardware module, a phone, a key ring. No method
 * gives an Ed25519 secret away.
 */
export interface KeyProvider {
  /** The Ed25519 public key of a key, 32 bytes in a fresh buffer. Rejects for an id it does not know (W-33). */
  identityOf(keyId: string): Promise<Uint8Array>;
  /** A plain Ed25519 signature (RFC 8032) by a key, 64 bytes. The message is borrowed until the promise settles. */
  sign(keyId: string, message: Uint8Array): Promise<Uint8Array>;
  /**
   * The X25519 key pair of one device of an identity, which the caller owns and destroys. It may be derived from the
   * identity's seed (N8 §2.1) or be the device's own.
   *
   * @param device Any bytes, or text taken as UTF-8, usually the device id; borrowed until the promise settles.
   */
  noiseKeyOf(keyId: string, device: Uint8Array | string): Promise<KeyPair>;
}

/** A provider that holds seeds in memory and wipes them on `destroy`. */
export interface SeedKeyProvider extends KeyProvider {
  /** Wipes the seeds; later calls reject with PATTERNS_KEY_PROVIDER_DESTROYED. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/** Errors of other people's providers become one code; ours say more. */
async function asked<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  try {
    return await question();
  } catch (cause) {
    if (cause instanceof PatternsError) throw cause;
    throw new PatternsError('PATTERNS_KEY_PROVIDER_FAILED', {}, { cause });
  }
}

/** What a provider answers is other people's code, too. */
function requireKeyPair(answer: KeyPair): void {
  const { publicKey, destroy } = Object(answer) as Partial<KeyPair>;
  if (!(publicKey instanceof Uint8Array) || publicKey.length !== KEY_BYTES || typeof destroy !== 'function') {
    throw new TypeError('the answer is no X25519 key pair');
  }
}

/**
 * Lends the Noise key of a device to `work` and destroys it afterwards, whatever happens. Handshakes borrow their key:
 * let `work` end only when they have.
 *
 * @param device Any bytes, or text taken as UTF-8; borrowed until the promise settles.
 * @returns What `work` returns; its errors pass through, also where the key cannot be destroyed after them.
 * @throws PATTERNS_KEY_PROVIDER_FAILED with the cause, and the provider's own PATTERNS codes.
 * @see N8 §2.5
 * @example
 * ```ts
 * import { createProfileHandshake, IK, type KeyProvider, withNoiseKey } from '@pubky-paykit/patterns';
 * function answer(provider: KeyProvider, firstMessage: Uint8Array) {
 *   return withNoiseKey(provider, 'shop', 'server-1', async (noiseKey) => {
 *     const handshake = createProfileHandshake({ profile: IK, role: 'responder', noiseKey });
 *     await handshake.read(firstMessage);
 *     return { reply: await handshake.write(), session: handshake.finish() };
 *   });
 * }
 * ```
 */
export async function withNoiseKey<Result>(
  provider: KeyProvider,
  keyId: string,
  device: Uint8Array | string,
  work: (noiseKey: KeyPair) => Result | Promise<Result>,
): Promise<Result> {
  const noiseKey = await asked(async () => {
    const answer = await provider.noiseKeyOf(keyId, device);
    requireKeyPair(answer);
    return answer;
  });
  // A key that cannot be destroyed is a failure, but never in the place of the one that `work` tells of.
  const destroy = () => asked(async () => noiseKey.destroy());
  let result: Result;
  try {
    result = await work(noiseKey);
  } catch (error) {
    await destroy().catch(() => undefined);
    throw error;
  }
  await destroy();
  return result;
}

/**
 * A signer for one key of a provider, which keeps the secret. The provider is borrowed as long as the signer is used.
 *
 * @throws PATTERNS_KEY_PROVIDER_FAILED with the cause, and the provider's own PATTERNS codes.
 * @throws PATTERNS_KEY_LENGTH unless the identity has 32 bytes.
 */
export async function signerOf(provider: KeyProvider, keyId: string): Promise<IdentitySigner> {
  const answer = await asked(async () => {
    const identity = await provider.identityOf(keyId);
    if (!(identity instanceof Uint8Array)) throw new TypeError('the answer is no identity');
    if (typeof provider.sign !== 'function') throw new TypeError('the provider does not sign');
    return identity;
  });
  requireLength('identity of the key', answer, KEY_BYTES);
  // Not `slice`: that of a Node `Buffer` shares the memory.
  const publicKey = Uint8Array.from(answer);
  return {
    get publicKey() {
      return publicKey.slice();
    },
    sign: (message) => asked(() => provider.sign(keyId, message)),
  };
}

interface HeldKey {
  readonly seed: Secret;
  readonly identity: Uint8Array;
}

class MemorySeedKeyProvider implements SeedKeyProvider {
  readonly #keys = new Map<string, HeldKey>();
  #destroyed = false;

  constructor(seeds: Readonly<Record<string, Uint8Array>>) {
    try {
      for (const [keyId, seed] of Object.entries(seeds)) {
        // Checks the length before the seed is copied.
        const identity = identityPublicKey(seed);
        this.#keys.set(keyId, { seed: Secret.copyOf(seed), identity });
      }
    } catch (error) {
      // Nobody will ever hold what was copied before.
      this.destroy();
      throw error;
    }
  }

  async identityOf(keyId: string): Promise<Uint8Array> {
    return this.#key(keyId).identity.slice();
  }

  async sign(keyId: string, message: Uint8Array): Promise<Uint8Array> {
    return this.#key(keyId).seed.use((seed) => ed25519.sign(message, seed));
  }

  async noiseKeyOf(keyId: string, device: Uint8Array | string): Promise<KeyPair> {
    return this.#key(keyId).seed.use((seed) => deriveNoiseKeyPair(seed, device));
  }

  destroy(): void {
    this.#destroyed = true;
    for (const { seed } of this.#keys.values()) seed.destroy();
    this.#keys.clear();
  }

  [Symbol.dispose](): void {
    this.destroy();
  }

  toJSON(): Record<string, unknown> {
    return { type: 'SeedKeyProvider', keys: this.#keys.size };
  }

  [INSPECT](): string {
    return `SeedKeyProvider(${this.#keys.size})`;
  }

  #key(keyId: string): HeldKey {
    if (this.#destroyed) throw new PatternsError('PATTERNS_KEY_PROVIDER_DESTROYED');
    const key = this.#keys.get(keyId);
    if (key !== undefined) return key;
    throw new PatternsError('PATTERNS_KEY_UNKNOWN', { keyId: shownText(String(keyId)) });
  }
}

/**
 * A provider over seeds in memory, for programs that have them there anyway. Unlike the one of 0.8 it knows its keys by
 * their ids, derives for the device it is asked for, and wipes (W-33).
 *
 * @param seeds By key id, 32 bytes each, Ed25519 seeds; copied. Wipe your own copies.
 * @throws PATTERNS_KEY_LENGTH unless every seed has 32 bytes (W-19).
 * @see N8 §2.5
 */
export function createSeedKeyProvider(seeds: Readonly<Record<string, Uint8Array>>): SeedKeyProvider {
  return new MemorySeedKeyProvider(seeds);
}
