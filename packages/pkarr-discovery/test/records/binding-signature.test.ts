import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { keyBindingDigest, signKeyBinding, verifyKeyBinding } from '../../src/records/binding-signature.ts';
import { bytes, filled, flipped, thrownBy } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { DEVICE, NOISE_KEY, OWNER } from './key-records.ts';

const BOUND = { identity: OWNER.publicKey, noiseKey: NOISE_KEY, device: DEVICE };

describe('keyBindingDigest', () => {
  it('changes with every input', () => {
    const digests = [
      BOUND,
      { ...BOUND, identity: filled(1) },
      { ...BOUND, noiseKey: filled(1) },
      { ...BOUND, device: 'phone2' },
      { ...BOUND, device: 'phone' },
    ].map((bound) => hex.encode(keyBindingDigest(bound)));
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('refuses keys of other lengths, so that no byte moves from one field to the next', () => {
    for (const length of [0, 31, 33, 64]) {
      const other = new Uint8Array(length);
      expect(thrownBy(() => keyBindingDigest({ ...BOUND, identity: other })).code).toBe(
        'DISCOVERY_WRONG_LENGTH',
      );
      expect(thrownBy(() => keyBindingDigest({ ...BOUND, noiseKey: other })).code).toBe(
        'DISCOVERY_WRONG_LENGTH',
      );
    }
    expect(thrownBy(() => keyBindingDigest({ ...BOUND, device: '' })).code).toBe('DISCOVERY_BAD_DEVICE');
  });
});

describe('verifyKeyBinding', () => {
  it('takes the signature for its own identity, key and device only (PK-2) [S2.1]', async () => {
    const signature = await signKeyBinding(OWNER, BOUND);
    expect(verifyKeyBinding(signature, BOUND)).toBe(true);
    expect(verifyKeyBinding(signature, { ...BOUND, device: 'phone2' })).toBe(false);
    expect(verifyKeyBinding(signature, { ...BOUND, identity: numbered(2).publicKey })).toBe(false);
    expect(verifyKeyBinding(signature, { ...BOUND, noiseKey: filled(3) })).toBe(false);
    for (let bit = 0; bit < 512; bit += 37) {
      expect(verifyKeyBinding(flipped(signature, bit), BOUND)).toBe(false);
    }
  });

  it('takes no signature of another length, and no identity that is no point', () => {
    for (const length of [0, 32, 63, 65]) expect(verifyKeyBinding(new Uint8Array(length), BOUND)).toBe(false);
    expect(verifyKeyBinding(new Uint8Array(64), { ...BOUND, identity: filled(0xff) })).toBe(false);
  });

  it('does not take the signature that fits every message for a small-order identity (N8 W-14, P8 W-54)', () => {
    const identity = bytes(`01${'00'.repeat(31)}`);
    const signature = bytes(`58${'66'.repeat(31)}01${'00'.repeat(31)}`);
    expect(verifyKeyBinding(signature, { ...BOUND, identity })).toBe(false);
  });
});
