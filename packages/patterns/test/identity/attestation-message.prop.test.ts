import { encodeUtf8, hex, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  type Attestation,
  decodeAttestation,
  encodeAttestation,
} from '../../src/identity/attestation-message.ts';
import { filled } from '../bytes.ts';

const byteString = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const claims: fc.Arbitrary<Attestation> = fc.record({ identity: byteString(32), signature: byteString(64) });
const unknownMembers = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 }), {
  maxKeys: 4,
});
const TEXT = new TextDecoder().decode(
  encodeAttestation({ identity: filled(0x1d), signature: new Uint8Array(64).fill(0xa5) }),
);

/** The attestation, or undefined for the one listed code; any other error fails the property. */
function decodeOrRefuse(input: Uint8Array): Attestation | undefined {
  try {
    return decodeAttestation(input);
  } catch (error) {
    if (isCodedError(error) && error.code === 'PATTERNS_ATTESTATION_INVALID') return undefined;
    throw error;
  }
}

/** What `JSON.parse` makes of it, for comparison: undefined unless the members have the right shape. */
function oracle(text: string): object | undefined {
  let value: { type?: unknown; payload?: { ed25519_pk?: unknown; signature?: unknown } | null } | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { ed25519_pk, signature } = value?.payload ?? {};
  const isHex = (member: unknown, digits: number): member is string =>
    typeof member === 'string' && member.length === digits && /^[0-9a-f]*$/i.test(member);
  if (value?.type !== 'Attestation' || !isHex(ed25519_pk, 64) || !isHex(signature, 128)) return undefined;
  return { identity: hex.decode(ed25519_pk.toLowerCase()), signature: hex.decode(signature.toLowerCase()) };
}

describe('decodeAttestation', () => {
  it('inverts encodeAttestation', () => {
    fc.assert(
      fc.property(claims, (claim) => {
        const encoded = encodeAttestation(claim);
        expect(encoded.length).toBe(257);
        expect(decodeAttestation(encoded)).toEqual(claim);
      }),
      { numRuns: effort(400) },
    );
  });

  it('gives a value or PATTERNS_ATTESTATION_INVALID for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (input) => void decodeOrRefuse(input)),
      { numRuns: effort(400) },
    );
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(decodeOrRefuse(encodeUtf8(text))).toBeUndefined();
      }),
      { numRuns: effort(400) },
    );
  });

  it('never accepts what JSON.parse refuses or reads differently, however the text is altered', () => {
    const fragments = fc.constantFrom(
      ...['', '"', '\\', '[', '{', '}', ',', ':', '0', ' ', '\n', '\0', 'null', 'A', 'g', 'é', '\ufeff'],
      ...['"type":"Attestation",', '"type":"Ack",', '"payload":{},', '"signature":"",', '"x":[],', '\\u0061'],
    );
    // The ends and the places between members are where most of the grammar is.
    const between = [0, ...Array.from(TEXT.matchAll(/[{,:}]/g), ({ index }) => index + 1)];
    const positions = fc.oneof(fc.nat(TEXT.length), fc.constantFrom(...between));
    const edits = fc.array(fc.record({ at: positions, remove: fc.nat(3), insert: fragments }), {
      minLength: 1,
      maxLength: 3,
    });
    let accepted = 0;
    fc.assert(
      fc.property(edits, (changes) => {
        let text = TEXT;
        for (const { at, remove, insert } of changes)
          text = text.slice(0, at) + insert + text.slice(at + remove);
        const decoded = decodeOrRefuse(encodeUtf8(text));
        if (decoded === undefined) return;
        accepted += 1;
        expect(decoded).toEqual(oracle(text));
      }),
      { numRuns: effort(4_000) },
    );
    expect(accepted).toBeGreaterThan(0);
  });

  it('refuses a known member that comes twice, in whatever order (P8 §2.2)', () => {
    const { type, payload } = JSON.parse(TEXT) as { type: string; payload: Record<string, string> };
    const written = (name: string, value: unknown): string =>
      `${JSON.stringify(name)}:${JSON.stringify(value)}`;
    const inside = Object.entries(payload).map(([name, value]) => written(name, value));
    const outside = (members: readonly string[]): string[] => [
      written('type', type),
      `"payload":{${members.join()}}`,
    ];
    /** Some of the members again, at least one, and all in another order. */
    const withRepeats = (members: string[]): fc.Arbitrary<string[]> =>
      fc
        .subarray(members, { minLength: 1 })
        .chain((again) =>
          fc.shuffledSubarray([...members, ...again], { minLength: members.length + again.length }),
        );
    const repeated = fc.oneof(withRepeats(outside(inside)), withRepeats(inside).map(outside));
    fc.assert(
      fc.property(repeated, (members) => {
        expect(decodeOrRefuse(encodeUtf8(`{${members.join()}}`))).toBeUndefined();
      }),
      { numRuns: effort(200) },
    );
  });

  it('accepts any order of members, unknown ones of any JSON shape, both cases of hex and any white space (P8 §2.2)', () => {
    fc.assert(
      fc.property(
        claims,
        unknownMembers,
        unknownMembers,
        fc.record({
          typeFirst: fc.boolean(),
          keyFirst: fc.boolean(),
          upper: fc.boolean(),
          indent: fc.nat(3),
        }),
        (claim, outside, inside, { typeFirst, keyFirst, upper, indent }) => {
          const digits = (value: Uint8Array): string =>
            upper ? hex.encode(value).toUpperCase() : hex.encode(value);
          const [key, signature] = [digits(claim.identity), digits(claim.signature)];
          const members = keyFirst ? { ed25519_pk: key, signature } : { signature, ed25519_pk: key };
          const payload = { ...inside, ...members };
          const type = 'Attestation';
          const message = typeFirst ? { ...outside, type, payload } : { payload, ...outside, type };
          // An unknown member may by chance have one of the names above.
          const text = JSON.stringify({ ...message, payload, type }, undefined, indent);
          const bytes = encodeUtf8(text);
          fc.pre(bytes.length <= 4_000);
          expect(decodeAttestation(bytes)).toEqual(claim);
        },
      ),
      { numRuns: effort(400) },
    );
  });
});
