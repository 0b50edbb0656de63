import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, encodeUtf8, type IdentitySigner } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { KEY_BINDING_DOMAIN, KEY_BYTES } from '../constants.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import { requireDeviceId } from './device-id.ts';
import { identityOf, signChecked } from './signing.ts';
import { requireStrongKey } from './weak-key.ts';

/** A Noise key and the device it belongs to. */
export interface DeviceKey {
  /** 32 bytes, the X25519 public key; borrowed. */
  readonly noiseKey: Uint8Array;
  /** 1 to 63 characters. */
  readonly device: string;
}

/** A Noise key and whose it is. */
export interface BoundKey extends DeviceKey {
  /** 32 bytes, the Ed25519 public key; borrowed. */
  readonly identity: Uint8Array;
}

/**
 * The 32 bytes an identity signs to bind a Noise key to one of its devices: SHA-256 over
 *
 * | offset | bytes | content |
 * | ------ | ----- | ------- |
 * | 0 | 29 | `pubky-noise-pkarr-binding-v1:` |
 * | 29 | 32 | identity |
 * | 61 | 32 | Noise key |
 * | 93 | 1 to 63 | device id |
 *
 * Time and revocation are not part of it (W-16): see `freshnessDigest`.
 *
 * @returns A fresh buffer of 32 bytes.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE
 * @see N8 §4.4
 *
 * @example
 * ```ts
 * import { keyBindingDigest } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const digest = keyBindingDigest({ identity, noiseKey, device: 'default' });
 * ```
 */
export function keyBindingDigest({ identity, noiseKey, device }: BoundKey): Uint8Array {
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  requireDeviceId(device);
  return sha256(concatBytes(KEY_BINDING_DOMAIN, identity, noiseKey, encodeUtf8(device)));
}

/**
 * Has an identity bind a Noise key to a device. What comes back was verified.
 *
 * @param signer Asked once, for an ordinary Ed25519 signature. Waits as long as it takes.
 * @returns 64 bytes, the field `sig`.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, DISCOVERY_WEAK_KEY, DISCOVERY_SIGNER_FAILED,
 * DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
 * @see N8 §4.4
 *
 * @example
 * ```ts
 * import { formatKeyRecord, signKeyBinding } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const signature = await signKeyBinding(signer, { noiseKey, device: 'default' });
 * const plain = formatKeyRecord({ noiseKey, signature, timestampSeconds: 1_733_356_800n, revoked: false });
 * ```
 */
export async function signKeyBinding(
  signer: IdentitySigner,
  { noiseKey, device }: DeviceKey,
): Promise<Uint8Array> {
  const identity = identityOf(signer);
  const digest = keyBindingDigest({ identity, noiseKey, device });
  requireStrongKey(noiseKey);
  return signChecked(signer, identity, digest);
}

/**
 * Whether an identity has bound a Noise key to a device, by the strict rules of Ed25519 (N8 W-14).
 *
 * @param signature 64 bytes, the field `sig`; borrowed. Any other length is no signature.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE
 * @see N8 §4.4
 *
 * @example
 * ```ts
 * import { verifyKeyBinding } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const noiseKey: Uint8Array; // 32 bytes
 * verifyKeyBinding(new Uint8Array(64), { identity, noiseKey, device: 'default' }); // false
 * ```
 */
export function verifyKeyBinding(signature: Uint8Array, bound: BoundKey): boolean {
  return verifyStrictly(signature, keyBindingDigest(bound), bound.identity);
}
