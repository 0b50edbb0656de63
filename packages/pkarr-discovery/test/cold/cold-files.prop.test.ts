import { decodeUtf8 } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  type ColdBundle,
  type ColdRequest,
  coldBundleCodec,
  coldRequestCodec,
} from '../../src/cold/cold-files.ts';
import type { DocumentCodec } from '../../src/shapes/document.ts';
import { flipped, thrownBy } from '../bytes.ts';
import { publicationsOf } from '../lifecycle/ledgers.ts';

const CODES = ['DISCOVERY_DOCUMENT_MALFORMED', 'DISCOVERY_DOCUMENT_NEWER'];

const key = fc.uint8Array({ minLength: 32, maxLength: 32 });
const device = fc.constantFrom('default', 'phone');
const action = fc.constantFrom(
  ...(['publish', 'restamp', 'rotate', 'revoke', 'retire', 'withdraw'] as const),
);
const packet = fc.option(fc.uint8Array({ minLength: 84, maxLength: 1_072 }), { nil: undefined });
const context = fc.constantFrom('default', 'default#1');
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

const statements = fc.oneof(
  fc.record({
    kind: fc.constant('key' as const),
    device,
    noiseKey: key,
    context: fc.option(context, { nil: undefined }),
    later: fc.nat(1),
  }),
  fc.record({
    kind: fc.constant('revocation' as const),
    device,
    noiseKey: key,
    context: fc.constant(undefined),
    later: fc.nat(1),
  }),
  fc.record({
    kind: fc.constant('retirement' as const),
    device,
    noiseKey: fc.constant(undefined),
    context: fc.constant(undefined),
    later: fc.constant(0),
  }),
);

const requests: fc.Arbitrary<ColdRequest> = fc.record({
  identity: key,
  device,
  action,
  createdMs: fc.nat(),
  revision: fc.nat(),
  stampedSeconds: uint64,
  statements: fc.array(statements, { minLength: 1, maxLength: 16 }),
  packet,
});

const bundles: fc.Arbitrary<ColdBundle> = key.chain((identity) =>
  fc.record({
    identity: fc.constant(identity),
    device,
    action,
    createdMs: fc.nat(),
    expiresMs: fc.nat(),
    revision: fc.nat(),
    publications: fc.array(publicationsOf(identity), { minLength: 1, maxLength: 16 }),
    newKey: fc.option(fc.record({ context, noiseKey: key }), { nil: undefined }),
    packet,
    replaces: fc.option(uint64, { nil: undefined }),
  }),
);

function itIsStrict<Value>(codec: DocumentCodec<Value>, values: fc.Arbitrary<Value>): void {
  it('[O3] decodes what it encoded', () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(codec.decode(codec.encode(value))).toEqual(value);
      }),
      { numRuns: effort(300) },
    );
  });

  it('[F3] gives a value that is written the same way, or a known code, for any bytes', () => {
    const bits = fc.array(fc.nat(), { minLength: 1, maxLength: 3 });
    fc.assert(
      fc.property(values, bits, (value, flips) => {
        const bytes = flips.reduce(
          (each, bit) => flipped(each, bit % (each.length * 8)),
          codec.encode(value),
        );
        let decoded: Value;
        try {
          decoded = codec.decode(bytes);
        } catch {
          expect(CODES).toContain(thrownBy(() => codec.decode(bytes)).code);
          return;
        }
        const plain = (each: Uint8Array) => decodeUtf8(each).replaceAll(/[\t\n\r ]/g, '');
        expect(plain(codec.encode(decoded))).toBe(plain(bytes));
      }),
      { numRuns: effort(800) },
    );
  });
}

describe('coldRequestCodec', () => itIsStrict(coldRequestCodec, requests));

describe('coldBundleCodec', () => itIsStrict(coldBundleCodec, bundles));
