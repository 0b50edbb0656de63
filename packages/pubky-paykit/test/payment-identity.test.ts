import { describe, expect, it } from 'vitest';
import { deriveNoiseKeyPair, deriveNoiseSecret, importNoiseKey } from '../src/index.ts';
import { codeOf } from './peers.ts';

const seed = new Uint8Array(32).fill(1);
const importing = (secret: Uint8Array) => codeOf((async () => importNoiseKey(secret))());

describe('importNoiseKey', () => {
  it('loads what was derived and stored elsewhere [S1.3]', () => {
    const derived = deriveNoiseKeyPair(seed, 'phone');
    const imported = importNoiseKey(deriveNoiseSecret(seed, 'phone'));
    expect(imported.publicKey).toEqual(derived.publicKey);
  });

  it('copies the secret, of which the caller wipes its own', () => {
    const stored = deriveNoiseSecret(seed, 'phone');
    const before = stored.slice();
    const imported = importNoiseKey(stored);
    expect(stored).toEqual(before);
    const { publicKey } = imported;
    const shown = publicKey.slice();
    stored.fill(0);
    expect(publicKey).toEqual(shown);
    expect(imported.destroyed).toBe(false);
    imported.destroy();
    expect(imported.destroyed).toBe(true);
  });

  it('neither pads nor cuts (N8 W-19)', async () => {
    for (const length of [0, 31, 33, 64]) {
      expect(await importing(new Uint8Array(length).fill(1)), `${length}`).toBe('PATTERNS_KEY_LENGTH');
    }
    expect(() => importNoiseKey('00'.repeat(32) as never)).toThrow(TypeError);
  });

  it('refuses the secret everybody knows, however it is spelt (N8 CK-12)', async () => {
    const zero = new Uint8Array(32);
    const lowBits = zero.with(0, 7);
    const highBits = zero.with(31, 0xc0);
    for (const secret of [zero, lowBits, highBits, lowBits.with(31, 0x80)]) {
      expect(await importing(secret)).toBe('PATTERNS_WEAK_KEY');
    }
    for (const secret of [zero.with(0, 8), zero.with(31, 0x20), zero.with(16, 1)]) {
      expect(await importing(secret)).toBeUndefined();
    }
  });
});
