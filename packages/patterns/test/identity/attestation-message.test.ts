import { decodeUtf8, encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { PayloadFault } from '../../src/errors.ts';
import {
  type Attestation,
  decodeAttestation,
  encodeAttestation,
} from '../../src/identity/attestation-message.ts';
import { thrownBy } from '../bytes.ts';

const CLAIM: Attestation = {
  identity: Uint8Array.from({ length: 32 }, (_, i) => 0xa0 + i),
  signature: Uint8Array.from({ length: 64 }, (_, i) => 255 - i),
};
const KEY = 'a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf';
const SIGNATURE =
  'fffefdfcfbfaf9f8f7f6f5f4f3f2f1f0efeeedecebeae9e8e7e6e5e4e3e2e1e0dfdedddcdbdad9d8d7d6d5d4d3d2d1d0cfcecdcccbcac9c8c7c6c5c4c3c2c1c0';
const TYPE_MEMBER = '"type":"Attestation"';
const KEY_MEMBER = `"ed25519_pk":"${KEY}"`;
const SIGNATURE_MEMBER = `"signature":"${SIGNATURE}"`;
const PAYLOAD = `{${KEY_MEMBER},${SIGNATURE_MEMBER}}`;
const PAYLOAD_MEMBER = `"payload":${PAYLOAD}`;
const TEXT = `{${TYPE_MEMBER},${PAYLOAD_MEMBER}}`;

/** The message around another payload. */
function around(payload: string): string {
  return `{${TYPE_MEMBER},"payload":${payload}}`;
}

function nested(depth: number): string {
  return '['.repeat(depth) + ']'.repeat(depth);
}

function faultOf(input: string | Uint8Array): PayloadFault {
  const error = thrownBy(() => decodeAttestation(typeof input === 'string' ? encodeUtf8(input) : input));
  expect(error).toMatchObject({ code: 'PATTERNS_ATTESTATION_INVALID', wireCode: 4000 });
  return (error.context as { fault: PayloadFault }).fault;
}

describe('encodeAttestation', () => {
  it('writes compact JSON, the type first, with lower-case hex (P8 §2.2) [S3.1]', () => {
    const encoded = encodeAttestation(CLAIM);
    expect(decodeUtf8(encoded)).toBe(TEXT);
    expect(encoded.length).toBe(257);
  });

  it('refuses keys and signatures of a wrong length (N8 W-19)', () => {
    for (const change of [
      { identity: CLAIM.identity.subarray(1) },
      { identity: new Uint8Array(33) },
      { signature: CLAIM.signature.subarray(1) },
      { signature: new Uint8Array(65) },
    ]) {
      expect(thrownBy(() => encodeAttestation({ ...CLAIM, ...change })).code).toBe('PATTERNS_KEY_LENGTH');
    }
  });
});

describe('decodeAttestation', () => {
  it('reads what it writes', () => {
    expect(decodeAttestation(encodeUtf8(TEXT))).toEqual(CLAIM);
  });

  const accepted: Record<string, string> = {
    'the payload before the type': `{${PAYLOAD_MEMBER},${TYPE_MEMBER}}`,
    'the signature before the key': around(`{${SIGNATURE_MEMBER},${KEY_MEMBER}}`),
    'upper-case hex': TEXT.replace(KEY, KEY.toUpperCase()).replace(SIGNATURE, SIGNATURE.toUpperCase()),
    'mixed hex': TEXT.replace('a0a1', 'A0a1').replace('fffe', 'fFFe'),
    'white space between all tokens': TEXT.replace(/([{}:,])/g, ' \t\r\n$1 \t\r\n'),
    'unknown members around the known ones': `{"a":[null,-1.5e9,{"b":"\\u00e9"}],${TYPE_MEMBER},"c":true,"payload":{"d":{},${KEY_MEMBER},"e":"ü",${SIGNATURE_MEMBER},"f":[]},"g":0}`,
    'unknown members that repeat themselves': `{"a":1,"a":2,${TYPE_MEMBER},"payload":{"b":1,"b":2,${PAYLOAD.slice(1)}}`,
    'members of the payload outside of it': `{"signature":"","ed25519_pk":0,${TEXT.slice(1)}`,
    'members of the message inside the payload': around(`{"type":"Ack","payload":null,${PAYLOAD.slice(1)}`),
    'the unknown members __proto__ and constructor': `{"__proto__":{"type":"Ack"},"constructor":1,${TYPE_MEMBER},"payload":{"__proto__":{},"toString":"",${PAYLOAD.slice(1)}}`,
    'escapes in names and values': TEXT.replace('"type"', '"\\u0074ype"')
      .replace('Attestation', '\\u0041ttestation')
      .replace('a0a1', '\\u0061\\u0030a1'),
    'unknown values nested 32 deep': `{"a":${nested(32)},${TYPE_MEMBER},"payload":{"b":${nested(32)},${PAYLOAD.slice(1)}}`,
    'exactly 4 000 bytes': TEXT.padEnd(4_000),
  };
  for (const [name, text] of Object.entries(accepted)) {
    it(`accepts ${name} (P8 §2.2)`, () => {
      expect(decodeAttestation(encodeUtf8(text))).toEqual(CLAIM);
    });
  }

  const refused: [string, string | Uint8Array, PayloadFault][] = [
    ['nothing', '', 'syntax'],
    ['white space only', ' \n', 'syntax'],
    ['a list', `[${TEXT}]`, 'syntax'],
    ['text', JSON.stringify(TEXT), 'syntax'],
    ['null', 'null', 'syntax'],
    ['an empty object', '{}', 'missing-member'],
    ['a missing type', `{${PAYLOAD_MEMBER}}`, 'missing-member'],
    ['a missing payload', `{${TYPE_MEMBER}}`, 'missing-member'],
    ['an empty payload', around('{}'), 'missing-member'],
    ['a missing key', around(`{${SIGNATURE_MEMBER}}`), 'missing-member'],
    ['a missing signature', around(`{${KEY_MEMBER}}`), 'missing-member'],
    [
      'key and signature outside the payload',
      `{${TYPE_MEMBER},"payload":{},${PAYLOAD.slice(1)}`,
      'missing-member',
    ],
    ['names in another case', TEXT.replace('ed25519_pk', 'Ed25519_pk'), 'missing-member'],
    ['a type twice', `{${TYPE_MEMBER},${TEXT.slice(1)}`, 'duplicate-member'],
    ['a payload twice', `{${PAYLOAD_MEMBER},${TEXT.slice(1)}`, 'duplicate-member'],
    ['a key twice', around(`{${KEY_MEMBER},${PAYLOAD.slice(1)}`), 'duplicate-member'],
    ['a signature twice', around(`{${SIGNATURE_MEMBER},${PAYLOAD.slice(1)}`), 'duplicate-member'],
    [
      'a key twice in two spellings',
      around(`{${KEY_MEMBER.replace('ed', '\\u0065d')},${PAYLOAD.slice(1)}`),
      'duplicate-member',
    ],
    ['a type twice, at the end', `${TEXT.slice(0, -1)},${TYPE_MEMBER}}`, 'duplicate-member'],
    ['the message Ack', '{"type":"Ack"}', 'other-type'],
    ['the message Error', '{"type":"Error","payload":{"code":"x","message":"y"}}', 'other-type'],
    ['a type in lower case', TEXT.replace('Attestation', 'attestation'), 'other-type'],
    ['a type with a space', TEXT.replace('Attestation', 'Attestation '), 'other-type'],
    ['an empty type', TEXT.replace('Attestation', ''), 'other-type'],
    ['a type that is null', TEXT.replace('"Attestation"', 'null'), 'syntax'],
    ['a type that is a number', TEXT.replace('"Attestation"', '5'), 'syntax'],
    ['the externally tagged form', `{"Attestation":${PAYLOAD}}`, 'missing-member'],
    ['the flat form', `{${TYPE_MEMBER},${PAYLOAD.slice(1)}`, 'missing-member'],
    ['a payload that is null', around('null'), 'syntax'],
    ['a payload that is a list', around(`["${KEY}","${SIGNATURE}"]`), 'syntax'],
    ['a payload that is text', around(JSON.stringify(PAYLOAD)), 'syntax'],
    ['a key that is null', TEXT.replace(`"${KEY}"`, 'null'), 'syntax'],
    ['a key that is a list of numbers', TEXT.replace(`"${KEY}"`, `[${CLAIM.identity}]`), 'syntax'],
    ['a key that is a number', TEXT.replace(`"${KEY}"`, '0'), 'syntax'],
    ['an empty key', TEXT.replace(KEY, ''), 'wrong-length'],
    ['a key of 31 bytes', TEXT.replace(KEY, KEY.slice(2)), 'wrong-length'],
    ['a key of 33 bytes', TEXT.replace(KEY, `${KEY}00`), 'wrong-length'],
    ['a key of 63 digits', TEXT.replace(KEY, KEY.slice(1)), 'wrong-length'],
    ['a key with 0x before it', TEXT.replace(KEY, `0x${KEY}`), 'wrong-length'],
    ['a signature of 63 bytes', TEXT.replace(SIGNATURE, SIGNATURE.slice(2)), 'wrong-length'],
    ['a signature of 65 bytes', TEXT.replace(SIGNATURE, `${SIGNATURE}00`), 'wrong-length'],
    ['a key as long as a signature', TEXT.replace(KEY, SIGNATURE), 'wrong-length'],
    ['a key with a digit g', TEXT.replace('a0a1', 'g0a1'), 'not-a-byte'],
    ['a key with a space', TEXT.replace('a0a1', ' 0a1'), 'not-a-byte'],
    ['a key with a line break at its end', TEXT.replace('bebf', 'beb\\n'), 'not-a-byte'],
    ['a key with wide digits', TEXT.replace('a0a1', 'a\uff10a1'), 'not-a-byte'],
    ['a key with 0x in place of its first byte', TEXT.replace('a0a1', '0xa1'), 'not-a-byte'],
    ['a signature with a minus sign', TEXT.replace('fffe', '-ffe'), 'not-a-byte'],
    ['trailing garbage', `${TEXT}x`, 'trailing-data'],
    ['a second message', TEXT + TEXT, 'trailing-data'],
    ['a trailing NUL', `${TEXT}\0`, 'trailing-data'],
    ['a trailing comma', `${TEXT.slice(0, -1)},}`, 'syntax'],
    ['a trailing comma in the payload', around(`${PAYLOAD.slice(0, -1)},}`), 'syntax'],
    ['a comment', `/**/${TEXT}`, 'syntax'],
    ['a byte-order mark', `\ufeff${TEXT}`, 'syntax'],
    ['single quotes', TEXT.replaceAll('"', "'"), 'syntax'],
    ['an escape of three digits', `{"\\u123":1,${TEXT.slice(1)}`, 'syntax'],
    ['a lone surrogate in the type', TEXT.replace('Attestation', '\\ud800'), 'syntax'],
    ['an unknown member with a bad value', `{"a":01,${TEXT.slice(1)}`, 'syntax'],
    ['unknown values nested 33 deep', `{"a":${nested(33)},${TEXT.slice(1)}`, 'too-deep'],
    [
      'unknown values nested 33 deep in the payload',
      around(`{"a":${nested(33)},${PAYLOAD.slice(1)}`),
      'too-deep',
    ],
    ['unknown values nested without end', `{"a":${'['.repeat(3_900)}`, 'too-deep'],
    ['4 001 bytes', TEXT.padEnd(4_001), 'too-long'],
    ['4 001 bytes, counted before they are read', new Uint8Array(4_001).fill(0xff), 'too-long'],
    ['bytes that are not UTF-8', Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), 'not-utf8'],
    ['an overlong UTF-8 quote', Uint8Array.of(0x7b, 0xc0, 0xa2), 'not-utf8'],
    ['a surrogate in UTF-8', Uint8Array.of(0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22), 'not-utf8'],
  ];
  for (const [name, input, fault] of refused) {
    it(`refuses ${name}: ${fault} [F3]`, () => {
      expect(faultOf(input)).toBe(fault);
    });
  }

  it('refuses every truncation', () => {
    for (let length = 0; length < TEXT.length; length++) faultOf(TEXT.slice(0, length));
  });

  it('says where it stopped, and shows nothing of what it read', () => {
    const error = thrownBy(() => decodeAttestation(encodeUtf8(`${TEXT}secret`)));
    expect(error.context).toEqual({ fault: 'trailing-data', offset: TEXT.length });
    expect(JSON.stringify(error)).not.toContain('secret');
  });

  it('returns keys in buffers of their own', () => {
    const { identity, signature } = decodeAttestation(encodeUtf8(TEXT));
    expect([identity.buffer.byteLength, signature.buffer.byteLength]).toEqual([32, 64]);
  });
});
