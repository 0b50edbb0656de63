import { encodeUtf8, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeIdentityPayload,
  encodeIdentityPayload,
  type IdentityPayload,
} from '../../src/identity/identity-payload.ts';
import { IDENTITY_PAYLOAD_JSON } from '../../src/testing.ts';

const byteString = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const payloads: fc.Arbitrary<IdentityPayload> = fc.record({
  identity: byteString(32),
  noiseKey: byteString(32),
  role: fc.constantFrom('Client', 'Server'),
  signature: byteString(64),
});

/** The payload, or undefined for the one listed code; any other error fails the property. */
function decodeOrRefuse(input: Uint8Array): IdentityPayload | undefined {
  try {
    return decodeIdentityPayload(input);
  } catch (error) {
    if (isCodedError(error) && error.code === 'PATTERNS_PAYLOAD_INVALID') return undefined;
    throw error;
  }
}

/** What JSON.parse makes of it, for comparison: undefined unless it has the four members in the right shape. */
function oracle(text: string): object | undefined {
  let value: Record<string, unknown>;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const bytesOf = (member: unknown, length: number) =>
    Array.isArray(member) &&
    member.length === length &&
    member.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { ed25519_pub, noise_x25519_pub, role, sig } = value;
  if (!bytesOf(ed25519_pub, 32) || !bytesOf(noise_x25519_pub, 32) || !bytesOf(sig, 64)) return undefined;
  if (role !== 'Client' && role !== 'Server') return undefined;
  return { ed25519_pub, noise_x25519_pub, role, sig };
}

describe('decodeIdentityPayload', () => {
  it('inverts encodeIdentityPayload, padded or not', () => {
    fc.assert(
      fc.property(payloads, fc.boolean(), (payload, pad) => {
        const encoded = encodeIdentityPayload(payload, { pad });
        expect(encoded.length).toBeLessThanOrEqual(574);
        if (pad) expect(encoded.length).toBe(574);
        expect(decodeIdentityPayload(encoded)).toEqual(payload);
      }),
    );
  });

  it('gives a value or the listed code for any bytes', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 5_000 }), (input) => void decodeOrRefuse(input)));
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decodeOrRefuse(encodeUtf8(text))).toBeUndefined();
      }),
    );
  });

  it('never accepts what JSON.parse refuses or reads differently, however the text is altered', () => {
    const fragments = fc.constantFrom(
      ...[
        '"',
        '\\',
        '[',
        ']',
        '{',
        '}',
        ',',
        ':',
        '0',
        '00',
        '-',
        '.0',
        'e1',
        ' ',
        '\n',
        '\0',
        'null',
        '256',
      ],
      ...['"role":"Client",', '"x":{},', '\\u0072', '\ufeff', 'é', '/', '1', '99'],
    );
    const edits = fc.array(
      fc.record({
        at: fc.nat(IDENTITY_PAYLOAD_JSON.length),
        remove: fc.nat(3),
        insert: fc.oneof(fragments, fc.constant('')),
      }),
      { minLength: 1, maxLength: 3 },
    );
    let accepted = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        let text = IDENTITY_PAYLOAD_JSON;
        for (const { at, remove, insert } of changes) {
          text = text.slice(0, at) + insert + text.slice(at + remove);
        }
        const decoded = decodeOrRefuse(encodeUtf8(text));
        if (decoded === undefined) return;
        accepted += 1;
        expect({
          ed25519_pub: Array.from(decoded.identity),
          noise_x25519_pub: Array.from(decoded.noiseKey),
          role: decoded.role,
          sig: Array.from(decoded.signature),
        }).toEqual(oracle(text));
      }),
      { numRuns: 3_000 },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('accepts unknown members of any JSON shape up to the depth limit, wherever they stand', () => {
    fc.assert(
      fc.property(
        payloads,
        fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }), { maxKeys: 4 }),
        fc.boolean(),
        (payload, unknown, first) => {
          const known = JSON.parse(new TextDecoder().decode(encodeIdentityPayload(payload)));
          const text = JSON.stringify(first ? { ...unknown, ...known } : { ...known, ...unknown, ...known });
          fc.pre(text.length <= 1_500);
          expect(decodeIdentityPayload(encodeUtf8(text))).toEqual(payload);
        },
      ),
    );
  });
});
