import { hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { keyBindingDigest, signKeyBinding } from '../../src/records/binding-signature.ts';
import { freshnessDigest, signFreshness, verifyFreshness } from '../../src/records/freshness-signature.ts';
import { bytes, filled, flipped, thrownBy } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { DEVICE, NOISE_KEY, OWNER, STAMPED } from './key-records.ts';

const CLAIM = {
  identity: OWNER.publicKey,
  noiseKey: NOISE_KEY,
  device: DEVICE,
  timestampSeconds: STAMPED,
  revoked: false,
};
type Claim = typeof CLAIM;

describe('freshnessDigest', () => {
  it('changes with time and revocation, which 0.8 does not sign (N8 W-16, P8 W-09, W-11)', () => {
    const digests = [
      CLAIM,
      { ...CLAIM, timestampSeconds: STAMPED + 1n },
      { ...CLAIM, timestampSeconds: 0n },
      { ...CLAIM, revoked: true },
    ].map((claim) => hex.encode(freshnessDigest(claim)));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('is the same for two claims only if they are the same', () => {
    // Few and short values, so that equal ones are met and shifted ones would be found.
    const keys = fc.constantFrom(filled(0x61), filled(0x62), NOISE_KEY);
    const claims: fc.Arbitrary<Claim> = fc.record({
      identity: keys,
      noiseKey: keys,
      device: fc.stringMatching(/^[a0]{1,3}$/),
      timestampSeconds: fc.constantFrom(0n, 1n, 0x61n, 0x6161n << 48n, 0x61n << 56n, 2n ** 64n - 1n),
      revoked: fc.boolean(),
    });
    const spelled = (claim: Claim): string =>
      Object.values(claim)
        .map((value) => (value instanceof Uint8Array ? hex.encode(value) : value))
        .join();
    const seen = new Map<string, string>();
    fc.assert(
      fc.property(claims, (claim) => {
        const digest = hex.encode(freshnessDigest(claim));
        expect(seen.get(digest) ?? spelled(claim)).toBe(spelled(claim));
        seen.set(digest, spelled(claim));
      }),
      { numRuns: effort(2_000) },
    );
    expect(seen.size).toBeGreaterThan(100);
  });

  it('is never the digest of a binding', () => {
    expect(freshnessDigest(CLAIM)).not.toEqual(keyBindingDigest(CLAIM));
  });

  it('refuses what has no place in it', () => {
    expect(thrownBy(() => freshnessDigest({ ...CLAIM, identity: new Uint8Array(31) })).code).toBe(
      'DISCOVERY_WRONG_LENGTH',
    );
    expect(thrownBy(() => freshnessDigest({ ...CLAIM, noiseKey: new Uint8Array(33) })).code).toBe(
      'DISCOVERY_WRONG_LENGTH',
    );
    expect(thrownBy(() => freshnessDigest({ ...CLAIM, device: 'a.b' })).code).toBe('DISCOVERY_BAD_DEVICE');
    expect(() => freshnessDigest({ ...CLAIM, timestampSeconds: -1n })).toThrow(RangeError);
    expect(() => freshnessDigest({ ...CLAIM, timestampSeconds: 2n ** 64n })).toThrow(RangeError);
  });
});

describe('verifyFreshness', () => {
  it('takes the signature for its own claim only', async () => {
    const signature = await signFreshness(OWNER, CLAIM);
    expect(verifyFreshness(signature, CLAIM)).toBe(true);
    const others: readonly Claim[] = [
      { ...CLAIM, identity: numbered(2).publicKey },
      { ...CLAIM, noiseKey: filled(3) },
      { ...CLAIM, device: 'phone2' },
      { ...CLAIM, timestampSeconds: STAMPED - 1n },
      { ...CLAIM, revoked: true },
    ];
    for (const claim of others) expect(verifyFreshness(signature, claim)).toBe(false);
    for (let bit = 0; bit < 512; bit += 37) {
      expect(verifyFreshness(flipped(signature, bit), CLAIM)).toBe(false);
    }
  });

  it('does not take a binding for it', async () => {
    expect(verifyFreshness(await signKeyBinding(OWNER, CLAIM), CLAIM)).toBe(false);
  });

  it('does not take the signature that fits every message for a small-order identity (N8 W-14)', () => {
    const identity = bytes(`01${'00'.repeat(31)}`);
    const signature = bytes(`58${'66'.repeat(31)}01${'00'.repeat(31)}`);
    expect(verifyFreshness(signature, { ...CLAIM, identity })).toBe(false);
  });
});
