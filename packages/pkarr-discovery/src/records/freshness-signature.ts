import { sha256 } from '@noble/hashes/sha2.js';
import { ByteWriter, encodeUtf8, type IdentitySigner } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { FRESHNESS_DOMAIN, FRESHNESS_VERSION, KEY_BYTES } from '../constants.ts';
import { checkLength } from '../signed-packet/signed-packet.ts';
import type { BoundKey, DeviceKey } from './binding-signature.ts';
import { requireDeviceId } from './device-id.ts';
import { requireUint64 } from './key-record.ts';
import { identityOf, signChecked } from './signing.ts';
import { requireStrongKey } from './weak-key.ts';

/** When a key was published, and whether it may still be used. */
export interface Freshness {
  /** Seconds since 1970, 0 to 2^64−1. */
  readonly timestampSeconds: bigint;
  readonly revoked: boolean;
}

/** Version, device length, time and revocation: what is signed besides texts and keys. */
const FIXED_BYTES = 1 + 1 + 8 + 1;

/**
 * The 32 bytes an identity signs to vouch for time and revocation of a key, which 0.8 leaves open (N8 W-16, P8 W-09,
 * W-11): SHA-256 over
 *
 * | offset | bytes | content |
 * | ------ | ----- | ------- |
 * | 0 | 30 | `pubky-paykit-key-freshness-v1:` |
 * | 30 | 1 | record version, 1 |
 * | 31 | 32 | identity |
 * | 63 | 32 | Noise key |
 * | 95 | 1 | length of the device id, D |
 * | 96 | D, 1 to 63 | device id |
 * | 96 + D | 8 | timestamp, seconds since 1970, big endian |
 * | 104 + D | 1 | 1 if revoked, else 0 |
 *
 * @returns A fresh buffer of 32 bytes.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @see docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { freshnessDigest } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const bound = { identity, noiseKey, device: 'default' };
 * const digest = freshnessDigest({ ...bound, timestampSeconds: 1_733_356_800n, revoked: false });
 * ```
 */
export function freshnessDigest(claim: BoundKey & Freshness): Uint8Array {
  const { identity, noiseKey, device, timestampSeconds, revoked } = claim;
  checkLength('an identity', identity, KEY_BYTES, KEY_BYTES);
  checkLength('a Noise key', noiseKey, KEY_BYTES, KEY_BYTES);
  requireDeviceId(device);
  requireUint64(timestampSeconds);
  const deviceBytes = encodeUtf8(device);
  const length = FRESHNESS_DOMAIN.length + 2 * KEY_BYTES + FIXED_BYTES + deviceBytes.length;
  const signed = new ByteWriter(length)
    .bytes(FRESHNESS_DOMAIN)
    .uint8(FRESHNESS_VERSION)
    .bytes(identity)
    .bytes(noiseKey)
    .uint8(deviceBytes.length)
    .bytes(deviceBytes)
    .uint64(timestampSeconds)
    .uint8(revoked ? 1 : 0);
  return sha256(signed.finish());
}

/**
 * Has an identity vouch for time and revocation of a key. What comes back was verified.
 *
 * @param signer Asked once, for an ordinary Ed25519 signature. Waits as long as it takes.
 * @returns 64 bytes, the field `fsig`.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, DISCOVERY_WEAK_KEY, DISCOVERY_SIGNER_FAILED,
 * DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @see docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { signFreshness } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const now = { timestampSeconds: 1_733_356_800n, revoked: false };
 * const freshnessSignature = await signFreshness(signer, { noiseKey, device: 'default', ...now });
 * ```
 */
export async function signFreshness(
  signer: IdentitySigner,
  claim: DeviceKey & Freshness,
): Promise<Uint8Array> {
  const identity = identityOf(signer);
  const digest = freshnessDigest({ ...claim, identity });
  requireStrongKey(claim.noiseKey);
  return signChecked(signer, identity, digest);
}

/**
 * Whether an identity vouches for time and revocation of a key, by the strict rules of Ed25519.
 *
 * @param signature 64 bytes, the field `fsig`; borrowed. Any other length is no signature.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @see docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { verifyFreshness } from '@pubky-paykit/pkarr-discovery';
 * declare const identity: Uint8Array; // 32 bytes
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const claim = { identity, noiseKey, device: 'default', timestampSeconds: 0n, revoked: false };
 * verifyFreshness(new Uint8Array(64), claim); // false
 * ```
 */
export function verifyFreshness(signature: Uint8Array, claim: BoundKey & Freshness): boolean {
  return verifyStrictly(signature, freshnessDigest(claim), claim.identity);
}
