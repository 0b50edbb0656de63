import { hkdf } from '@noble/hashes/hkdf.js';
import { sha512 } from '@noble/hashes/sha2.js';
import { encodeUtf8, hex, zBase32 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { identityPublicKey } from '../../src/identity/identity-signer.ts';
import {
  deriveNoiseKeyPair,
  deriveNoiseSecret,
  paykitDemoContext,
} from '../../src/identity/key-derivation.ts';
import { filled, thrownBy } from '../bytes.ts';

/** Stands for the context `paykit-demo-` and the own identity. */
const DEMO = Symbol('paykitDemoContext');

/** N8 A.1 and P8 §12.1: seed byte, context, secret, public key. */
const VECTORS: readonly (readonly [number, string | typeof DEMO, string, string])[] = [
  [
    0x00,
    '',
    '4050eb75a25f8f6573f6a0f5d77f5e7cd09a3c770ee6149be221c2aea2fec177',
    '4ed4f5d309431bb2f98ba40d8435b9d01b5c39684cae6c92035a641306fbe823',
  ],
  [
    0x00,
    'device-001',
    '889999e454af39e4acf88405c3b9da229afa483ca78f17ea244eddac7e674667',
    'c003b230efb5aa55800ee837e6a8b9ab5e172a59ced24ced8cb487f1b6800570',
  ],
  [
    0x01,
    'client-dev',
    '988385a8172987a7f7c6e3eb6c4482b6b08952e1575b7361f8e429953db9895e',
    '04f4550e826c1bb852756675669a0013e9e7f788438c4a22ff3d42c7d2cef426',
  ],
  [
    0x02,
    'server-dev',
    'd078f26b6f89b962abdff38ae083fa3db8342cf7f9fd9412ed1152567186d240',
    '2b092dbb9be545dbdd4225cd2ae06fe3bd1b3661e8c8b4d493b2974acc893f76',
  ],
  [
    0x2a,
    'device',
    '90bedc765a03e60c0efa019dc09c4768a4c305e0eee542076fd5cbdd1d5c8b43',
    'd923744b9d265fc02c074f48791c253b292c16725a647c9226d2ef887239773b',
  ],
  [
    0xff,
    'device4',
    'e8cd8af7650ff4c98f62e1855cdd664e47b872ab18eea5163a36800e3aebcc4a',
    'dfe6984c80cf8af01d7b9e77b058e13d4815339c5306161f30744ece1398b364',
  ],
  [
    42,
    'server_device',
    '88f411376a970a1293e8e47495cc8fe5cd1eaca24fe17e2dff4f73c1d5d70c6a',
    'afadcb91c3f016abdb7fae83a874eb87b3f8fd99e7e75ccad5856c385079ed6e',
  ],
  [
    42,
    'client_device',
    'a80de1270f0e54c026298027106a22386e7e455b6815a017793a813ab9dbf74c',
    '17c29ea03a9beb2ac2f415d1c8f4ff30c198d628c7955fd4e9442bb118155806',
  ],
  [
    42,
    'test-device',
    'd884a7bac9a3770b3c90c078fcc29c69362c79eae35981be274dc69f600fba7b',
    '1529e86257eccd1d87902476210ba3d611364ea2b07fa0b4bf4da11a73cea44f',
  ],
  [
    42,
    'device',
    '90bedc765a03e60c0efa019dc09c4768a4c305e0eee542076fd5cbdd1d5c8b43',
    'd923744b9d265fc02c074f48791c253b292c16725a647c9226d2ef887239773b',
  ],
  [
    1,
    'mobile',
    'e8f91b29d70fcdf8616f4fe18f58c5c8fb84bafb38795de7b0ffab3b2e0f704d',
    '185071754cfabe52b968aecbd0ab6387f39f1e07e6d27aca50b5555ccd02ca75',
  ],
  [
    0,
    'device-001',
    '889999e454af39e4acf88405c3b9da229afa483ca78f17ea244eddac7e674667',
    'c003b230efb5aa55800ee837e6a8b9ab5e172a59ced24ced8cb487f1b6800570',
  ],
  [
    1,
    DEMO,
    'e87fe74ca1a9775bd66a6e710876512f354ad5f3ca5917b3a98a361e008e9d6c',
    '9a19a80808aa706f6db202353519a4c5f82cb8b899f4b92adefa688aea674c38',
  ],
  [
    2,
    DEMO,
    'e833421f89d39a73587f341e9de2a70eb54c39c539c87dfa609b6d4bcf8cb569',
    '4ec739b26b6b3bdbf4c74ce14b10f2f7e70aa7b39750f43979571d4af1a3932a',
  ],
  [
    42,
    DEMO,
    'c0fe3762b80726912f06e3bc5a08dece9a75b9a64d4278107cfde6d1f934f577',
    '0ba64266ead1642a8435a406e2b1dc9bdaab632ad8439e5f9d4bb47104d9796d',
  ],
  [
    1,
    'default',
    '18dfda75c82aff22dcaf32b4a7ce4b79af85e4e9023ea915584636396fdb6342',
    'd74e3849a4b9f662268179f7502fcfde312f4d61d43f7c3a0a0591061d584e5e',
  ],
  [
    42,
    'default',
    '9054652f09d47044f1418e10f52b52accd959754884adc7b9bc27ad2781b4b65',
    'b43e2371eaec28c0b43ae6592f4ac3c4a4e9d537706457730d64b7c69b1c1832',
  ],
  [
    42,
    'wasm-browser-v1',
    'f0c8fb012c624e22a44857b958843038fb4345df5f2e6c0625d2b98fea9ba66c',
    '6054824235967891c116cbc062b12c5485e2f6e2e4bce5cb5f01e6cf91c78c0e',
  ],
];

/** P8 §12.1: seed byte, Ed25519 public key, z-base-32. */
const IDENTITIES: readonly (readonly [number, string, string])[] = [
  [
    1,
    '8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c',
    'tkrq8zmwb8a3m9k15csu3q17qmfgqnp9dskbrg9uq1rydpyxp7qy',
  ],
  [
    2,
    '8139770ea87d175f56a35466c34c7ecccb8d8a91b4ee37a25df60f5b8fc9b394',
    'orhzqdiexwmi6iidktucgud63ufa5nwtsuzdxe176a8izd6jsqky',
  ],
  [
    7,
    'ea4a6c63e29c520abef5507b132ec5f9954776aebebe7b92421eea691446d22c',
    '7jfgaa9nutjyixzikb7tgmsf9gkwq7iqz498zr1nd5ig1fng4esy',
  ],
  [
    42,
    '197f6b23e16c8532c6abc838facd5ea789be0c76b2920334039bfa8b3d368d61',
    'df9sse9bp1nuftim3yhxiuk6w6r5hddsskjygpydux7esxjstioo',
  ],
];

function contextOf(seed: number, context: string | typeof DEMO): string {
  return context === DEMO ? paykitDemoContext(identityPublicKey(filled(seed))) : context;
}

describe('deriveNoiseSecret', () => {
  it('gives every secret of N8 A.1 and P8 §12.1, from text and from bytes', () => {
    let ran = 0;
    for (const [seed, context, secret] of VECTORS) {
      const text = contextOf(seed, context);
      expect(hex.encode(deriveNoiseSecret(filled(seed), text))).toBe(secret);
      expect(hex.encode(deriveNoiseSecret(filled(seed), encodeUtf8(text)))).toBe(secret);
      ran += 1;
    }
    expect(ran).toBe(18);
  });

  it('equals HKDF-SHA-512 of another implementation, clamped, for any seed and context (PT-1, PT-4)', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.uint8Array({ maxLength: 300 }),
        (seed, context) => {
          const expected = hkdf(sha512, seed, encodeUtf8('pubky-noise-x25519:v2'), context, 32);
          expected[0] = (expected[0] as number) & 0xf8;
          expected[31] = ((expected[31] as number) & 0x7f) | 0x40;
          expect(deriveNoiseSecret(seed, context)).toEqual(expected);
        },
      ),
    );
  });

  it('separates devices and contexts, the empty one included (PT-2, PT-3)', () => {
    const secrets = ['', 'a', 'b', 'ab', 'default'].map((context) =>
      hex.encode(deriveNoiseSecret(filled(7), context)),
    );
    expect(new Set(secrets).size).toBe(secrets.length);
  });

  it('hands out a buffer of its own and leaves the seed alone [S1.4]', () => {
    const seed = filled(9);
    const secret = deriveNoiseSecret(seed, 'device');
    expect(secret.buffer.byteLength).toBe(32);
    expect(seed).toEqual(filled(9));
    secret.fill(0);
    expect(deriveNoiseSecret(seed, 'device')).not.toEqual(secret);
  });

  it('refuses seeds that are not 32 bytes instead of padding or cutting them (W-19, FC-5)', () => {
    for (const length of [0, 1, 15, 16, 31, 33, 64]) {
      expect(thrownBy(() => deriveNoiseSecret(new Uint8Array(length), 'x'))).toMatchObject({
        code: 'PATTERNS_KEY_LENGTH',
        wireCode: 1000,
        context: { what: 'seed', expected: 32, actual: length },
      });
    }
  });

  it('refuses text that UTF-8 cannot carry', () => {
    expect(thrownBy(() => deriveNoiseSecret(filled(1), 'a\ud800')).code).toBe('PATTERNS_CONTEXT_INVALID');
    expect(deriveNoiseSecret(filled(1), '😀').length).toBe(32);
  });
});

describe('deriveNoiseKeyPair', () => {
  it('gives every public key of N8 A.1 and P8 §12.1, with real X25519 (W-20)', () => {
    for (const [seed, context, , publicKey] of VECTORS) {
      using pair = deriveNoiseKeyPair(filled(seed), contextOf(seed, context));
      expect(hex.encode(pair.publicKey)).toBe(publicKey);
    }
  });

  it('wipes the secret it derived once the backend has its copy [S1.4]', () => {
    let seen: Uint8Array | undefined;
    const spy = {
      importKeyPair: (secret: Uint8Array) => {
        seen = secret;
        expect(hex.encode(secret)).toBe(VECTORS[2]?.[2]);
        throw new RangeError('full');
      },
    };
    expect(() => deriveNoiseKeyPair(filled(1), 'client-dev', spy as never)).toThrow(RangeError);
    expect(seen).toEqual(new Uint8Array(32));
  });
});

describe('paykitDemoContext', () => {
  it('is the prefix and the bare z-base-32 identity, without scheme or prefix (P8 W-47)', () => {
    for (const [seed, , text] of IDENTITIES) {
      expect(paykitDemoContext(identityPublicKey(filled(seed)))).toBe(`paykit-demo-${text}`);
    }
  });

  it('refuses identities of a wrong length', () => {
    expect(thrownBy(() => paykitDemoContext(new Uint8Array(31))).code).toBe('PATTERNS_KEY_LENGTH');
  });
});

describe('identityPublicKey', () => {
  it('gives the identities of P8 §12.1 and N8 A.1', () => {
    for (const [seed, publicKey, text] of IDENTITIES) {
      const identity = identityPublicKey(filled(seed));
      expect(hex.encode(identity)).toBe(publicKey);
      expect(zBase32.encode(identity)).toBe(text);
    }
  });

  it('refuses seeds that are not 32 bytes (W-19)', () => {
    expect(thrownBy(() => identityPublicKey(new Uint8Array(16))).code).toBe('PATTERNS_KEY_LENGTH');
  });
});
