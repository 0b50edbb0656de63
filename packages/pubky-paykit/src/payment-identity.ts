/// <reference lib="esnext.disposable" preserve="true" />
import type { KeyPair } from '@pubky-paykit/noise-core';
import {
  createIdentitySigner,
  deriveNoiseKeyPair,
  type IdentitySigner,
  identityPublicKey,
} from '@pubky-paykit/patterns';
import { type RandomSource, systemRandom, wipe } from '@pubky-paykit/primitives';

/** Who one side of a payment is: an identity that signs and the Noise key of this device. */
export interface PaymentIdentity {
  /** 32 bytes, the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  readonly signer: IdentitySigner;
  /** The X25519 static key pair; its public half is what peers dial. */
  readonly noiseKey: KeyPair;
  /** Wipes both secrets; later use throws. Calling it again does nothing. */
  destroy(): void;
  [Symbol.dispose](): void;
}

/** How {@link createPaymentIdentity} derives the Noise key. */
export interface PaymentIdentityOptions {
  /** Derivation context, usually the device id; `default` if not given. Equal devices give equal keys. */
  readonly device?: string;
}

/**
 * Makes a payment identity of an Ed25519 seed held in memory. With the identity in a hardware module or a remote
 * signer, build a {@link PaymentIdentity} of your own signer and a stored Noise key instead.
 *
 * @param seed 32 bytes; copied. Wipe your own copy.
 * @throws PATTERNS_KEY_LENGTH unless the seed has 32 bytes.
 * @see N8 §2.1
 */
export function createPaymentIdentity(
  seed: Uint8Array,
  options: PaymentIdentityOptions = {},
): PaymentIdentity {
  const { device = 'default' } = options;
  const signer = createIdentitySigner(seed);
  const noiseKey = deriveNoiseKeyPair(seed, device);
  const destroy = (): void => {
    signer.destroy();
    noiseKey.destroy();
  };
  return { publicKey: signer.publicKey, signer, noiseKey, destroy, [Symbol.dispose]: destroy };
}

/** Bytes of an Ed25519 seed. */
const SEED_BYTES = 32;

/**
 * The public key of an identity that nobody holds, not even its maker: what a payer who wants to stay unnamed puts into
 * a one-way request, so that it names neither the payer nor anybody else (P8 W-06).
 *
 * @returns 32 bytes, a fresh buffer.
 */
export function createThrowAwayPayer(random: RandomSource = systemRandom): Uint8Array {
  const seed = random.bytes(SEED_BYTES);
  try {
    return identityPublicKey(seed);
  } finally {
    wipe(seed);
  }
}
