import { inspect } from 'node:util';
import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { NOTHING_REMEMBERED, rememberKeyRecord } from '../../src/records/roll-back.ts';
import { NOISE_KEY, OWNER, verifiedKey, verifiedRevocation } from './key-records.ts';

const RECORDS = { key: await verifiedKey(), revocation: await verifiedRevocation() } as const;
type Kind = keyof typeof RECORDS;

describe.each(Object.keys(RECORDS) as Kind[])('a verified %s', (kind) => {
  const record = RECORDS[kind];

  it('cannot be made by copying, spreading, parsing or inheriting', () => {
    const copies: readonly unknown[] = [
      { ...record },
      Object.assign(Object.create(Object.getPrototypeOf(record)), record),
      Object.create(record),
      JSON.parse(JSON.stringify({ ...record, toJSON: undefined, timestampSeconds: '1' })),
      structuredClone({ ...record, toJSON: undefined }),
      new Proxy(record, {}),
      undefined,
      null,
      'VerifiedKeyRecord',
    ];
    for (const copy of copies) {
      expect(() => rememberKeyRecord(NOTHING_REMEMBERED, copy as typeof record)).toThrow(TypeError);
    }
  });

  it('is frozen, and every key it hands out is a copy', () => {
    expect(Object.isFrozen(record)).toBe(true);
    expect(() => Object.assign(record, { timestampSeconds: 0n })).toThrow(TypeError);
    record.identity.fill(0);
    expect(record.identity).toEqual(OWNER.publicKey);
    const key = () => (record.kind === 'key' ? record.noiseKey : record.revokedKey);
    key().fill(0);
    expect(key()).toEqual(NOISE_KEY);
  });

  it('shows the first 8 bytes of its identity, and nothing else of it [C2]', () => {
    const shown = [JSON.stringify({ record }), inspect({ record }), inspect([record], { depth: 9 })].join();
    expect(shown).toContain(hex.encode(OWNER.publicKey.subarray(0, 8)));
    for (const key of [OWNER.publicKey, NOISE_KEY]) {
      expect(shown).not.toContain(hex.encode(key));
      expect(shown).not.toContain(Buffer.from(key).toString('base64'));
      expect(shown).not.toContain(key.join(','));
    }
  });
});
