import { inspect } from 'node:util';
import { ed25519 } from '@noble/curves/ed25519.js';
import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { type BindingInput, identityBinding, verifyIdentity } from '../../src/identity/identity-binding.ts';
import { decodeIdentityPayload, type IdentityPayload } from '../../src/identity/identity-payload.ts';
import { isVerifiedIdentity } from '../../src/identity/verified-identity.ts';
import {
  CLIENT_IDENTITY,
  CLIENT_NOISE_KEY,
  CLIENT_SEED,
  IDENTITY_PAYLOAD_JSON,
  SERVER_NOISE_KEY,
  SERVER_SEED,
} from '../../src/testing.ts';
import { bytes, filled, flipped, thrownBy } from '../bytes.ts';

const INPUT = {
  tag: 'IK',
  prologue: 'pubky-noise-v1',
  identity: CLIENT_IDENTITY,
  noiseKey: CLIENT_NOISE_KEY,
  remoteNoiseKey: SERVER_NOISE_KEY,
  role: 'client',
} as const satisfies BindingInput;
const CLAIM: IdentityPayload = decodeIdentityPayload(encodeUtf8(IDENTITY_PAYLOAD_JSON));
const FACTS = {
  provenStatic: CLIENT_NOISE_KEY,
  ownStatic: SERVER_NOISE_KEY,
  prologue: 'pubky-noise-v1',
} as const;

function bindingOf(input: BindingInput): string {
  return hex.encode(identityBinding(input));
}

function signedBy(seed: Uint8Array, change: Partial<BindingInput> = {}): IdentityPayload {
  const identity = ed25519.getPublicKey(seed);
  const binding = identityBinding({ ...INPUT, identity, ...change } as BindingInput);
  return { ...CLAIM, identity, signature: ed25519.sign(binding, seed) };
}

describe('identityBinding', () => {
  it('gives the four digests of N8 A.2', () => {
    expect(bindingOf(INPUT)).toBe('ffd51100a9c990f759675c7482214e3c05d305cb4545124baacc443ed5ea46fa');
    expect(bindingOf({ ...INPUT, role: 'server' })).toBe(
      '62e23068a582d0528b797d222605b2ee43fbe554f86415db96b5b4c7565e916b',
    );
    const { remoteNoiseKey: _, ...alone } = INPUT;
    expect(bindingOf({ ...alone, tag: 'XX' })).toBe(
      'c9df5e6843df0e83a0de45444c25a75f8f5be323e7c67397f4fee9d1df1bf3c8',
    );
    const keys = { identity: filled(1), noiseKey: filled(2), remoteNoiseKey: filled(3) };
    expect(bindingOf({ ...INPUT, ...keys })).toBe(
      '9c8348ce3e7e189f31c9498db328ce6946e67b5b48f3a1488e62ad19a662e2c8',
    );
  });

  it('is what the signature of N8 A.2 signs', () => {
    expect(hex.encode(ed25519.sign(identityBinding(INPUT), CLIENT_SEED))).toBe(hex.encode(CLAIM.signature));
  });

  it('is deterministic, 32 bytes, not zero even for zero keys (IP-1, IP-8, IP-9)', () => {
    const zero = new Uint8Array(32);
    const binding = identityBinding({ ...INPUT, identity: zero, noiseKey: zero, remoteNoiseKey: zero });
    expect(binding.length).toBe(32);
    expect(binding).not.toEqual(zero);
    expect(bindingOf(INPUT)).toBe(bindingOf(INPUT));
  });

  it('changes with every input (IP-2, IP-3, IP-7)', () => {
    const { remoteNoiseKey: _, ...alone } = INPUT;
    const digests = [
      INPUT,
      { ...INPUT, prologue: 'pubky-noise-v2' },
      { ...INPUT, identity: flipped(INPUT.identity, 0) },
      { ...INPUT, noiseKey: flipped(INPUT.noiseKey, 0) },
      { ...INPUT, remoteNoiseKey: flipped(INPUT.remoteNoiseKey, 0) },
      { ...INPUT, role: 'server' as const },
      { ...alone, tag: 'XX' as const },
    ].map(bindingOf);
    expect(new Set(digests).size).toBe(digests.length);
  });

  it('has one layout per tag, so that moving bytes between fields is a length error (W-15)', () => {
    const longPrologue = Uint8Array.from([...encodeUtf8(INPUT.prologue), ...INPUT.identity]);
    const shifted = {
      ...INPUT,
      prologue: longPrologue,
      identity: INPUT.noiseKey,
      noiseKey: INPUT.remoteNoiseKey,
      remoteNoiseKey: new Uint8Array(0),
    };
    expect(thrownBy(() => identityBinding(shifted)).code).toBe('PATTERNS_KEY_LENGTH');
    expect(
      thrownBy(() => identityBinding({ ...INPUT, remoteNoiseKey: undefined } as never)).code,
    ).toBeUndefined();
  });

  it('refuses a prologue above 1 024 bytes (W-15)', () => {
    expect(identityBinding({ ...INPUT, prologue: new Uint8Array(1_024) }).length).toBe(32);
    const error = thrownBy(() => identityBinding({ ...INPUT, prologue: new Uint8Array(1_025) }));
    expect(error).toMatchObject({
      code: 'PATTERNS_PROLOGUE_INVALID',
      context: { fault: 'too-long' },
    });
  });

  it('refuses a prologue that is no text UTF-8 can carry, and one that is neither text nor bytes (W-15)', () => {
    for (const prologue of ['a\ud800', '\udfff', 'a\udc00\ud800b']) {
      expect(thrownBy(() => identityBinding({ ...INPUT, prologue }))).toMatchObject({
        code: 'PATTERNS_PROLOGUE_INVALID',
        context: { fault: 'lone-surrogate' },
      });
    }
    for (const prologue of [
      1_234,
      { length: 2 ** 28 },
      [1, 2],
      null,
      new Uint16Array(2),
      new ArrayBuffer(2),
    ]) {
      expect(() => identityBinding({ ...INPUT, prologue } as never)).toThrow(TypeError);
    }
    expect(bindingOf({ ...INPUT, prologue: '\ud83d\ude00' })).not.toBe(bindingOf(INPUT));
  });

  it('takes a text prologue as its UTF-8 bytes', () => {
    expect(bindingOf({ ...INPUT, prologue: encodeUtf8(INPUT.prologue) })).toBe(bindingOf(INPUT));
  });
});

describe('verifyIdentity', () => {
  it('verifies the payload of N8 A.3', () => {
    const identity = verifyIdentity(CLAIM, FACTS);
    expect(identity.publicKey).toEqual(CLIENT_IDENTITY);
    expect(identity.noiseKey).toEqual(CLIENT_NOISE_KEY);
    expect(isVerifiedIdentity(identity)).toBe(true);
  });

  it('verifies claims of seeds 00, 01, ff and 42 (IP-4, IT-1…10)', () => {
    for (const value of [0x00, 0x01, 0xff, 0x42]) {
      expect(verifyIdentity(signedBy(filled(value)), FACTS).publicKey).toEqual(
        ed25519.getPublicKey(filled(value)),
      );
    }
  });

  const refused: Record<
    string,
    [IdentityPayload, Partial<Record<keyof typeof FACTS, Uint8Array | string>>, string]
  > = {
    'a key the handshake did not prove (W-01, P8 W-04)': [
      CLAIM,
      { provenStatic: SERVER_NOISE_KEY },
      'noise-key',
    ],
    'a proven key that differs in one bit (W-01)': [
      CLAIM,
      { provenStatic: flipped(CLIENT_NOISE_KEY, 255) },
      'noise-key',
    ],
    'the role Server, although its signature is right (W-13)': [{ ...CLAIM, role: 'Server' }, {}, 'role'],
    'a signature made for the role server': [signedBy(CLIENT_SEED, { role: 'server' }), {}, 'signature'],
    'a signature for another responder': [CLAIM, { ownStatic: filled(9) }, 'signature'],
    'a signature for another prologue': [CLAIM, { prologue: 'pubky-noise-v2' }, 'signature'],
    'the identity of someone else (IP-5)': [
      { ...CLAIM, identity: ed25519.getPublicKey(SERVER_SEED) },
      {},
      'signature',
    ],
    'an altered signature (IP-6)': [{ ...CLAIM, signature: flipped(CLAIM.signature, 7) }, {}, 'signature'],
    'an identity that is no point of the curve (W-38)': [
      { ...CLAIM, identity: bytes('02'.padEnd(64, '0')) },
      {},
      'signature',
    ],
  };
  for (const [name, [claim, facts, check]] of Object.entries(refused)) {
    it(`refuses ${name}`, () => {
      expect(thrownBy(() => verifyIdentity(claim, { ...FACTS, ...facts } as typeof FACTS))).toMatchObject({
        code: 'PATTERNS_IDENTITY_UNVERIFIED',
        wireCode: 5000,
        context: { check },
      });
    });
  }

  it('refuses the small-order identity whose one signature fits every binding (W-14, A-13)', () => {
    const identity = filled(0);
    identity[0] = 1;
    const signature = new Uint8Array(64).fill(0x66, 0, 32);
    signature[0] = 0x58;
    signature[32] = 1;
    expect(thrownBy(() => verifyIdentity({ ...CLAIM, identity, signature }, FACTS)).code).toBe(
      'PATTERNS_IDENTITY_UNVERIFIED',
    );
  });

  it('refuses a claimed low-order key as a weak key, before anything else [S4.1]', () => {
    const claim = { ...CLAIM, noiseKey: filled(0) };
    expect(thrownBy(() => verifyIdentity(claim, FACTS))).toMatchObject({
      code: 'PATTERNS_WEAK_KEY',
      wireCode: 7000,
      context: { key: 'claimed static' },
    });
  });
});

describe('isVerifiedIdentity', () => {
  const identity = verifyIdentity(CLAIM, FACTS);

  it('refuses look-alikes', () => {
    const fakes = [
      undefined,
      null,
      'VerifiedIdentity',
      {},
      { publicKey: CLIENT_IDENTITY, noiseKey: CLIENT_NOISE_KEY },
      { ...identity },
      Object.create(identity),
      structuredClone({ publicKey: identity.publicKey, noiseKey: identity.noiseKey }),
      JSON.parse(JSON.stringify(identity)),
    ];
    for (const fake of fakes) expect(isVerifiedIdentity(fake)).toBe(false);
  });

  it('guards values that cannot be changed afterwards', () => {
    identity.publicKey.fill(0);
    expect(identity.publicKey).toEqual(CLIENT_IDENTITY);
    expect(Object.isFrozen(identity)).toBe(true);
  });

  it('shows only the first 8 bytes of the key', () => {
    for (const shown of [JSON.stringify(identity), inspect(identity)]) {
      expect(shown).toContain('8a88e3dd7409f195');
      expect(shown).not.toContain('8a88e3dd7409f195f');
      expect(shown).not.toContain('138, 136');
    }
  });
});
