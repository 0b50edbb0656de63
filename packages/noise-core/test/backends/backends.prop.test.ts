import { equalBytes } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { BACKENDS, type Backend } from '../parties.ts';

const [node, noble] = BACKENDS.map(([, backend]) => backend) as [Backend, Backend];

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** Bytes of the length that `lengths` picks; drawing each by itself would take longer than hashing them. */
const ofLength = (lengths: fc.Arbitrary<number>) =>
  fc
    .tuple(lengths, fc.nat(255))
    .map(([length, seed]) => Uint8Array.from({ length }, (_, index) => (index * 7 + seed) & 0xff));
const nonce = fc.oneof(
  fc.bigInt(0n, 2n ** 64n - 1n),
  fc.constantFrom(0n, 1n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 2n, 2n ** 64n - 1n),
);
/** Both sides of the size at which the node backend changes its implementation, and of block sizes. */
const plaintext = ofLength(
  fc.oneof(fc.nat(2000), fc.integer({ min: 376, max: 392 }), fc.constantFrom(0, 1, 15, 16, 17, 63, 64, 65), {
    arbitrary: fc.constant(65_519),
    weight: 1,
  }),
);
const associatedData = ofLength(fc.oneof(fc.constantFrom(0, 31, 32, 33, 64, 65), fc.nat(200)));

/** Compares quickly: `toEqual` looks at every byte by itself. */
function expectSame(actual: Uint8Array | undefined, expected: Uint8Array): void {
  if (actual === undefined || !equalBytes(actual, expected)) expect(actual).toEqual(expected);
}

const isPlain = (value: Uint8Array) => Object.getPrototypeOf(value) === Uint8Array.prototype;
/** A secret in a shared buffer could be read through any other view of it. */
const isAlone = (value: Uint8Array) => isPlain(value) && value.buffer.byteLength === value.byteLength;

describe.each(['chachaPoly', 'aesGcm'] as const)('%s', (name) => {
  it('gives the same bytes on both backends, fresh and plain, and opens what the other sealed', () => {
    fc.assert(
      fc.property(bytes(32), nonce, associatedData, plaintext, (key, counter, data, text) => {
        const before = [key, data, text].map((input) => Uint8Array.from(input));
        const sealed = node[name].encrypt(key, counter, data, text);
        expectSame(sealed, noble[name].encrypt(key, counter, data, text));
        for (const backend of [node, noble]) {
          const opened = backend[name].decrypt(key, counter, data, sealed)!;
          expectSame(opened, text);
          expect(isPlain(opened)).toBe(true);
          expect(isAlone(opened)).toBe(true);
          expect(opened.buffer).not.toBe(sealed.buffer);
        }
        expect(isPlain(sealed)).toBe(true);
        [key, data, text].forEach((input, index) => {
          expectSame(input, before[index]!);
        });
      }),
      { numRuns: effort(200) },
    );
  });

  it('refuses the same forgeries on both backends', () => {
    const change = fc.record({ where: fc.nat(), bit: fc.nat(7) });
    fc.assert(
      fc.property(
        bytes(32),
        nonce,
        associatedData,
        plaintext,
        change,
        (key, counter, data, text, { where, bit }) => {
          const sealed = node[name].encrypt(key, counter, data, text);
          const forged = Uint8Array.from(sealed);
          forged[where % forged.length]! ^= 1 << bit;
          for (const backend of [node, noble]) {
            expect(backend[name].decrypt(key, counter, data, forged)).toBeUndefined();
            expect(backend[name].decrypt(key, counter ^ 1n, data, sealed)).toBeUndefined();
            expect(backend[name].decrypt(key, counter, Uint8Array.of(...data, 0), sealed)).toBeUndefined();
            if (text.length === 0) continue;
            expect(backend[name].decrypt(key, counter, data, sealed.subarray(0, -1))).toBeUndefined();
          }
          expectSame(sealed, noble[name].encrypt(key, counter, data, text));
        },
      ),
      { numRuns: effort(100) },
    );
  });
});

describe.each(['sha256', 'sha512', 'blake2s', 'blake2b'] as const)('%s', (name) => {
  const input = ofLength(
    fc.oneof(fc.nat(3000), fc.constantFrom(0, 63, 64, 65, 127, 128, 129, 511, 512, 513, 1023, 1024, 1025)),
  );

  it('hashes the same on both backends, joined or apart', () => {
    fc.assert(
      fc.property(input, fc.option(input, { nil: undefined }), (first, second) => {
        const before = Uint8Array.from(first);
        const joined = Uint8Array.from([...first, ...(second ?? [])]);
        const expected = noble[name].hash(joined);
        for (const backend of [node, noble]) {
          const digest = backend[name].hash(first, second);
          expectSame(digest, expected);
          expect(digest).toHaveLength(backend[name].hashBytes);
          expect(isPlain(digest)).toBe(true);
        }
        expectSame(first, before);
      }),
      { numRuns: effort(60) },
    );
  });

  it('gives the same HMAC on both backends, in a buffer of its own', () => {
    const key = ofLength(fc.constantFrom(32, 64, 65, 128, 129, 200));
    fc.assert(
      fc.property(key, input, fc.option(input, { nil: undefined }), (secret, first, second) => {
        const before = Uint8Array.from(secret);
        const joined = Uint8Array.from([...first, ...(second ?? [])]);
        const expected = noble[name].hmac(secret, joined);
        for (const backend of [node, noble]) {
          const code = backend[name].hmac(secret, first, second);
          expect(code).toEqual(expected);
          expect(isAlone(code)).toBe(true);
        }
        expectSame(secret, before);
      }),
      { numRuns: effort(60) },
    );
  });
});

describe.each(['x25519', 'x448'] as const)('%s', (name) => {
  const length = node[name].publicKeyBytes;
  const secretKey = bytes(length).filter((key) => key.some((byte) => byte !== 0));

  it('gives the same keys and shared secrets on both backends', () => {
    fc.assert(
      fc.property(
        secretKey,
        secretKey,
        fc.option(bytes(length), { nil: undefined }),
        (own, peer, anyPoint) => {
          const before = Uint8Array.from(own);
          const peerKey = anyPoint ?? node[name].importKeyPair(peer).publicKey;
          const results = [node, noble].map((backend) => {
            const pair = backend[name].importKeyPair(own);
            const remote = backend[name].importPublicKey(peerKey);
            const shared = backend[name].dh(pair, remote);
            expect(isAlone(shared)).toBe(true);
            expect(isPlain(pair.publicKey)).toBe(true);
            expect(isPlain(remote.bytes)).toBe(true);
            return [pair.publicKey, remote.bytes, shared];
          });
          expect(results[0]).toEqual(results[1]);
          expect(results[0]![1]).toEqual(peerKey);
          expect(own).toEqual(before);
        },
      ),
      { numRuns: effort(name === 'x25519' ? 40 : 10) },
    );
  });

  it('agrees from both ends, across backends, and takes the other’s public handles', () => {
    for (const [left, right] of [
      [node, noble],
      [noble, node],
    ] as const) {
      const [ours, theirs] = [left[name].generateKeyPair(), right[name].generateKeyPair()];
      const foreign = right[name].importPublicKey(theirs.publicKey);
      expect(left[name].dh(ours, foreign)).toEqual(
        right[name].dh(theirs, right[name].importPublicKey(ours.publicKey)),
      );
      expect(() => right[name].dh(ours, foreign)).toThrow(TypeError);
    }
  });

  it('copies the public keys it imports', () => {
    for (const backend of [node, noble]) {
      const publicKey = Uint8Array.from(backend[name].generateKeyPair().publicKey);
      const handle = backend[name].importPublicKey(publicKey);
      const before = Uint8Array.from(publicKey);
      publicKey.fill(0);
      expect(handle.bytes).toEqual(before);
    }
  });

  it('never makes the same key pair twice', () => {
    for (const backend of [node, noble]) {
      const keys = Array.from({ length: 8 }, () => String(backend[name].generateKeyPair().publicKey));
      expect(new Set(keys).size).toBe(8);
    }
  });
});
