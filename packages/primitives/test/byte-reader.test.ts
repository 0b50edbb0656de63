import { describe, expect, it } from 'vitest';
import { ByteReader, PrimitivesError } from '../src/index.ts';
import { codeOf, thrownBy } from './thrown.ts';

const OUT = 'PRIMITIVES_OUT_OF_BOUNDS';
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('ByteReader', () => {
  it('reads numbers big endian, front to back', () => {
    const reader = new ByteReader(
      bytes(0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f),
    );
    expect(reader.uint8()).toBe(0x01);
    expect(reader.uint16()).toBe(0x0203);
    expect(reader.uint32()).toBe(0x04050607);
    expect(reader.uint64()).toBe(0x08090a0b0c0d0e0fn);
    expect([reader.offset, reader.left]).toEqual([15, 0]);
    reader.end();
  });

  it('reads the largest number of every width as unsigned', () => {
    const reader = new ByteReader(new Uint8Array(15).fill(0xff));
    expect(reader.uint8()).toBe(0xff);
    expect(reader.uint16()).toBe(0xffff);
    expect(reader.uint32()).toBe(0xffff_ffff);
    expect(reader.uint64()).toBe(0xffff_ffff_ffff_ffffn);
  });

  it.each([
    ['uint8', 1],
    ['uint16', 2],
    ['uint32', 4],
    ['uint64', 8],
  ] as const)('%s needs %i bytes, and consumes nothing where one is missing', (read, width) => {
    for (let size = 0; size < width; size++) {
      const reader = new ByteReader(new Uint8Array(size));
      const error = thrownBy(() => reader[read]());
      expect(error).toBeInstanceOf(PrimitivesError);
      expect(error).toMatchObject({ code: OUT, context: { wanted: width, left: size } });
      expect(reader.offset).toBe(0);
    }
    const exact = new ByteReader(new Uint8Array(width));
    exact[read]();
    expect(exact.left).toBe(0);
  });

  it('takes exactly the bytes asked for', () => {
    const reader = new ByteReader(bytes(1, 2, 3));
    expect(reader.bytes(0)).toEqual(bytes());
    expect(reader.bytes(2)).toEqual(bytes(1, 2));
    expect(codeOf(() => reader.bytes(2))).toBe(OUT);
    expect(reader.offset).toBe(2);
    expect(reader.bytes(1)).toEqual(bytes(3));
    expect(reader.bytes(0)).toEqual(bytes());
    expect(codeOf(() => reader.bytes(1))).toBe(OUT);
  });

  it.each([
    -1,
    -0.5,
    0.5,
    1.5,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    2 ** 32,
    2 ** 53,
    '1' as unknown as number,
  ])('refuses %s as a length', (length) => {
    const reader = new ByteReader(bytes(1, 2, 3));
    expect(codeOf(() => reader.bytes(length))).toBe(OUT);
    expect(reader.offset).toBe(0);
  });

  it('gives the rest, which may be empty', () => {
    const reader = new ByteReader(bytes(1, 2, 3));
    reader.uint8();
    expect(reader.rest()).toEqual(bytes(2, 3));
    expect(reader.rest()).toEqual(bytes());
    expect(new ByteReader(bytes()).rest()).toEqual(bytes());
  });

  it('ends only where nothing is left', () => {
    const reader = new ByteReader(bytes(1));
    expect(thrownBy(() => reader.end())).toMatchObject({ code: OUT, context: { wanted: 0, left: 1 } });
    reader.uint8();
    reader.end();
    reader.end();
    new ByteReader(bytes()).end();
  });

  it('stays inside a view that lies in a larger buffer', () => {
    const pool = bytes(9, 9, 1, 2, 9, 9, 9, 9, 9, 9);
    const reader = new ByteReader(pool.subarray(2, 4));
    expect(codeOf(() => reader.uint32())).toBe(OUT);
    expect(reader.rest()).toEqual(bytes(1, 2));
    expect(codeOf(() => reader.uint8())).toBe(OUT);
  });

  it('gives views of the input, and never a Node Buffer', () => {
    const input = Buffer.from([1, 2, 3]);
    const view = new ByteReader(input).bytes(2);
    expect(Object.getPrototypeOf(view)).toBe(Uint8Array.prototype);
    expect(view.buffer).toBe(input.buffer);
    const copy = view.slice();
    input.fill(0);
    expect(view).toEqual(bytes(0, 0));
    expect(copy).toEqual(bytes(1, 2));
  });
});
