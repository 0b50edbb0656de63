import { encodeUtf8, hex, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { ROLL_BACK_CODEC } from '../../src/discovery/roll-back-keeper.ts';
import type { RollBackMemory } from '../../src/index.ts';

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map(hex.encode);
const memories: fc.Arbitrary<RollBackMemory> = fc.record({
  newest: fc.option(
    fc.record({
      timestampSeconds: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
      noiseKey: key,
      freshness: fc.constantFrom('signed' as const, 'unsigned' as const),
    }),
    { nil: undefined },
  ),
  revokedKeys: fc.array(key, { maxLength: 256 }),
});

describe('ROLL_BACK_CODEC', () => {
  it('reads what it has written, of whatever size [S2.3]', () => {
    const most: RollBackMemory = { newest: undefined, revokedKeys: Array(256).fill('f'.repeat(64)) };
    fc.assert(
      fc.property(memories, (memory) => {
        expect(ROLL_BACK_CODEC.decode(ROLL_BACK_CODEC.encode(memory))).toEqual(memory);
      }),
      { numRuns: effort(400), examples: [[most]] },
    );
  });

  it('makes a memory or a known code of any bytes', () => {
    const written = memories.map((memory) => ROLL_BACK_CODEC.encode(memory));
    const damaged = fc
      .tuple(written, fc.nat(), fc.integer({ min: 0, max: 255 }))
      .map(([bytes, at, value]) => bytes.with(at % bytes.length, value));
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array(), fc.string().map(encodeUtf8)), (bytes) => {
        try {
          expect(ROLL_BACK_CODEC.encode(ROLL_BACK_CODEC.decode(bytes.slice()))).toEqual(bytes);
        } catch (error) {
          if (!isCodedError(error)) throw error;
          expect(['DISCOVERY_DOCUMENT_MALFORMED', 'DISCOVERY_DOCUMENT_NEWER']).toContain(error.code);
        }
      }),
      { numRuns: effort(2_000) },
    );
  });
});
