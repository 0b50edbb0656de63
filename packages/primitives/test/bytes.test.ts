import { describe, expect, it } from 'vitest';
import { concatBytes, equalBytes, isAllZero, wipe } from '../src/index.ts';

const bytes = (...values: number[]) => Uint8Array.from(values);

describe('concatBytes', () => {
  it('joins any number of parts in order', () => {
    expect(concatBytes()).toEqual(bytes());
    expect(concatBytes(bytes())).toEqual(bytes());
    expect(concatBytes(bytes(1), bytes(), bytes(2, 3), bytes(4))).toEqual(bytes(1, 2, 3, 4));
  });

  it('gives a fresh buffer, even for one part, and a plain one for Node Buffers', () => {
    const part = Buffer.from([1, 2]);
    const joined = concatBytes(part);
    part.fill(0);
    expect(joined).toEqual(bytes(1, 2));
    expect(joined.buffer.byteLength).toBe(2);
    expect(Object.getPrototypeOf(joined)).toBe(Uint8Array.prototype);
  });
});

describe('equalBytes', () => {
  it('tells length and every bit apart', () => {
    expect(equalBytes(bytes(), bytes())).toBe(true);
    expect(equalBytes(bytes(1, 2), Buffer.from([1, 2]))).toBe(true);
    expect(equalBytes(bytes(1, 2), bytes(1, 2, 0))).toBe(false);
    expect(equalBytes(bytes(), bytes(0))).toBe(false);
    for (let bit = 0; bit < 32 * 8; bit++) {
      const flipped = new Uint8Array(32);
      flipped[bit >> 3] = 1 << (bit & 7);
      expect(equalBytes(new Uint8Array(32), flipped)).toBe(false);
    }
  });
});

describe('isAllZero', () => {
  it('is true for no bytes and for zeros only', () => {
    expect(isAllZero(bytes())).toBe(true);
    expect(isAllZero(new Uint8Array(32))).toBe(true);
    for (let bit = 0; bit < 32 * 8; bit++) {
      const one = new Uint8Array(32);
      one[bit >> 3] = 1 << (bit & 7);
      expect(isAllZero(one)).toBe(false);
    }
  });
});

describe('wipe', () => {
  it('[S1.4] zeroes every buffer in place and passes over missing ones', () => {
    const first = bytes(1, 2, 3);
    const second = bytes(4);
    wipe(first, undefined, second, bytes());
    expect(first).toEqual(bytes(0, 0, 0));
    expect(second).toEqual(bytes(0));
  });

  it('stays inside a view', () => {
    const pool = bytes(1, 2, 3, 4);
    wipe(pool.subarray(1, 3));
    expect(pool).toEqual(bytes(1, 0, 0, 4));
  });
});
