import { x25519 } from '@noble/curves/ed25519.js';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LOW_ORDER_POINTS } from '../src/testing.ts';
import { isCanonical, isLowOrder } from '../src/x25519.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** Whether X25519 gives zeros, which noble refuses. */
function givesZeros(publicKey: Uint8Array): boolean {
  try {
    x25519.getSharedSecret(new Uint8Array(32).fill(7), publicKey);
    return false;
  } catch {
    return true;
  }
}

describe('isLowOrder', () => {
  it('knows all 14 spellings of N8 §3.1, which give zeros with every key [S4.1] (W-02)', () => {
    expect(new Set(LOW_ORDER_POINTS.map(String)).size).toBe(14);
    for (const point of LOW_ORDER_POINTS)
      expect([isLowOrder(point), givesZeros(point)]).toEqual([true, true]);
  });

  it('agrees with the curve about any key, and about neighbours of the bad ones', () => {
    const neighbour = fc
      .tuple(fc.constantFrom(...LOW_ORDER_POINTS), fc.nat(255))
      .map(([point, bit]) =>
        Uint8Array.from(point, (byte, i) => (i === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte)),
      );
    fc.assert(
      fc.property(fc.oneof(key, neighbour), (publicKey) => isLowOrder(publicKey) === givesZeros(publicKey)),
      { numRuns: 60 },
    );
  });
});

describe('isCanonical', () => {
  it('is true for what X25519 writes, and for numbers below the prime only [S4.1]', () => {
    fc.assert(
      fc.property(key, (bytes) => {
        const value = bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
        return isCanonical(bytes) === value < 2n ** 255n - 19n;
      }),
    );
    expect(isCanonical(x25519.getPublicKey(new Uint8Array(32).fill(9)))).toBe(true);
  });

  it('draws the line at the prime', () => {
    const prime = Uint8Array.from({ length: 32 }, (_, i) => (i === 0 ? 0xed : i === 31 ? 0x7f : 0xff));
    const below = Uint8Array.from(prime, (byte, i) => (i === 0 ? byte - 1 : byte));
    expect([isCanonical(below), isCanonical(prime)]).toEqual([true, false]);
  });
});
