import { hex } from '@pubky-paykit/primitives';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { requireStrongKey } from '../../src/records/weak-key.ts';
import { bytes, filled, thrownBy } from '../bytes.ts';
import { NOISE_KEY } from './key-records.ts';

/** 2^255 − 19 and so many more, little endian. */
function abovePrime(more: number): Uint8Array {
  const value = new Uint8Array(32).fill(0xff);
  value[0] = 0xed + more;
  value[31] = 0x7f;
  return value;
}

describe('requireStrongKey', () => {
  it.each(LOW_ORDER_POINTS.map((point) => [hex.encode(point), point] as const))(
    'refuses the low-order point %s (N8 §3.1, P8 W-12) [S4.1] [F3]',
    (_, point) => {
      const error = thrownBy(() => requireStrongKey(point));
      expect(error).toMatchObject({ code: 'DISCOVERY_WEAK_KEY', retryable: false, wireCode: 7000 });
    },
  );

  it('refuses every encoding that X25519 does not write, so that no key has two spellings [S4.1]', () => {
    const withHighBit = Uint8Array.from(NOISE_KEY, (byte, i) => (i === 31 ? byte | 0x80 : byte));
    for (const key of [withHighBit, filled(0xff), ...Array.from({ length: 19 }, (_, i) => abovePrime(i))]) {
      expect(thrownBy(() => requireStrongKey(key)).code).toBe('DISCOVERY_WEAK_KEY');
    }
  });

  it('takes honest keys and the neighbours of refused ones', () => {
    const neighbours = [
      `02${'00'.repeat(31)}`,
      `eb${'ff'.repeat(30)}7f`,
      `00${'ff'.repeat(30)}7f`,
      `ff${'ff'.repeat(29)}fe7f`,
      `ed${'ff'.repeat(30)}7e`,
      'e1eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    ].map(bytes);
    for (const key of [NOISE_KEY, filled(3), ...neighbours]) {
      expect(() => requireStrongKey(key)).not.toThrow();
    }
  });
});
