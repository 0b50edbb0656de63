import { encodeUtf8, isCodedError } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  readUnverifiedKeyRecord,
  type UnverifiedKeyRecord,
} from '../../src/records/unverified-key-record.ts';
import type { VerifiedKeyRecord, VerifiedRevocation } from '../../src/records/verified-key-record.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { clockAt, DEVICE, NOISE_KEY, OWNER, recordText, STAMPED } from './key-records.ts';

const UNVERIFIED_CODES = [
  'DISCOVERY_KEY_RECORD_MALFORMED',
  'DISCOVERY_WEAK_KEY',
  'DISCOVERY_KEY_REVOKED',
  'DISCOVERY_KEY_STALE',
  'DISCOVERY_KEY_FROM_FUTURE',
];
const CODES = [
  ...UNVERIFIED_CODES,
  'DISCOVERY_KEY_RECORD_INCOMPLETE',
  'DISCOVERY_KEY_RECORD_FORGED',
  'DISCOVERY_FRESHNESS_FORGED',
];

/** The value, or undefined for a listed code; any other error fails the property. */
function valueOrRefusal<Value>(work: () => Value, codes: readonly string[]): Value | undefined {
  try {
    return work();
  } catch (error) {
    if (isCodedError(error) && codes.includes(error.code)) return undefined;
    throw error;
  }
}

const NOW = { clock: clockAt(STAMPED + 1_000n) };
function verified(record: string | Uint8Array): VerifiedKeyRecord | VerifiedRevocation | undefined {
  const claim = { identity: OWNER.publicKey, device: DEVICE, record };
  return valueOrRefusal(() => verifyKeyRecord(claim, NOW), CODES);
}
function unverified(record: string | Uint8Array): UnverifiedKeyRecord | undefined {
  return valueOrRefusal(() => readUnverifiedKeyRecord(record, NOW), UNVERIFIED_CODES);
}

const TEXTS = [await recordText(), await recordText({ revoked: true }), await recordText({ unsigned: true })];

describe('verifyKeyRecord', () => {
  it('gives a value or a known code for any bytes and any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), fc.string({ unit: 'binary' })), (input) => {
        expect(verified(input)).toBeUndefined();
        unverified(input);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('believes no change of a record but that of who signs its time, 10 000 mutations (N8 W-16, P8 W-09, W-11) [S2.1]', () => {
    const fragments = fc.constantFrom(
      ...[
        '',
        ';',
        '=',
        '+',
        '0',
        '1',
        'A',
        '/',
        ' ',
        '\n',
        '\u20ac',
        ';v=1',
        ';v=2',
        'v=1;',
        ';revoked=true',
      ],
      ...[';revoked=false', ';sig=', ';fsig=', ';ts=', ';ts=1', `;ts=${STAMPED + 5n}`, ';ts=+', 'revoked=1;'],
      ...TEXTS,
      ...TEXTS.flatMap((text) => text.split(';').map((field) => `;${field}`)),
    );
    const fieldEnds = TEXTS.flatMap((text) => Array.from(text.matchAll(/;|$/g), ({ index }) => index));
    const edit = fc.record({
      at: fc.oneof(fc.nat(270), fc.constantFrom(0, ...fieldEnds)),
      remove: fc.oneof(fc.nat(3), fc.constantFrom(13, 14, 93, 94)),
      insert: fragments,
    });
    const edits = fc.array(edit, { minLength: 1, maxLength: 3 });
    const accepted = { key: 0, revocation: 0 };
    fc.assert(
      fc.property(fc.constantFrom(...TEXTS), edits, fc.boolean(), (original, changes, asBytes) => {
        let text = original;
        for (const { at, remove, insert } of changes) {
          text = text.slice(0, at) + insert + text.slice(at + remove);
        }
        const record = asBytes ? encodeUtf8(text) : text;
        unverified(record);
        const found = verified(record);
        if (found === undefined) return;
        accepted[found.kind] += 1;
        if (found.kind === 'revocation') {
          expect([found.revokedKey, found.timestampSeconds]).toEqual([NOISE_KEY, STAMPED]);
          return;
        }
        expect(found.noiseKey).toEqual(NOISE_KEY);
        if (found.freshness === 'signed') expect(found.timestampSeconds).toBe(STAMPED);
      }),
      { numRuns: effort(10_000) },
    );
    expect(accepted.key).toBeGreaterThan(effort(100));
    expect(accepted.revocation).toBeGreaterThan(effort(30));
  });
});
