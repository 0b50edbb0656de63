import { describe, expect, it } from 'vitest';
import { readUnverifiedKeyRecord } from '../../src/records/unverified-key-record.ts';
import { thrownBy } from '../bytes.ts';
import { clockAt, NOISE_KEY, recordText, STAMPED } from './key-records.ts';

const BARE = `v=1;k=${Buffer.from(NOISE_KEY).toString('base64')}`;
const NOW = { clock: clockAt(STAMPED) };

describe('readUnverifiedKeyRecord', () => {
  it('reads a record without asking who wrote it, and says so in every name [S2.2]', async () => {
    expect(readUnverifiedKeyRecord(await recordText(), NOW)).toEqual({
      unverifiedNoiseKey: NOISE_KEY,
      unverifiedTimestampSeconds: STAMPED,
    });
  });

  it('overlooks malformed signatures, and takes a malformed time for none, as 0.8 does (PK-7)', () => {
    for (const fields of [
      '',
      ';sig=?',
      ';sig=;fsig=?',
      ';ts=soon',
      ';ts=',
      ';ts=-1',
      ';ts=99999999999999999999',
    ]) {
      expect(readUnverifiedKeyRecord(`${BARE}${fields}`, NOW)).toEqual({
        unverifiedNoiseKey: NOISE_KEY,
        unverifiedTimestampSeconds: undefined,
      });
    }
  });

  it('refuses a time outside the rule all the same (P8 W-10) [F3]', () => {
    const at = (seconds: bigint) =>
      thrownBy(() => readUnverifiedKeyRecord(`${BARE};ts=${STAMPED + seconds}`, NOW));
    expect(at(-2_592_001n).code).toBe('DISCOVERY_KEY_STALE');
    expect(at(301n).code).toBe('DISCOVERY_KEY_FROM_FUTURE');
    const strict = { ...NOW, maximumAgeSeconds: 60 };
    expect(thrownBy(() => readUnverifiedKeyRecord(`${BARE};ts=${STAMPED - 61n}`, strict)).code).toBe(
      'DISCOVERY_KEY_STALE',
    );
  });

  it('refuses revoked and weak keys, other versions and what is no record [F3]', () => {
    const code = (record: string) => thrownBy(() => readUnverifiedKeyRecord(record, NOW)).code;
    expect(code(`${BARE};revoked=true`)).toBe('DISCOVERY_KEY_REVOKED');
    expect(code(`v=1;k=${'A'.repeat(43)}=`)).toBe('DISCOVERY_WEAK_KEY');
    expect(code(BARE.replace('v=1', 'v=2'))).toBe('DISCOVERY_KEY_RECORD_MALFORMED');
    expect(code('invalid')).toBe('DISCOVERY_KEY_RECORD_MALFORMED');
  });
});
