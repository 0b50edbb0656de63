import { describe, expect, it } from 'vitest';
import { observeKey, UNKNOWN_KEY } from '../../src/cache/cached-key.ts';
import { deviceAddress } from '../../src/cache/device-address.ts';
import { type KeptKey, NOTHING_KEPT } from '../../src/cache/kept-key.ts';
import {
  damagedKey,
  keptKey,
  type StoredKey,
  type StoredKnownKey,
  storedKey,
} from '../../src/cache/stored-key.ts';
import { filled, thrownBy } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED, verifiedKey } from '../records/key-records.ts';
import { numbered } from '../signers.ts';

const ADDRESS = deviceAddress(OWNER.publicKey, DEVICE);
const RECORD = await verifiedKey();
const KEPT: KeptKey = { ...NOTHING_KEPT, entry: observeKey(UNKNOWN_KEY, RECORD, clockAt(STAMPED)) };
const STORED = storedKey(ADDRESS, KEPT);

const UNSIGNED = await recordText({ unsigned: true });
const FALSE_RECORDS = [
  ['one of another identity', await recordText({ signer: numbered(2) })],
  ['one of another device', await recordText({ device: 'laptop' })],
  ['a revocation', await recordText({ revoked: true })],
  ['one without a time', UNSIGNED.replace(/;ts=\d+/, '')],
  ['one whose time was changed', RECORD.text.replace('ts=17', 'ts=18')],
  ['one that is spelled otherwise', `${RECORD.text};x=1`],
  ['none', 'v=1'],
] as const;

function withEntry(change: Partial<StoredKnownKey>): StoredKey {
  return { ...STORED, entry: { ...(STORED.entry as StoredKnownKey), ...change } };
}

describe('keptKey', () => {
  it('verifies the record again, however old it is by now: its age is looked at when the key is used [S2.2]', () => {
    const { entry } = keptKey(STORED, ADDRESS);
    expect(entry).toMatchObject({ state: 'verified', noiseKey: RECORD.noiseKey });
    expect(entry.state !== 'unknown' && entry.record).not.toBe(RECORD);
    expect(entry.state !== 'unknown' && entry.record?.text).toBe(RECORD.text);
  });

  it('takes the record that is at hand if it has the same text', () => {
    const { entry } = keptKey(STORED, ADDRESS, KEPT.entry);
    expect(entry.state !== 'unknown' && entry.record).toBe(RECORD);
  });

  it.each([
    ['another identity', deviceAddress(numbered(2).publicKey, DEVICE)],
    ['another device', deviceAddress(OWNER.publicKey, 'laptop')],
  ])('refuses what is of %s', (_, address) => {
    expect(thrownBy(() => keptKey(STORED, address)).context).toEqual({ damage: 'of another device' });
  });

  it.each(FALSE_RECORDS)('refuses a record that does not verify: %s [S2.1]', (_, text) => {
    const stored = withEntry({ recordText: text });
    expect(thrownBy(() => keptKey(stored, ADDRESS)).context).toEqual({ damage: 'record not verified' });
  });

  it('refuses a key that its record does not name [S2.1]', () => {
    const stored = withEntry({ noiseKey: filled(3) });
    const { code, context } = thrownBy(() => keptKey(stored, ADDRESS));
    expect([code, context]).toEqual(['DISCOVERY_CACHED_KEY_DAMAGED', { damage: 'contradicts itself' }]);
    expect(thrownBy(() => keptKey(stored, ADDRESS, KEPT.entry)).code).toBe(code);
  });

  it('throws the error of what cannot be read', () => {
    expect(thrownBy(() => keptKey(damagedKey('cut off'), ADDRESS)).context).toEqual({ damage: 'cut off' });
  });
});
