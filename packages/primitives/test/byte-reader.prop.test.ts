import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../tooling/vitest/effort.ts';
import { ByteReader, ByteWriter, concatBytes, isCodedError } from '../src/index.ts';

/** What can be written, with its width and how it is read again. */
const field = fc.oneof(
  fc.record({ kind: fc.constant('uint8' as const), value: fc.integer({ min: 0, max: 0xff }) }),
  fc.record({ kind: fc.constant('uint16' as const), value: fc.integer({ min: 0, max: 0xffff }) }),
  fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 0xffff_ffff }) }),
  fc.record({ kind: fc.constant('uint64' as const), value: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }) }),
  fc.record({ kind: fc.constant('bytes' as const), value: fc.uint8Array({ maxLength: 40 }) }),
);
type Field = typeof field extends fc.Arbitrary<infer Value> ? Value : never;

const WIDTHS = { uint8: 1, uint16: 2, uint32: 4, uint64: 8 } as const;
const widthOf = (one: Field): number => (one.kind === 'bytes' ? one.value.length : WIDTHS[one.kind]);

function write(writer: ByteWriter, one: Field): ByteWriter {
  if (one.kind === 'bytes') return writer.bytes(one.value);
  return one.kind === 'uint64' ? writer.uint64(one.value) : writer[one.kind](one.value);
}

const read = fc.oneof(
  fc.record({ kind: fc.constantFrom('uint8', 'uint16', 'uint32', 'uint64', 'rest', 'end') }),
  fc.record({
    kind: fc.constant('bytes' as const),
    length: fc.oneof(fc.integer({ min: -2, max: 40 }), fc.double(), fc.maxSafeInteger()),
  }),
);

describe('ByteReader', () => {
  it('reads what a ByteWriter wrote', () => {
    fc.assert(
      fc.property(fc.array(field, { maxLength: 12 }), (fields) => {
        const size = fields.reduce((sum, one) => sum + widthOf(one), 0);
        const writer = new ByteWriter(size);
        for (const one of fields) write(writer, one);
        const reader = new ByteReader(writer.finish());
        for (const one of fields) {
          const value = one.kind === 'bytes' ? reader.bytes(one.value.length) : reader[one.kind]();
          expect(value).toEqual(one.value);
        }
        reader.end();
      }),
      { numRuns: effort(2_000) },
    );
  });

  it('never reads outside its input, whatever the input and the reads, and throws one code only', () => {
    const codes = new Map<string, number>();
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 24 }),
        fc.nat({ max: 9 }),
        fc.array(read, { maxLength: 12 }),
        (input, margin, reads) => {
          // The input lies between bytes that are not its own.
          const pool = concatBytes(new Uint8Array(margin).fill(0xee), input, new Uint8Array(16).fill(0xee));
          const reader = new ByteReader(pool.subarray(margin, margin + input.length));
          const seen: Uint8Array[] = [];
          for (const one of reads) {
            const before = reader.offset;
            try {
              if (one.kind === 'end') reader.end();
              else if (one.kind === 'rest') seen.push(reader.rest());
              else if (one.kind === 'bytes' && 'length' in one) seen.push(reader.bytes(one.length));
              else {
                const kind = one.kind as keyof typeof WIDTHS;
                const value = BigInt(reader[kind]());
                const width = WIDTHS[kind];
                seen.push(
                  Uint8Array.from({ length: width }, (_, i) =>
                    Number((value >> BigInt(8 * (width - 1 - i))) & 0xffn),
                  ),
                );
              }
            } catch (error) {
              if (!isCodedError(error)) throw error;
              codes.set(error.code, (codes.get(error.code) ?? 0) + 1);
              expect(reader.offset).toBe(before);
            }
            expect(reader.offset + reader.left).toBe(input.length);
          }
          expect(concatBytes(...seen)).toEqual(input.subarray(0, reader.offset));
        },
      ),
      { numRuns: effort(5_000) },
    );
    expect([...codes.keys()]).toEqual(['PRIMITIVES_OUT_OF_BOUNDS']);
  });
});

describe('ByteWriter', () => {
  it('never writes outside its size, whatever is written, and throws one code only', () => {
    fc.assert(
      fc.property(fc.nat({ max: 48 }), fc.array(field, { maxLength: 12 }), (size, fields) => {
        const writer = new ByteWriter(size);
        let expected = size;
        for (const one of fields) {
          try {
            write(writer, one);
            expected -= widthOf(one);
          } catch (error) {
            expect(error).toMatchObject({ code: 'PRIMITIVES_OUT_OF_BOUNDS' });
            expect(widthOf(one)).toBeGreaterThan(expected);
          }
          expect(writer.left).toBe(expected);
        }
        expect(writer.bytes(new Uint8Array(expected)).finish()).toHaveLength(size);
      }),
      { numRuns: effort(2_000) },
    );
  });
});
