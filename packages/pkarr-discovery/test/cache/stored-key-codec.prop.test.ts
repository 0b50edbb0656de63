import { hex } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import type { StoredKey, StoredKnownKey } from '../../src/cache/stored-key.ts';
import { STORED_KEY_CODEC } from '../../src/cache/stored-key-codec.ts';
import { flipped } from '../bytes.ts';
import { recordText } from '../records/key-records.ts';

const TEXTS = [await recordText(), await recordText({ unsigned: true })];
const byteString = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const hexKeys = byteString(32).map((key) => hex.encode(key));
const times = fc.maxSafeNat();
const optionally = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const texts = fc.constantFrom(...TEXTS);

/** Which parts a key has in each state. */
const STATES: readonly (readonly [StoredKnownKey['state'], fc.Arbitrary<string | undefined>])[] = [
  ['tofu', fc.constant(undefined)],
  ['verified', texts],
  ['due', texts],
  ['rotated', texts],
  ['expired', optionally(texts)],
  ['conflict', optionally(texts)],
  ['revoked', optionally(texts)],
];
const knownKeys = fc.constantFrom(...STATES).chain(([state, recordTexts]) =>
  fc.record({
    state: fc.constant(state),
    noiseKey: byteString(32),
    recordText: recordTexts,
    firstSeenMs: times,
    lastValidatedMs: optionally(times),
    previous:
      state === 'rotated'
        ? fc.record({ noiseKey: byteString(32), replacedAtMs: times })
        : fc.constant(undefined),
  }),
);
const storedKeys: fc.Arbitrary<StoredKey> = fc
  .oneof(fc.constant({ state: 'unknown' } as const), knownKeys)
  .chain((entry) =>
    fc.record({
      kind: fc.constant('stored' as const),
      identity: byteString(32),
      device: fc.stringMatching(/^[a-z0-9-]{1,63}$/),
      entry: fc.constant(entry),
      contact: fc.constantFrom('frequent', 'occasional', 'one-time', 'high-security'),
      lastUsedMs: times,
      lastSeenMs: times,
      rival: entry.state === 'conflict' ? optionally(byteString(32)) : fc.constant(undefined),
      memory: fc.record({
        newest: optionally(
          fc.record({
            timestampSeconds: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
            noiseKey: hexKeys,
            freshness: fc.constantFrom('signed', 'unsigned'),
          }),
        ),
        revokedKeys: fc.uniqueArray(hexKeys, { maxLength: 256 }),
      }),
    }),
  );

describe('STORED_KEY_CODEC', () => {
  it('reads what it writes, and writes it the same again', () => {
    fc.assert(
      fc.property(storedKeys, (stored) => {
        const bytes = STORED_KEY_CODEC.encode(stored);
        const read = STORED_KEY_CODEC.decode(bytes);
        expect(read).toEqual(stored);
        expect(STORED_KEY_CODEC.encode(read)).toEqual(bytes);
        expect(bytes.length).toBeLessThan(10_000);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('gives no key for any other bytes, but says so [F3]', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        expect(STORED_KEY_CODEC.decode(bytes).kind).toBe('unreadable');
      }),
      { numRuns: effort(4_000) },
    );
  });

  it('gives no key for what it has written once any bit is flipped or any byte is missing or added [F3]', () => {
    fc.assert(
      fc.property(storedKeys, fc.nat(), fc.nat(), (stored, somewhere, length) => {
        const bytes = STORED_KEY_CODEC.encode(stored);
        const longer = Uint8Array.from([...bytes, 0]);
        const others = [
          flipped(bytes, somewhere % (8 * bytes.length)),
          bytes.slice(0, length % bytes.length),
          longer,
        ];
        for (const other of others) {
          const read = STORED_KEY_CODEC.decode(other);
          expect(read.kind === 'unreadable' && read.error.code).toMatch(
            /^DISCOVERY_CACHED_KEY_(DAMAGED|NEWER)$/,
          );
        }
      }),
      { numRuns: effort(2_000) },
    );
  });
});
