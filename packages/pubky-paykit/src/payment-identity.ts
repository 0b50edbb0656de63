/// <reference lib="esnext.disposable" preserve="true" />
import type { KeyPair } from '@pubky-paykit/noise-core';
import { x25519 } from '@pubky-paykit/noise-core/x25519';
import {
  createIdentitySigner,
  deriveNoiseKeyPair,
  type IdentitySigner,
  identityPublicKey,
  PatternsError,
} from '@pubky-paykit/patterns';
import { isAllZero, type RandomSource, systemRandom, wipe } from '@pubky-paykit/primitives';

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

/** Who a payee is to those who connect: the keys of now. All of it is borrowed. */
export interface ListeningIdentity
  extends Pick<PaymentIdentity, 'publicKey' | 'noiseKey'>,
    Partial<Pick<PaymentIdentity, 'signer'>> {
  /**
   * At most 2 key pairs that `noiseKey` has replaced and whose overlap is not over, the newest first: payers of IK, IK-raw
   * and N who still dial one of them are answered as well. Never one that is revoked.
   */
  readonly formerNoiseKeys?: readonly KeyPair[] | undefined;
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

/** Bytes of an X25519 secret key. RFC 7748 §5 */
const NOISE_SECRET_BYTES = 32;

/** Whether nothing is left of a secret but the bits that X25519 sets or clears anyway (RFC 7748 §5; N8 CK-12). */
function isZeroScalar(secret: Uint8Array): boolean {
  const scalar = Uint8Array.from(secret, (byte, at) => byte & (at === 0 ? 0xf8 : at === 31 ? 0x3f : 0xff));
  try {
    return isAllZero(scalar);
  } finally {
    wipe(scalar);
  }
}

/**
 * Loads a stored Noise key, such as one that was derived where the identity seed is kept offline (`deriveNoiseSecret`).
 *
 * @param secret 32 bytes; copied. Wipe your own copy.
 * @returns A handle the caller owns: call `destroy()` when it is no longer needed.
 * @throws PATTERNS_KEY_LENGTH unless the secret has 32 bytes.
 * @throws PATTERNS_WEAK_KEY for the secret of zeros, which everybody knows.
 * @throws TypeError if it is no Uint8Array.
 * @see N8 §2.1, §3.3
 * @example
 * ```ts
 * import { type ByteStream, IK_RAW, importNoiseKey, openPaymentChannel } from 'pubky-paykit';
 * function payCold(stream: ByteStream, stored: Uint8Array, remoteStatic: Uint8Array) {
 *   return openPaymentChannel(stream, { noiseKey: importNoiseKey(stored) }, { profile: IK_RAW, remoteStatic });
 * }
 * ```
 */
export function importNoiseKey(secret: Uint8Array): KeyPair {
  if (!(secret instanceof Uint8Array)) throw new TypeError('the Noise secret is not a Uint8Array');
  if (secret.length !== NOISE_SECRET_BYTES) {
    const context = { what: 'Noise secret', expected: NOISE_SECRET_BYTES, actual: secret.length };
    throw new PatternsError('PATTERNS_KEY_LENGTH', context);
  }
  if (isZeroScalar(secret)) throw new PatternsError('PATTERNS_WEAK_KEY', { key: 'local static' });
  return x25519.importKeyPair(secret);
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
