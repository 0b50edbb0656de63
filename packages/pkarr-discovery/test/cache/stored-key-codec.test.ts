import { sha256 } from '@noble/hashes/sha2.js';
import { concatBytes, hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import type { StoredKey } from '../../src/cache/stored-key.ts';
import { STORED_KEY_CODEC } from '../../src/cache/stored-key-codec.ts';
import { filled } from '../bytes.ts';
import { recordText } from '../records/key-records.ts';

const TEXT = await recordText();
const ENTRY = {
  state: 'verified',
  noiseKey: filled(3),
  recordText: TEXT,
  firstSeenMs: 1,
  lastValidatedMs: 2,
  previous: undefined,
} as const;
const STORED: StoredKey = {
  kind: 'stored',
  identity: filled(9),
  device: 'phone',
  entry: ENTRY,
  contact: 'frequent',
  lastUsedMs: 3,
  lastSeenMs: 4,
  rival: undefined,
  memory: { newest: undefined, revokedKeys: [] },
};
/** Where things stand in the body of `STORED`. */
const [LENGTH, CONTACT, STATE] = [32, 38, 55];

/** What is wrong with a body, whose checksum is right. */
function problem(body: Uint8Array): unknown {
  const read = STORED_KEY_CODEC.decode(concatBytes(Uint8Array.of(2), sha256(body).subarray(0, 8), body));
  return read.kind === 'unreadable' ? read.error.context : read.kind;
}

const body = (stored: StoredKey = STORED): Uint8Array => STORED_KEY_CODEC.encode(stored).slice(9);

function changed(at: number, value: number): Uint8Array {
  const bytes = body();
  bytes[at] = value;
  return bytes;
}

describe('STORED_KEY_CODEC', () => {
  it('writes these bytes', () => {
    const unknown: StoredKey = { ...STORED, device: 'ab', entry: { state: 'unknown' } };
    const revokedKeys = [hex.encode(filled(7))];
    const newest = {
      timestampSeconds: 258n,
      noiseKey: hex.encode(filled(8)),
      freshness: 'unsigned',
    } as const;
    expect(hex.encode(body({ ...unknown, memory: { newest, revokedKeys } }))).toBe(
      [
        `${'09'.repeat(32)}026162`,
        '000000000000000003',
        '0000000000000004',
        '00',
        `010000000000000102${'08'.repeat(32)}01`,
        `0001${'07'.repeat(32)}`,
      ].join(''),
    );
    expect(hex.encode(STORED_KEY_CODEC.encode(STORED).subarray(0, 1))).toBe('02');
  });

  it('takes what it wrote', () => {
    expect(problem(body())).toBe('stored');
  });

  it('takes what the first format had: last seen when it was last used', () => {
    const first = concatBytes(body().slice(0, STATE - 8), body().slice(STATE));
    const bytes = concatBytes(Uint8Array.of(1), sha256(first).subarray(0, 8), first);
    expect(STORED_KEY_CODEC.decode(bytes)).toEqual({ ...STORED, lastSeenMs: STORED.lastUsedMs });
  });

  it.each([
    ['an empty device id', changed(LENGTH, 0)],
    ['a longer device id than there is room for', changed(LENGTH, 255)],
    ['a device id in upper case', changed(LENGTH + 1, 0x41)],
    ['an unknown class of contacts', changed(CONTACT, 4)],
    ['an unknown state', changed(STATE, 8)],
    ['a record in state tofu', changed(STATE, 1)],
    ['a rotation without a key before', changed(STATE, 4)],
    ['a flag that is neither 0 nor 1', changed(STATE + 41, 2)],
    ['a time beyond what numbers can tell', changed(CONTACT + 1, 0x20)],
    ['bytes behind the end', concatBytes(body(), Uint8Array.of(0))],
    ['no bytes at all', new Uint8Array(0)],
    ['a verified key without a record', body({ ...STORED, entry: { ...ENTRY, recordText: undefined } })],
    ['a rival without a conflict', body({ ...STORED, rival: filled(4) })],
    [
      'a key that is revoked twice',
      body({ ...STORED, memory: { newest: undefined, revokedKeys: ['00'.repeat(32), '00'.repeat(32)] } }),
    ],
    [
      '257 revoked keys',
      body({
        ...STORED,
        memory: {
          newest: undefined,
          revokedKeys: Array.from({ length: 257 }, (_, i) => i.toString(16).padStart(64, '0')),
        },
      }),
    ],
  ])('refuses %s, though the checksum is right', (_, bytes) => {
    expect(problem(bytes)).toEqual({ damage: 'contradicts itself' });
  });

  it('tells a later format from damage, and is not impressed by length [F3]', () => {
    const [later, long] = [Uint8Array.of(3, 1, 2, 3), new Uint8Array(16_385)].map(STORED_KEY_CODEC.decode);
    expect(later).toMatchObject({ error: { code: 'DISCOVERY_CACHED_KEY_NEWER', context: { found: 3 } } });
    expect(long).toMatchObject({ error: { context: { damage: 'too long' } } });
    const short = STORED_KEY_CODEC.decode(Uint8Array.of(1, 2));
    expect(short).toMatchObject({ error: { context: { damage: 'cut off' } } });
    expect(() => STORED_KEY_CODEC.encode(short)).toThrow();
  });
});
