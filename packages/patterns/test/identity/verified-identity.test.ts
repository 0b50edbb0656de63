import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { isVerifiedIdentity, markVerified } from '../../src/identity/verified-identity.ts';
import { filled } from '../bytes.ts';

describe('isVerifiedIdentity', () => {
  it('is true of what a verifying function made', () => {
    expect(isVerifiedIdentity(markVerified(filled(1), filled(2)))).toBe(true);
    expect(isVerifiedIdentity(markVerified(filled(1), undefined))).toBe(true);
  });

  it('is false of copies, heirs, proxies, look-alikes and everything else [S3.3]', () => {
    const identity = markVerified(filled(1), filled(2));
    const others: unknown[] = [
      { ...identity },
      Object.create(identity),
      Object.assign(Object.create(Object.getPrototypeOf(identity)), identity),
      new Proxy(identity, {}),
      JSON.parse(JSON.stringify(identity)),
      { publicKey: filled(1), noiseKey: filled(2) },
      ...[identity.publicKey, undefined, null, true, 1, 'VerifiedIdentity', () => identity, Symbol.iterator],
    ];
    for (const other of others) expect(isVerifiedIdentity(other)).toBe(false);
  });
});

describe('markVerified', () => {
  it('copies what it is given, from a Node Buffer too, and hands out copies', () => {
    for (const make of [filled, (fill: number) => Buffer.alloc(32, fill)]) {
      const [publicKey, noiseKey] = [make(1), make(2)];
      const identity = markVerified(publicKey, noiseKey);
      publicKey.fill(0);
      noiseKey.fill(0);
      identity.publicKey.fill(9);
      identity.noiseKey?.fill(9);
      expect(identity.publicKey).toEqual(filled(1));
      expect(identity.noiseKey).toEqual(filled(2));
    }
  });

  it('has no Noise key where the identity attested without one', () => {
    expect(markVerified(filled(1), undefined).noiseKey).toBeUndefined();
  });

  it('cannot be changed', () => {
    const identity = markVerified(filled(1), filled(2));
    expect(Object.isFrozen(identity)).toBe(true);
    expect(() => Object.assign(identity, { publicKey: filled(3) })).toThrow(TypeError);
  });

  it('shows eight bytes of the identity and nothing of the Noise key (P8 W-56)', () => {
    const identity = markVerified(filled(0xa7), filled(0xb8));
    for (const shown of [JSON.stringify(identity), inspect(identity, { depth: 9, showHidden: true })]) {
      expect(shown).toContain('a7'.repeat(8));
      expect(shown).not.toContain('a7'.repeat(9));
      expect(shown).not.toMatch(/b8b8|184, 184/);
    }
  });
});
