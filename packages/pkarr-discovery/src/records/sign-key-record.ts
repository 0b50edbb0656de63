import type { IdentitySigner } from '@pubky-paykit/primitives';
import { type DeviceKey, signKeyBinding } from './binding-signature.ts';
import { type Freshness, signFreshness } from './freshness-signature.ts';
import type { KeyRecord } from './key-record.ts';

/**
 * Has an identity sign everything in the record of a device's key: its binding, and its time and revocation. 0.8 readers
 * find the four fields they know.
 *
 * A revocation gets no binding: with it, whoever cuts off the end of the record has a valid one of the revoked key, as 0.8
 * writes them, and readers of 0.8 have it without that.
 *
 * @param signer Asked twice, for ordinary Ed25519 signatures; once for a revocation. Waits as long as it takes.
 * @param claim.noiseKey 32 bytes; copied.
 * @throws DISCOVERY_WRONG_LENGTH, DISCOVERY_BAD_DEVICE, DISCOVERY_WEAK_KEY, DISCOVERY_SIGNER_FAILED,
 * DISCOVERY_SIGNER_WRONG, and coded errors of the signer.
 * @throws RangeError for a timestamp that is not 64 bits long.
 * @see docs/wire-formats.md
 *
 * @example
 * ```ts
 * import { formatKeyRecord, signKeyRecord } from '@pubky-paykit/pkarr-discovery';
 * import type { IdentitySigner } from '@pubky-paykit/primitives';
 * declare const signer: IdentitySigner;
 * declare const noiseKey: Uint8Array; // 32 bytes
 * const timestampSeconds = BigInt(Math.floor(Date.now() / 1_000));
 * const claim = { noiseKey, device: 'default', timestampSeconds, revoked: false };
 * const text = formatKeyRecord(await signKeyRecord(signer, claim)); // 251 characters
 * ```
 */
export async function signKeyRecord(
  signer: IdentitySigner,
  claim: DeviceKey & Freshness,
): Promise<KeyRecord> {
  const { device, timestampSeconds, revoked } = claim;
  if (revoked) return signRevocation(signer, claim);
  // Copied before the first wait: both signatures are over the same key.
  const noiseKey = Uint8Array.from(claim.noiseKey);
  const own = { noiseKey, device, timestampSeconds, revoked };
  const signature = await signKeyBinding(signer, own);
  const freshnessSignature = await signFreshness(signer, own);
  return { noiseKey, signature, timestampSeconds, revoked, freshnessSignature };
}

/**
 * Has an identity sign that a key must not be used any more: without the binding of 0.8. Our readers need none beside the
 * signature over key, device, time and revocation; those of 0.8 do not know `revoked`, verify the binding, and would take
 * the key for good. It also leaves room in a packet: 171 characters instead of 264.
 *
 * @param signer Asked once. Waits as long as it takes.
 * @param claim.noiseKey 32 bytes; copied.
 * @throws What {@link signKeyRecord} throws.
 */
export async function signRevocation(
  signer: IdentitySigner,
  claim: DeviceKey & Pick<Freshness, 'timestampSeconds'>,
): Promise<KeyRecord> {
  const { device, timestampSeconds } = claim;
  const noiseKey = Uint8Array.from(claim.noiseKey);
  const freshnessSignature = await signFreshness(signer, {
    noiseKey,
    device,
    timestampSeconds,
    revoked: true,
  });
  return { noiseKey, timestampSeconds, revoked: true, freshnessSignature };
}
