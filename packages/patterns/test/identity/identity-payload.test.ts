import { sha256 } from '@noble/hashes/sha2.js';
import { decodeUtf8, encodeUtf8, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { PayloadFault } from '../../src/errors.ts';
import {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
} from '../../src/identity/identity-payload.ts';
import { CLIENT_IDENTITY, CLIENT_NOISE_KEY, IDENTITY_PAYLOAD_JSON } from '../../src/testing.ts';
import { bytes, thrownBy } from '../bytes.ts';

const PAYLOAD: IdentityPayload = {
  identity: CLIENT_IDENTITY,
  noiseKey: CLIENT_NOISE_KEY,
  role: 'Client',
  signature: bytes(
    '6d7a331ffb1d91d6837b4d247e1e884bd03720809c057d757c86a33aa64a0878005ecd804e5f0dfac27919834bbed8cd4b4c19ea8c93c61e0793611200201008',
  ),
};
const TEXT = IDENTITY_PAYLOAD_JSON;
const [ED, X, ROLE, SIG] = TEXT.slice(1, -1).split(/,(?=")/) as [string, string, string, string];

function decode(text: string): IdentityPayload {
  return decodeIdentityPayload(encodeUtf8(text));
}

function faultOf(input: string | Uint8Array): PayloadFault {
  const error = thrownBy(() => decodeIdentityPayload(typeof input === 'string' ? encodeUtf8(input) : input));
  expect(error).toMatchObject({ code: 'PATTERNS_PAYLOAD_INVALID', wireCode: 4000 });
  return (error.context as { fault: PayloadFault }).fault;
}

describe('encodeIdentityPayload', () => {
  it('writes the bytes of N8 A.3 with padding off', () => {
    const encoded = encodeIdentityPayload(PAYLOAD, { pad: false });
    expect(decodeUtf8(encoded)).toBe(TEXT);
    expect(encoded.length).toBe(507);
    expect(hex.encode(sha256(encoded))).toBe(
      '97519ba37f8224324429fec988d445b925900fad0dc1053e8a07426e4b302f6c',
    );
  });

  it('fills up with spaces to 574 bytes by default (W-46)', () => {
    expect(decodeUtf8(encodeIdentityPayload(PAYLOAD))).toBe(TEXT + ' '.repeat(67));
  });

  it('has the extremes of N8 §1.4: 318 and 574 bytes, and always 574 with padding', () => {
    for (const [value, length] of [
      [0, 318],
      [255, 574],
    ] as const) {
      const key = new Uint8Array(32).fill(value);
      const signature = new Uint8Array(64).fill(value);
      const payload = { identity: key, noiseKey: key, role: 'Client', signature } as const;
      expect(encodeIdentityPayload(payload, { pad: false }).length).toBe(length);
      expect(encodeIdentityPayload(payload).length).toBe(574);
    }
  });

  it('refuses keys and signatures of a wrong length', () => {
    const short = new Uint8Array(31);
    for (const change of [{ identity: short }, { noiseKey: short }, { signature: short }]) {
      expect(thrownBy(() => encodeIdentityPayload({ ...PAYLOAD, ...change })).code).toBe(
        'PATTERNS_KEY_LENGTH',
      );
    }
  });
});

describe('decodeIdentityPayload', () => {
  it('reads N8 A.3', () => {
    expect(decode(TEXT)).toEqual(PAYLOAD);
  });

  const accepted: Record<string, string> = {
    'trailing spaces (A-17)': `${TEXT}    `,
    'white space between all tokens': TEXT.replace(/([[\]{}:,])/g, ' \t\r\n$1 \t\r\n'),
    'members in another order': `{${SIG},${ROLE},${X},${ED}}`,
    'the role Server, for the identity check to refuse': TEXT.replace('Client', 'Server'),
    'unknown members of every kind': `{"a":null,"b":[1,{"c":[-0.5e-3,"\\u00e9 ü"]},[]],"d":{},"e":true,"f":false,"g":"",${TEXT.slice(1)}`,
    'a repeated unknown member': `{"a":1,"a":2,${TEXT.slice(1)}`,
    'an unknown value with a lone surrogate escape, as serde ignores it': `{"a":"\\ud800",${TEXT.slice(1)}`,
    'escapes in member names': TEXT.replace('"role"', '"\\u0072ole"'),
    'escapes in the role': TEXT.replace('Client', 'Cl\\u0069ent'),
    'the unknown members __proto__ and constructor': `{"__proto__":{"role":"Server"},"constructor":1,${TEXT.slice(1)}`,
    'unknown values nested 32 deep': `{"a":${'['.repeat(32)}${']'.repeat(32)},${TEXT.slice(1)}`,
    'exactly 4 000 bytes': TEXT.padEnd(4_000),
  };
  for (const [name, text] of Object.entries(accepted)) {
    it(`accepts ${name}`, () => {
      const { role, ...rest } = PAYLOAD;
      expect(decode(text)).toMatchObject(rest);
    });
  }

  const nothing = '';
  const refused: [string, string | Uint8Array, PayloadFault][] = [
    ['an empty payload, which is what IK-raw sends', nothing, 'syntax'],
    ['white space only', '   ', 'syntax'],
    ['the array form of serde', `[${TEXT.slice(1, -1).replace(/"\w+":/g, '')}]`, 'syntax'],
    ['a repeated known member', `{${ED},${TEXT.slice(1)}`, 'duplicate-member'],
    ['a repeated known member in another spelling', `{"\\u0073ig":[],${TEXT.slice(1)}`, 'wrong-length'],
    ['a repeated role', `{${ROLE},${TEXT.slice(1)}`, 'duplicate-member'],
    ['a missing key', `{${X},${ROLE},${SIG}}`, 'missing-member'],
    ['a missing Noise key', `{${ED},${ROLE},${SIG}}`, 'missing-member'],
    ['a missing role', `{${ED},${X},${SIG}}`, 'missing-member'],
    ['a missing signature', `{${ED},${X},${ROLE}}`, 'missing-member'],
    ['an empty object', '{}', 'missing-member'],
    ['a key with 31 elements', TEXT.replace('[138,', '['), 'wrong-length'],
    ['a key with 33 elements', TEXT.replace('[138,', '[138,1,'), 'wrong-length'],
    ['an empty key', `{"ed25519_pub":[],${X},${ROLE},${SIG}}`, 'wrong-length'],
    ['a signature with 63 elements', TEXT.replace('[109,', '['), 'wrong-length'],
    ['a signature with 65 elements', TEXT.replace('[109,', '[109,1,'), 'wrong-length'],
    ['a trailing comma in a key', TEXT.replace(',92]', ',92,]'), 'wrong-length'],
    ['256', TEXT.replace('[138', '[256'), 'not-a-byte'],
    ['999', TEXT.replace('[138', '[999'), 'not-a-byte'],
    ['1000', TEXT.replace('[138', '[1000'), 'not-a-byte'],
    ['a leading zero', TEXT.replace('[138', '[038'), 'not-a-byte'],
    ['two zeros', TEXT.replace('[138', '[00'), 'not-a-byte'],
    ['a minus sign', TEXT.replace('[138', '[-1'), 'not-a-byte'],
    ['minus zero', TEXT.replace('[138', '[-0'), 'not-a-byte'],
    ['a plus sign', TEXT.replace('[138', '[+1'), 'not-a-byte'],
    ['a fraction', TEXT.replace('[138', '[1.0'), 'not-a-byte'],
    ['a fraction in the last place', TEXT.replace(',92]', ',92.0]'), 'not-a-byte'],
    ['an exponent', TEXT.replace('[138', '[1e1'), 'not-a-byte'],
    ['hexadecimal', TEXT.replace('[138', '[0x8'), 'not-a-byte'],
    ['a number as text', TEXT.replace('[138', '["138"'), 'not-a-byte'],
    ['null', TEXT.replace('[138', '[null'), 'not-a-byte'],
    ['a missing element', TEXT.replace('[138', '['), 'not-a-byte'],
    ['a nested array', TEXT.replace('[138', '[[138]'), 'not-a-byte'],
    ['a key as text', `{"ed25519_pub":"aa",${X},${ROLE},${SIG}}`, 'syntax'],
    ['a key as an object', `{"ed25519_pub":{"0":1},${X},${ROLE},${SIG}}`, 'syntax'],
    ['the role client', TEXT.replace('Client', 'client'), 'unknown-role'],
    ['the role Admin', TEXT.replace('Client', 'Admin'), 'unknown-role'],
    ['a role with a space', TEXT.replace('Client', 'Client '), 'unknown-role'],
    ['the object form of the role', TEXT.replace('"Client"', '{"Client":null}'), 'syntax'],
    ['the role null', TEXT.replace('"Client"', 'null'), 'syntax'],
    ['trailing garbage', `${TEXT}x`, 'trailing-data'],
    ['a second value', TEXT + TEXT, 'trailing-data'],
    ['a trailing NUL', `${TEXT}\0`, 'trailing-data'],
    ['a trailing comma', `${TEXT.slice(0, -1)},}`, 'syntax'],
    ['a leading comma', `{,${TEXT.slice(1)}`, 'syntax'],
    ['two commas', TEXT.replace(',"role"', ',,"role"'), 'syntax'],
    ['a comment', `/**/${TEXT}`, 'syntax'],
    ['a byte-order mark', `\ufeff${TEXT}`, 'syntax'],
    ['a no-break space between tokens', TEXT.replace(',"role"', ',\u00a0"role"'), 'syntax'],
    ['single quotes', TEXT.replaceAll('"', "'"), 'syntax'],
    ['a bare member name', TEXT.replace('"role"', 'role'), 'syntax'],
    ['a raw control character in a name', `{"a\n":1,${TEXT.slice(1)}`, 'syntax'],
    ['an unknown escape', `{"\\x":1,${TEXT.slice(1)}`, 'syntax'],
    ['a lone surrogate in a name', `{"\\udc00":1,${TEXT.slice(1)}`, 'syntax'],
    ['an unknown member without a value', `{"a":,${TEXT.slice(1)}`, 'syntax'],
    ['an unknown member with a bad number', `{"a":01,${TEXT.slice(1)}`, 'syntax'],
    ['an unknown member with NaN', `{"a":NaN,${TEXT.slice(1)}`, 'syntax'],
    ['an unknown member with undefined', `{"a":undefined,${TEXT.slice(1)}`, 'syntax'],
    ['a literal with a tail', `{"a":nullx,${TEXT.slice(1)}`, 'syntax'],
    ['unknown values nested 33 deep', `{"a":${'['.repeat(33)}${']'.repeat(33)},${TEXT.slice(1)}`, 'too-deep'],
    ['unknown objects nested without end', `{"a":${'{"a":'.repeat(600)}`, 'too-deep'],
    ['4 001 bytes', TEXT.padEnd(4_001), 'too-long'],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22), 'not-utf8'],
    ['an overlong UTF-8 quote', Uint8Array.of(0x7b, 0xc0, 0xa2), 'not-utf8'],
  ];
  for (const [name, input, fault] of refused) {
    it(`refuses ${name}: ${fault} [F3]`, () => {
      expect(faultOf(input)).toBe(fault);
    });
  }

  it('refuses every truncation of A.3', () => {
    for (let length = 0; length < TEXT.length; length++) faultOf(TEXT.slice(0, length));
  });

  it('returns keys in buffers of their own', () => {
    const payload = decode(TEXT);
    for (const part of [payload.identity, payload.noiseKey, payload.signature]) {
      expect(part.buffer.byteLength).toBe(part.length);
    }
  });
});
