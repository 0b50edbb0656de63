import { describe, expect, it } from 'vitest';
import { BACKENDS } from '../parties.ts';
import { noiseErrorOf } from '../thrown.ts';

describe.each(BACKENDS)('keys on %s', (_, backend) => {
  it.each(['x25519', 'x448'] as const)('of any other length than %s has are refused', (name) => {
    const dh = backend[name];
    for (const length of [0, 1, 31, 32, 33, 55, 56, 57, 64, 1000]) {
      if (length === dh.publicKeyBytes) continue;
      for (const use of [
        () => dh.importPublicKey(new Uint8Array(length)),
        () => dh.importKeyPair(new Uint8Array(length).fill(1)),
      ]) {
        const error = noiseErrorOf(use);
        expect(error.code).toBe('NOISE_KEY_LENGTH');
        expect(error.context).toMatchObject({ expected: dh.publicKeyBytes, actual: length });
      }
    }
  });

  it('that are no bytes are a TypeError', () => {
    const wrong: unknown = 'a'.repeat(32);
    expect(() => backend.x25519.importPublicKey(wrong as Uint8Array)).toThrow(TypeError);
    expect(() => backend.x25519.importKeyPair(wrong as Uint8Array)).toThrow(TypeError);
  });

  it('may be buffers and views', () => {
    const pair = backend.x25519.importKeyPair(Buffer.alloc(32, 7));
    const view = new Uint8Array([0, ...pair.publicKey, 0]).subarray(1, 33);
    expect(backend.x25519.importPublicKey(view).bytes).toEqual(pair.publicKey);
  });
});
