import { ed25519 } from '@noble/curves/ed25519.js';
import { sha512 } from '@noble/hashes/sha2.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { isStrictEncoding } from '../../src/ed25519/encoding.ts';
import * as noble from '../../src/ed25519/noble.ts';
import * as openSsl from '../../src/ed25519/node.ts';
import { hex } from '../../src/index.ts';

const bytes = (text: string): Uint8Array => hex.decode(text);
/** 32 equal bytes. */
const filled = (value: number): Uint8Array => new Uint8Array(32).fill(value);

/** A copy with one bit changed. */
function flipped(input: Uint8Array, bit: number): Uint8Array {
  const copy = input.slice();
  copy[bit >> 3] = (copy[bit >> 3] as number) ^ (1 << (bit & 7));
  return copy;
}

const SEED = filled(1);
const KEY = ed25519.getPublicKey(SEED);
const MESSAGE = bytes('00112233');
const SIGNATURE = ed25519.sign(MESSAGE, SEED);
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** The eight small-order points of edwards25519 in canonical form, and four other spellings of two of them. */
const SMALL_ORDER = [
  '0100000000000000000000000000000000000000000000000000000000000000',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000080',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05',
  '26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a',
  'c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa',
  '0100000000000000000000000000000000000000000000000000000000000080',
  'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
  'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff',
].map(bytes);

function littleEndian(value: bigint): Uint8Array {
  return Uint8Array.from({ length: 32 }, (_, i) => Number((value >> BigInt(8 * i)) & 0xffn));
}

const BACKENDS = [
  ['noble', noble],
  ['OpenSSL', openSsl],
] as const;

describe.each(BACKENDS)('verifyStrictly by %s', (_, { verifyStrictly }) => {
  it('accepts an honest signature', () => {
    expect(verifyStrictly(SIGNATURE, MESSAGE, KEY)).toBe(true);
  });

  it('refuses every flipped bit of signature, message and key', () => {
    for (let bit = 0; bit < 512; bit += 5) {
      expect(verifyStrictly(flipped(SIGNATURE, bit), MESSAGE, KEY)).toBe(false);
    }
    for (let bit = 0; bit < 256; bit += 5) {
      expect(verifyStrictly(SIGNATURE, MESSAGE, flipped(KEY, bit))).toBe(false);
    }
    expect(verifyStrictly(SIGNATURE, flipped(MESSAGE, 3), KEY)).toBe(false);
  });

  it('refuses the key 0100…00 whose one signature verifies any message by lenient rules (W-14)', () => {
    const key = SMALL_ORDER[0] as Uint8Array;
    const r = filled(0x66);
    r[0] = 0x58;
    const forged = Uint8Array.from([...r, ...littleEndian(1n)]);
    expect(ed25519.verify(forged, MESSAGE, key, { zip215: true })).toBe(true);
    expect(verifyStrictly(forged, MESSAGE, key)).toBe(false);
  });

  it('refuses every small-order public key in every spelling (W-14, P8 W-54)', () => {
    const r = filled(0x66);
    r[0] = 0x58;
    for (const key of SMALL_ORDER) {
      for (const s of [0n, 1n]) {
        const commitment = s === 1n ? r : (SMALL_ORDER[0] as Uint8Array);
        const forged = Uint8Array.from([...commitment, ...littleEndian(s)]);
        expect(verifyStrictly(forged, MESSAGE, key)).toBe(false);
      }
    }
  });

  it('refuses a small-order R even where the equation holds (W-14)', () => {
    // With R the neutral element, s = k·a solves the equation for whoever holds the key.
    const { scalar } = ed25519.utils.getExtendedPublicKey(SEED);
    const neutral = SMALL_ORDER[0] as Uint8Array;
    const k = ed25519.Point.Fn.create(littleEndianNumber(sha512Of(neutral, KEY, MESSAGE)) % GROUP_ORDER);
    const signature = Uint8Array.from([...neutral, ...littleEndian((k * scalar) % GROUP_ORDER)]);
    expect(ed25519.verify(signature, MESSAGE, KEY, { zip215: false })).toBe(true);
    expect(verifyStrictly(signature, MESSAGE, KEY)).toBe(false);
  });

  it('refuses s of the group order and above (malleability)', () => {
    const s = littleEndianNumber(SIGNATURE.subarray(32));
    const malleable = Uint8Array.from([...SIGNATURE.subarray(0, 32), ...littleEndian(s + GROUP_ORDER)]);
    expect(verifyStrictly(malleable, MESSAGE, KEY)).toBe(false);
  });

  it('answers false, without throwing, for wrong lengths and points off the curve', () => {
    expect(verifyStrictly(SIGNATURE.subarray(1), MESSAGE, KEY)).toBe(false);
    expect(verifyStrictly(SIGNATURE, MESSAGE, KEY.subarray(1))).toBe(false);
    expect(verifyStrictly(new Uint8Array(0), MESSAGE, new Uint8Array(0))).toBe(false);
    expect(verifyStrictly(SIGNATURE, MESSAGE, bytes('02'.padEnd(64, '0')))).toBe(false);
  });

  it('answers false, without throwing, for what is no bytes', () => {
    const strange = [undefined, null, 'text', 64, { length: 64 }, new Array(64).fill(0)] as unknown[];
    for (const none of strange as Uint8Array[]) {
      expect(verifyStrictly(none, MESSAGE, KEY)).toBe(false);
      expect(verifyStrictly(SIGNATURE, none, KEY)).toBe(false);
      expect(verifyStrictly(SIGNATURE, MESSAGE, none)).toBe(false);
    }
  });
});

describe('isStrictEncoding', () => {
  it('refuses the multiples of a point of order 8, with either bit of x, and every spelling from the prime on', () => {
    const torsion = ed25519.Point.fromHex(hex.encode(SMALL_ORDER[4] as Uint8Array));
    for (let times = 0n; times < 8n; times++) {
      const encoded = times === 0n ? ed25519.Point.ZERO.toBytes() : torsion.multiplyUnsafe(times).toBytes();
      expect(isStrictEncoding(encoded)).toBe(false);
      expect(isStrictEncoding(flipped(encoded, 255))).toBe(false);
    }
    const prime = 2n ** 255n - 19n;
    for (let y = prime; y < 2n ** 255n; y++) {
      expect(isStrictEncoding(littleEndian(y))).toBe(false);
      expect(isStrictEncoding(flipped(littleEndian(y), 255))).toBe(false);
    }
    expect(isStrictEncoding(littleEndian(prime - 2n))).toBe(true);
    expect(isStrictEncoding(KEY)).toBe(true);
  });
});

describe('both backends', () => {
  it('agree about signatures that are good, damaged, or anything', () => {
    const verdicts = { good: 0, bad: 0 };
    const anyOctets = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
    // Half of the time there is none.
    const perhaps = <Value>(some: fc.Arbitrary<Value>) => fc.option(some, { freq: 2 });
    const given = fc.record({
      seed: anyOctets(32),
      message: fc.uint8Array({ maxLength: 200 }),
      change: perhaps(fc.record({ what: fc.nat(2), bit: fc.nat(511) })),
      special: perhaps(
        fc.record({ where: fc.nat(1), point: fc.oneof(fc.constantFrom(...SMALL_ORDER), anyOctets(32)) }),
      ),
    });
    fc.assert(
      fc.property(given, ({ seed, message, change, special }) => {
        let key: Uint8Array = ed25519.getPublicKey(seed);
        let signature: Uint8Array = ed25519.sign(message, seed);
        if (change?.what === 0) signature = flipped(signature, change.bit);
        if (change?.what === 1) key = flipped(key, change.bit % 256);
        if (special?.where === 0) key = special.point;
        if (special?.where === 1) signature = Uint8Array.from([...special.point, ...signature.subarray(32)]);
        const verdict = noble.verifyStrictly(signature, message, key);
        expect(openSsl.verifyStrictly(signature, message, key)).toBe(verdict);
        verdicts[verdict ? 'good' : 'bad'] += 1;
      }),
      { numRuns: effort(2_000) },
    );
    expect(Math.min(verdicts.good, verdicts.bad)).toBeGreaterThan(effort(200));
  });

  it('disagree about a key that was made with a part of small order, where OpenSSL does what Rust does', () => {
    const { scalar } = ed25519.utils.getExtendedPublicKey(SEED);
    const { BASE, Fn } = ed25519.Point;
    const mixed = BASE.multiply(scalar).add(ed25519.Point.fromHex(hex.encode(SMALL_ORDER[4] as Uint8Array)));
    const key = mixed.toBytes();
    const seen = new Set<string>();
    for (let nonce = 1n; nonce <= 64n; nonce++) {
      const r = BASE.multiply(nonce).toBytes();
      const k = Fn.create(littleEndianNumber(sha512Of(r, key, MESSAGE)) % GROUP_ORDER);
      const s = littleEndian(Fn.add(nonce, Fn.mul(k, scalar)));
      const signature = Uint8Array.from([...r, ...s]);
      expect(noble.verifyStrictly(signature, MESSAGE, key)).toBe(true);
      const verdict = openSsl.verifyStrictly(signature, MESSAGE, key);
      // k times the part of order 8 vanishes where 8 divides k.
      expect(verdict).toBe(k % 8n === 0n);
      seen.add(String(verdict));
    }
    expect(seen).toEqual(new Set(['true', 'false']));
  });
});

function littleEndianNumber(value: Uint8Array): bigint {
  return value.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function sha512Of(...parts: Uint8Array[]): Uint8Array {
  return sha512(Uint8Array.from(parts.flatMap((part) => [...part])));
}

describe.each(BACKENDS)('signStrictly by %s', (_, { signStrictly }) => {
  const errors = {
    failed: (cause: unknown) => new Error('failed', { cause }),
    wrong: () => new Error('wrong'),
  };
  const signer = (sign: (message: Uint8Array) => Uint8Array) => ({
    publicKey: KEY,
    sign: async (message: Uint8Array) => sign(message),
  });
  const signed = (sign: (message: Uint8Array) => Uint8Array) =>
    signStrictly(signer(sign), KEY, MESSAGE, errors);

  it('gives the signature of an honest signer, in a buffer of its own', async () => {
    const kept = ed25519.sign(MESSAGE, SEED);
    const signature = await signed(() => kept);
    expect(signature).toEqual(SIGNATURE);
    expect(signature.buffer).not.toBe(kept.buffer);
  });

  it('refuses what is not the signature of this key over these bytes', async () => {
    const answers = [flipped(SIGNATURE, 9), SIGNATURE.subarray(1), 'text', undefined, new Uint8Array(64)];
    for (const answer of answers) {
      await expect(signed(() => answer as Uint8Array)).rejects.toThrow('wrong');
    }
  });

  it('tells what a signer fails with, and lends it a copy only', async () => {
    await expect(
      signed(() => {
        throw new TypeError('no');
      }),
    ).rejects.toMatchObject({ message: 'failed', cause: expect.any(TypeError) });
    const signature = await signed((message) => {
      const answer = ed25519.sign(message, SEED);
      message.fill(0);
      return answer;
    });
    expect(signature).toEqual(SIGNATURE);
  });
});
