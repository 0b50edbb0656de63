import { describe, expect, it } from 'vitest';
import {
  assembleAuthToken,
  authTokenId,
  authTokenSignable,
  createAuthToken,
  parseAuthToken,
  parseCapabilities,
  ROOT_CAPABILITIES,
  TOKEN_MAXIMUM_BYTES,
  verifyAuthToken,
} from '../../src/wire/index.ts';
import { fixedSigner, newSigner } from '../people.ts';
import { requireSdk } from '../sdk.ts';
import { codeOf, faultOf, rejectionOf } from '../thrown.ts';

const NOW = Date.UTC(2026, 0, 15);
const AT = BigInt(NOW) * 1000n;
const signer = fixedSigner(3);
const token = await createAuthToken(signer, { capabilities: ROOT_CAPABILITIES, timestamp: AT });

/** The token with some bytes put over its own. */
function changed(at: number, ...bytes: readonly number[]): Uint8Array {
  const copy = token.slice();
  copy.set(bytes, at);
  return copy;
}

describe('createAuthToken', () => {
  it('lays out 120 bytes for every capability', () => {
    expect(token.length).toBe(120);
    expect(new TextDecoder().decode(token.subarray(64, 74))).toBe('PUBKY:AUTH');
    expect(token[74]).toBe(0);
    expect(new DataView(token.buffer).getBigUint64(75)).toBe(AT);
    expect(token.subarray(83, 115)).toEqual(signer.publicKey);
    expect(new TextDecoder().decode(token.subarray(115))).toBe('\u0004/:rw');
  });

  it('signs from the second letter of the namespace on', async () => {
    const fields = { publicKey: signer.publicKey, timestamp: AT, capabilities: ROOT_CAPABILITIES };
    const signable = authTokenSignable(fields);
    expect(signable).toEqual(token.subarray(65));
    expect(assembleAuthToken(await signer.sign(signable), fields)).toEqual(token);
  });

  it('makes tokens that the official verifier takes [I3]', async () => {
    const capabilities = parseCapabilities('/pub/a b/:rw,/pub/x:r');
    const fresh = await createAuthToken(signer, { capabilities, timestamp: BigInt(Date.now()) * 1000n });
    const verified = requireSdk().AuthToken.verify(fresh);
    expect(verified.capabilities).toEqual(['/pub/a b/:rw', '/pub/x:r']);
    expect(verified.publicKey.toUint8Array()).toEqual(signer.publicKey);
    verified.free();
  });

  it('refuses a signer that signs with another key', async () => {
    const liar = { publicKey: newSigner().publicKey, sign: signer.sign };
    const error = await rejectionOf(
      createAuthToken(liar, { capabilities: ROOT_CAPABILITIES, timestamp: AT }),
    );
    expect([error.code, error.context]).toEqual(['HOMESERVER_BAD_TOKEN', { fault: 'signer' }]);
  });
});

describe('parseAuthToken', () => {
  it('takes a token apart into copies', () => {
    const parsed = parseAuthToken(token);
    expect(parsed.timestamp).toBe(AT);
    expect(parsed.capabilities).toEqual(ROOT_CAPABILITIES);
    parsed.publicKey.fill(0);
    expect(token.subarray(83, 115)).toEqual(signer.publicKey);
  });

  it('leaves out capabilities that it does not understand, as servers do', () => {
    const text = new TextEncoder().encode('/pub/a/:rwx,/pub/b/:r,nonsense');
    const bytes = new Uint8Array([...token.subarray(0, 115), text.length, ...text]);
    expect(parseAuthToken(bytes).capabilities).toEqual([{ scope: '/pub/b/', read: true, write: false }]);
  });

  it.each([
    ['nothing at all', new Uint8Array(), 'length'],
    ['another namespace', changed(64, 0x51), 'namespace'],
    ['a later version', changed(74, 1), 'version'],
    ['a length that goes beyond the end', changed(115, 5), 'length'],
    ['bytes behind the end', new Uint8Array([...token, 0]), 'length'],
    ['a padded length', new Uint8Array([...token.subarray(0, 115), 0x80, 0]), 'capabilities'],
    ['text that is not UTF-8', changed(116, 0xff), 'capabilities'],
    ['more than any token has', new Uint8Array(TOKEN_MAXIMUM_BYTES + 1), 'length'],
  ])('refuses %s', (_, bytes, fault) => {
    expect(faultOf(() => parseAuthToken(bytes))).toBe(`HOMESERVER_BAD_TOKEN ${fault}`);
  });
});

describe('verifyAuthToken', () => {
  it('takes a token within 45 seconds, either way', () => {
    for (const now of [NOW, NOW + 45_000, NOW - 45_000]) {
      expect(verifyAuthToken(token, { now }).publicKey).toEqual(signer.publicKey);
    }
    expect(codeOf(() => verifyAuthToken(token, { now: NOW + 45_001 }))).toBe('HOMESERVER_TOKEN_EXPIRED');
    expect(codeOf(() => verifyAuthToken(token, { now: NOW - 45_001 }))).toBe('HOMESERVER_TOKEN_EARLY');
  });

  it('gives a code for zeros of every length from 0 to 200, where the SDK panics below 76', () => {
    for (let length = 0; length <= 200; length++) {
      expect(codeOf(() => verifyAuthToken(new Uint8Array(length), { now: NOW }))).toBe(
        'HOMESERVER_BAD_TOKEN',
      );
    }
  });

  it('gives a code for every prefix of a good token', () => {
    for (let length = 0; length < token.length; length++) {
      expect(codeOf(() => verifyAuthToken(token.subarray(0, length), { now: NOW }))).toMatch(/^HOMESERVER_/);
    }
  });

  it('refuses every token with one bit changed', () => {
    for (let bit = 0; bit < token.length * 8; bit++) {
      const copy = token.slice();
      copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(codeOf(() => verifyAuthToken(copy, { now: NOW, windowMs: Number.POSITIVE_INFINITY }))).toBe(
        'HOMESERVER_BAD_TOKEN',
      );
    }
  });
});

describe('authTokenId', () => {
  it('is the same for two tokens exactly if key and time are', async () => {
    const narrow = await createAuthToken(signer, {
      capabilities: parseCapabilities('/pub/a/:r'),
      timestamp: AT,
    });
    const later = await createAuthToken(signer, { capabilities: ROOT_CAPABILITIES, timestamp: AT + 1n });
    expect(authTokenId(parseAuthToken(narrow))).toBe(authTokenId(parseAuthToken(token)));
    expect(authTokenId(parseAuthToken(later)) > authTokenId(parseAuthToken(token))).toBe(true);
  });
});
