import { encodeUtf8, isCodedError } from '@pubky-paykit/primitives';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { formatKeyRecord, type KeyRecord, parseKeyRecord } from '../../src/records/key-record.ts';

const byteString = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
/** What X25519 writes: bit 255 is clear, and so is bit 254, which keeps it below the prime. */
const noiseKeys = byteString(32)
  .map((key) => Uint8Array.from(key, (byte, i) => (i === 31 ? byte & 0x3f : byte)))
  .filter((key) => !LOW_ORDER_POINTS.some((point) => point.every((byte, i) => byte === key[i])));
const optionally = <Value>(values: fc.Arbitrary<Value>) => fc.option(values, { nil: undefined });
const records: fc.Arbitrary<KeyRecord> = fc
  .record({
    noiseKey: noiseKeys,
    signature: optionally(byteString(64)),
    timestampSeconds: optionally(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
    revoked: fc.boolean(),
    freshnessSignature: optionally(byteString(64)),
  })
  .filter(
    ({ timestampSeconds, freshnessSignature }) =>
      timestampSeconds !== undefined || freshnessSignature === undefined,
  );

/** The record, or undefined for the one listed code; any other error fails the property. */
function parseOrRefuse(input: string | Uint8Array): KeyRecord | undefined {
  try {
    return parseKeyRecord(input);
  } catch (error) {
    if (isCodedError(error) && error.code === 'DISCOVERY_KEY_RECORD_MALFORMED') return undefined;
    throw error;
  }
}

/** N8 §4.3 once more, for comparison, on what Node brings: undefined unless 0.8 takes all fields that are there. */
function oracle(text: string): KeyRecord | undefined {
  const fields: Record<string, string> = Object.create(null);
  let revoked = false;
  for (const [, name, value] of text.matchAll(/(?:^|(?<=;))([^;=]*)=([^;]*)/g)) {
    fields[name as string] = value as string;
    revoked ||= name === 'revoked' && value !== 'false';
  }
  const decoded = (name: string, length: number): Uint8Array | undefined => {
    const base64 = fields[name] ?? '';
    const bytes = Buffer.from(base64, 'base64');
    return bytes.length === length && bytes.toString('base64') === base64
      ? Uint8Array.from(bytes)
      : undefined;
  };
  const noiseKey = decoded('k', 32);
  const record = {
    signature: decoded('sig', 64),
    freshnessSignature: decoded('fsig', 64),
    timestampSeconds: undefined as bigint | undefined,
    revoked,
  };
  const { ts } = fields;
  if (ts !== undefined) {
    const digits = /^\+?0*(\d{1,20})$/.exec(ts)?.[1];
    if (digits === undefined || BigInt(digits) >= 2n ** 64n) return undefined;
    record.timestampSeconds = BigInt(digits);
  }
  if (fields['v'] !== '1' || noiseKey === undefined) return undefined;
  if ('sig' in fields && record.signature === undefined) return undefined;
  if ('fsig' in fields && record.freshnessSignature === undefined) return undefined;
  return { noiseKey, ...record };
}

describe('parseKeyRecord', () => {
  it('inverts formatKeyRecord', () => {
    fc.assert(
      fc.property(records, (record) => {
        const text = formatKeyRecord(record);
        expect(text.length).toBeLessThanOrEqual(274);
        expect(parseKeyRecord(text)).toEqual(record);
        expect(parseKeyRecord(encodeUtf8(text))).toEqual(record);
      }),
      { numRuns: effort(1_000) },
    );
  });

  it('gives a value or DISCOVERY_KEY_RECORD_MALFORMED for any bytes and any text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (input) => void parseOrRefuse(input)),
      { numRuns: effort(1_000) },
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 5_000 }), (input) => void parseOrRefuse(input)),
      { numRuns: effort(1_000) },
    );
  });

  it('is exactly as tolerant as N8 §4.3, whatever pieces come in whatever order (N8 W-17)', () => {
    const [key, other, signature] = ['A', 'B', 'C'].map((letter) => letter.repeat(42));
    const values: Readonly<Record<string, readonly string[]>> = {
      v: ['1', '2', '01', '', '1 ', ' 1', '1\n'],
      k: [
        `${key}A=`,
        `${other}A=`,
        `${key}B=`,
        `${key}A`,
        `${key}A==`,
        '',
        `${key}-=`,
        `${key}\n=`,
        key ?? '',
      ],
      sig: [`${signature}${signature}AA==`, `${signature}${signature}AB==`, `${key}A=`, '', 'x'],
      fsig: [`${key}${key}AA==`, `${key}${key}AAAA`, '', '='],
      ts: [
        '0',
        '1',
        '+1',
        '-1',
        '',
        '+',
        '007',
        '18446744073709551615',
        '18446744073709551616',
        '1\r',
        '0x1',
      ],
      revoked: ['true', 'false', '', 'TRUE', 'false '],
      x: ['', '=', 'v=1', '\u20ac'],
    };
    const named = Object.entries(values).flatMap(([name, texts]) => texts.map((text) => `${name}=${text}`));
    const odd = [
      '',
      ' ',
      '\r\n',
      'v',
      'k',
      '=',
      '=1',
      'V=2',
      ' v=2',
      'K=',
      'ts',
      'v\n=2',
      'revoked',
      'REVOKED=1',
    ];
    const good = ['v=1', 'v=1', `k=${key}A=`, `k=${key}A=`];
    const pieces = fc.array(fc.constantFrom(...named, ...odd, ...good), { maxLength: 9 });
    const nearly = pieces.map((some) => [...some, 'v=1', `k=${other}A=`]);
    let accepted = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          pieces,
          nearly,
          nearly.chain((some) => fc.shuffledSubarray(some)),
        ),
        (some) => {
          const text = some.join(';');
          const parsed = parseOrRefuse(text);
          expect(parsed).toEqual(oracle(text));
          if (parsed !== undefined) accepted += 1;
        },
      ),
      { numRuns: effort(10_000) },
    );
    expect(accepted).toBeGreaterThan(effort(500));
  });
});
