import { describe, expect, it } from 'vitest';
import { ByteWriter } from '../src/index.ts';
import { codeOf, thrownBy } from './thrown.ts';

const OUT = 'PRIMITIVES_OUT_OF_BOUNDS';
const bytes = (...values: number[]) => Uint8Array.from(values);

describe('ByteWriter', () => {
  it('writes numbers big endian, front to back', () => {
    const written = new ByteWriter(17)
      .uint8(1)
      .uint16(0x0203)
      .uint32(0x04050607)
      .uint64(0x08090a0b0c0d0e0fn)
      .bytes(bytes(0x10, 0x11))
      .finish();
    expect(written).toEqual(Uint8Array.from({ length: 17 }, (_, index) => index + 1));
  });

  it.each([
    ['uint8', 1],
    ['uint16', 2],
    ['uint32', 4],
  ] as const)('%s takes 0 to the largest number of its %i bytes', (write, width) => {
    const maximum = 2 ** (8 * width) - 1;
    expect(new ByteWriter(width)[write](0).finish()).toEqual(new Uint8Array(width));
    expect(new ByteWriter(width)[write](maximum).finish()).toEqual(new Uint8Array(width).fill(0xff));
    for (const wrong of [
      -1,
      maximum + 1,
      0.5,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      '1' as unknown as number,
    ]) {
      const writer = new ByteWriter(width);
      expect(thrownBy(() => writer[write](wrong))).toBeInstanceOf(RangeError);
      expect(writer.left).toBe(width);
    }
  });

  it('uint64 takes 0 to 2^64−1', () => {
    expect(new ByteWriter(8).uint64(0n).finish()).toEqual(new Uint8Array(8));
    expect(new ByteWriter(8).uint64(2n ** 64n - 1n).finish()).toEqual(new Uint8Array(8).fill(0xff));
    for (const wrong of [-1n, 2n ** 64n]) {
      const writer = new ByteWriter(8);
      expect(thrownBy(() => writer.uint64(wrong))).toBeInstanceOf(RangeError);
      expect(writer.left).toBe(8);
    }
  });

  it.each([
    ['uint8', 1, (writer: ByteWriter) => writer.uint8(0xff)],
    ['uint16', 2, (writer: ByteWriter) => writer.uint16(0xffff)],
    ['uint32', 4, (writer: ByteWriter) => writer.uint32(0xffff_ffff)],
    ['uint64', 8, (writer: ByteWriter) => writer.uint64(2n ** 64n - 1n)],
    ['bytes', 3, (writer: ByteWriter) => writer.bytes(bytes(7, 7, 7))],
  ] as const)('%s needs %i bytes of room, and writes nothing where one is missing', (_, width, write) => {
    for (let size = 0; size < width; size++) {
      const writer = new ByteWriter(size);
      expect(thrownBy(() => write(writer))).toMatchObject({
        code: OUT,
        context: { wanted: width, left: size },
      });
      expect(writer.left).toBe(size);
      expect(writer.bytes(new Uint8Array(size).fill(1)).finish()).toEqual(new Uint8Array(size).fill(1));
    }
    expect(write(new ByteWriter(width)).left).toBe(0);
  });

  it('finishes only when full', () => {
    const writer = new ByteWriter(2).uint8(1);
    expect(thrownBy(() => writer.finish())).toMatchObject({ code: OUT, context: { wanted: 0, left: 1 } });
    expect(writer.uint8(2).finish()).toEqual(bytes(1, 2));
    expect(codeOf(() => writer.uint8(3))).toBe(OUT);
    expect(new ByteWriter(0).bytes(bytes()).finish()).toEqual(bytes());
  });

  it('copies what it writes into a buffer of its own', () => {
    const input = bytes(1, 2);
    const written = new ByteWriter(2).bytes(input).finish();
    input.fill(0);
    expect(written).toEqual(bytes(1, 2));
    expect(written.buffer.byteLength).toBe(2);
  });

  it.each([-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('refuses a size of %s', (size) => {
    expect(thrownBy(() => new ByteWriter(size))).toBeInstanceOf(RangeError);
  });
});
