import { inspect } from 'node:util';
import { hex } from '@pubky-paykit/primitives';
import { verifyStrictly } from '@pubky-paykit/primitives/ed25519';
import { describe, expect, it } from 'vitest';
import { createIdentitySigner } from '../../src/identity/identity-signer.ts';
import { CLIENT_IDENTITY, CLIENT_SEED } from '../../src/testing.ts';
import { bytes, filled, rejectionOf, thrownBy } from '../bytes.ts';

describe('createIdentitySigner', () => {
  it('signs the binding of N8 A.2 with the signature given there [S1.3]', async () => {
    using signer = createIdentitySigner(CLIENT_SEED);
    const binding = bytes('ffd51100a9c990f759675c7482214e3c05d305cb4545124baacc443ed5ea46fa');
    const signature = await signer.sign(binding);
    expect(hex.encode(signature)).toBe(
      '6d7a331ffb1d91d6837b4d247e1e884bd03720809c057d757c86a33aa64a0878005ecd804e5f0dfac27919834bbed8cd4b4c19ea8c93c61e0793611200201008',
    );
    expect(verifyStrictly(signature, binding, signer.publicKey)).toBe(true);
  });

  it('copies the seed, so that the caller can wipe his', async () => {
    const seed = filled(1);
    const signer = createIdentitySigner(seed);
    seed.fill(0);
    expect(verifyStrictly(await signer.sign(filled(3)), filled(3), CLIENT_IDENTITY)).toBe(true);
  });

  it('hands out copies of its public key', () => {
    const signer = createIdentitySigner(CLIENT_SEED);
    signer.publicKey.fill(0);
    expect(signer.publicKey).toEqual(CLIENT_IDENTITY);
  });

  it('rejects after destroy, which may be called twice [S1.4]', async () => {
    const signer = createIdentitySigner(CLIENT_SEED);
    signer.destroy();
    signer.destroy();
    expect(await rejectionOf(signer.sign(filled(0)))).toMatchObject({ code: 'PATTERNS_SIGNER_DESTROYED' });
    expect(signer.publicKey).toEqual(CLIENT_IDENTITY);
  });

  it('refuses seeds that are not 32 bytes (W-19)', () => {
    expect(thrownBy(() => createIdentitySigner(new Uint8Array(33))).code).toBe('PATTERNS_KEY_LENGTH');
  });

  it('shows neither seed nor whole public key [S1.1]', () => {
    const signer = createIdentitySigner(filled(0xa7));
    for (const shown of [
      JSON.stringify(signer),
      inspect(signer, { depth: 9, showHidden: true }),
      String(signer),
    ]) {
      expect(shown).not.toMatch(/a7a7|167|p6en/);
      expect(shown).not.toContain(hex.encode(signer.publicKey).slice(0, 17));
    }
  });
});
