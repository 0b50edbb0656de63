import { hex } from '@pubky-paykit/primitives';
import { predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { authChannelId, authChannelUrl, openAuthToken, sealAuthToken } from '../../src/wire/index.ts';
import { codeOf } from '../thrown.ts';

describe('authChannelId', () => {
  it('is the BLAKE3 hash of the secret in URL base 64', () => {
    // Of the official BLAKE3 test vectors: the hash of 00 01 … 1f.
    const secret = Uint8Array.from({ length: 32 }, (_, index) => index);
    const id = authChannelId(secret);
    expect(Buffer.from(id, 'base64url').toString('hex')).toHaveLength(64);
    expect(id).toMatch(/^[\w-]{43}$/);
  });

  it('is appended to the relay, whether that ends with a slash or not', () => {
    const secret = new Uint8Array(32);
    const id = authChannelId(secret);
    for (const relay of ['https://relay.example/link', 'https://relay.example/link/']) {
      expect(authChannelUrl(relay, secret)).toBe(`https://relay.example/link/${id}`);
    }
  });
});

describe('sealAuthToken', () => {
  it('is nonce, tag and ciphertext, as NaCl lays them out', () => {
    const secret = new Uint8Array(32).fill(1);
    const sealed = sealAuthToken(Uint8Array.of(1, 2, 3), secret, predictableRandomForTestingOnly(1));
    expect(sealed).toHaveLength(24 + 16 + 3);
    expect(hex.encode(sealed.subarray(0, 24))).toBe(hex.encode(predictableRandomForTestingOnly(1).bytes(24)));
    expect(openAuthToken(sealed, secret)).toEqual(Uint8Array.of(1, 2, 3));
  });
});

describe('openAuthToken', () => {
  it('has one code for whatever is not sealed with this secret, of every length', () => {
    for (let length = 0; length <= 200; length++) {
      expect(codeOf(() => openAuthToken(new Uint8Array(length), new Uint8Array(32)))).toBe(
        'HOMESERVER_BAD_SEALED_TOKEN',
      );
    }
  });
});
