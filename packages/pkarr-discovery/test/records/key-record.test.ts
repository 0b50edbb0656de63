import { encodeUtf8, hex } from '@pubky-paykit/primitives';
import { LOW_ORDER_POINTS } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { formatKeyRecord, type KeyRecord, parseKeyRecord } from '../../src/records/key-record.ts';
import { filled, thrownBy } from '../bytes.ts';

const KEY_TEXT = 'AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMDAwM=';
const OTHER_KEY_TEXT = 'BAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQ=';
const SIGNATURE_TEXT = `${'A'.repeat(86)}==`;
const BARE = `v=1;k=${KEY_TEXT}`;
const SIGNATURE = new Uint8Array(64);
const RECORD: KeyRecord = { noiseKey: filled(3), revoked: false };

describe('formatKeyRecord', () => {
  it('writes the four combinations of 0.8 in its order (PK-1, PK-6)', () => {
    const stamp = { timestampSeconds: 1_733_356_800n };
    expect(formatKeyRecord(RECORD)).toBe(BARE);
    expect(formatKeyRecord({ ...RECORD, signature: SIGNATURE })).toBe(`${BARE};sig=${SIGNATURE_TEXT}`);
    expect(formatKeyRecord({ ...RECORD, ...stamp })).toBe(`${BARE};ts=1733356800`);
    expect(formatKeyRecord({ ...RECORD, signature: SIGNATURE, ...stamp })).toBe(
      `${BARE};sig=${SIGNATURE_TEXT};ts=1733356800`,
    );
  });

  it('writes our fields last, and nothing of them where there is nothing to say', () => {
    const full = {
      ...RECORD,
      signature: SIGNATURE,
      timestampSeconds: 0n,
      revoked: true,
      freshnessSignature: SIGNATURE,
    };
    expect(formatKeyRecord(full)).toBe(
      `${BARE};sig=${SIGNATURE_TEXT};ts=0;revoked=true;fsig=${SIGNATURE_TEXT}`,
    );
    expect(formatKeyRecord({ ...full, timestampSeconds: 2n ** 64n - 1n })).toHaveLength(274);
  });

  it('refuses keys and signatures of other lengths, which 0.8 fills with zeros (N8 W-19)', () => {
    for (const length of [0, 31, 33]) {
      expect(thrownBy(() => formatKeyRecord({ ...RECORD, noiseKey: new Uint8Array(length) })).code).toBe(
        'DISCOVERY_WRONG_LENGTH',
      );
    }
    for (const field of ['signature', 'freshnessSignature'] as const) {
      const record = { ...RECORD, timestampSeconds: 1n, [field]: new Uint8Array(63) };
      expect(thrownBy(() => formatKeyRecord(record)).code).toBe('DISCOVERY_WRONG_LENGTH');
    }
  });

  it('refuses weak keys [S4.1]', () => {
    for (const noiseKey of LOW_ORDER_POINTS) {
      expect(thrownBy(() => formatKeyRecord({ ...RECORD, noiseKey })).code).toBe('DISCOVERY_WEAK_KEY');
    }
  });

  it('refuses times that are not 64 bits long, and a signature over a time that is not there', () => {
    expect(() => formatKeyRecord({ ...RECORD, timestampSeconds: -1n })).toThrow(RangeError);
    expect(() => formatKeyRecord({ ...RECORD, timestampSeconds: 2n ** 64n })).toThrow(RangeError);
    expect(() => formatKeyRecord({ ...RECORD, freshnessSignature: SIGNATURE })).toThrow(TypeError);
  });
});

/** What the parser takes besides what the writer writes, each with the reason in N8 §4.3. */
const TOLERATED: readonly (readonly [why: string, text: string, change: Partial<KeyRecord>])[] = [
  ['fields in any order', `k=${KEY_TEXT};v=1`, {}],
  ['unknown fields', `${BARE};alg=x25519;exp=1;=;K=;V=2`, {}],
  ['unknown fields with several equals signs', `${BARE};a==b==c=`, {}],
  ['pieces without an equals sign', `junk;${BARE};;k;\u00e9`, {}],
  ['a line break between two semicolons', `${BARE};\r\n;ts=5`, { timestampSeconds: 5n }],
  ['a line break after the last semicolon', `${BARE};\n`, {}],
  ['a field that comes twice: the last counts', `k=${OTHER_KEY_TEXT};v=2;${BARE}`, {}],
  [
    'a malformed field before a good one',
    `k=?;sig=?;ts=?;${BARE};ts=7;sig=${SIGNATURE_TEXT}`,
    {
      timestampSeconds: 7n,
      signature: SIGNATURE,
    },
  ],
  ['a plus sign', `${BARE};ts=+1733356800`, { timestampSeconds: 1_733_356_800n }],
  ['leading zeros', `${BARE};ts=${'0'.repeat(100)}7`, { timestampSeconds: 7n }],
  ['a plus sign before zeros', `${BARE};ts=+000`, { timestampSeconds: 0n }],
  ['the largest number', `${BARE};ts=18446744073709551615`, { timestampSeconds: 2n ** 64n - 1n }],
];

const MALFORMED: readonly (readonly [why: string, text: string, field: string, problem: string])[] = [
  ['nothing', '', 'v', 'missing'],
  ['a lone line break', '\r\n', 'v', 'missing'],
  ['no version (PK-5)', `k=${KEY_TEXT}`, 'v', 'missing'],
  ['a version in upper case', `V=1;k=${KEY_TEXT}`, 'v', 'missing'],
  ['a space before a name', `v=1; k=${KEY_TEXT}`, 'k', 'missing'],
  ['a byte-order mark', `\ufeff${BARE}`, 'v', 'missing'],
  ['another version (PK-5)', `v=99;k=${KEY_TEXT}`, 'v', 'unknown version'],
  ['a version 0.8 does not write (FR-21)', 'v=2;k=invalid', 'v', 'unknown version'],
  ['a version with a zero', `v=01;k=${KEY_TEXT}`, 'v', 'unknown version'],
  ['a version with a space', `v= 1;k=${KEY_TEXT}`, 'v', 'unknown version'],
  ['an empty version', `v=;k=${KEY_TEXT}`, 'v', 'unknown version'],
  ['a version that a later field overrides', `${BARE};v=2`, 'v', 'unknown version'],
  ['text that is no record (FR-21)', 'invalid', 'v', 'missing'],
  ['no key (PK-5)', 'v=1', 'k', 'missing'],
  ['an empty key', 'v=1;k=', 'k', 'wrong length'],
  ['other letters (PK-5)', 'v=1;k=!!!', 'k', 'not canonical base64'],
  ['the URL alphabet', `v=1;k=${'_'.repeat(43)}=`, 'k', 'not canonical base64'],
  ['a key without padding', `v=1;k=${KEY_TEXT.slice(0, -1)}`, 'k', 'not canonical base64'],
  ['a key with too much padding', `v=1;k=${KEY_TEXT}=`, 'k', 'not canonical base64'],
  ['stray bits in the key', `v=1;k=${KEY_TEXT.slice(0, -2)}N=`, 'k', 'not canonical base64'],
  ['a line break after the key', `v=1;k=${KEY_TEXT}\n`, 'k', 'not canonical base64'],
  ['a space before the key', `v=1;k= ${KEY_TEXT}`, 'k', 'not canonical base64'],
  ['a key of 33 bytes', `v=1;k=${'A'.repeat(44)}`, 'k', 'wrong length'],
  ['a key of 31 bytes', `v=1;k=${'A'.repeat(42)}==`, 'k', 'wrong length'],
  ['a key that a later field overrides', `${BARE};k=`, 'k', 'wrong length'],
  ['a signature of 32 bytes (FR-19)', `${BARE};sig=${KEY_TEXT}`, 'sig', 'wrong length'],
  ['a signature of other letters', `${BARE};sig=?`, 'sig', 'not canonical base64'],
  ['stray bits in the signature', `${BARE};sig=${'A'.repeat(85)}B==`, 'sig', 'not canonical base64'],
  ['a freshness signature of 32 bytes', `${BARE};ts=1;fsig=${KEY_TEXT}`, 'fsig', 'wrong length'],
  ['an empty freshness signature', `${BARE};ts=1;fsig=`, 'fsig', 'wrong length'],
  ['a time of letters (PK-7)', `${BARE};ts=soon`, 'ts', 'not a number'],
  ['an empty time', `${BARE};ts=`, 'ts', 'not a number'],
  ['a plus sign alone', `${BARE};ts=+`, 'ts', 'not a number'],
  ['two plus signs', `${BARE};ts=++1`, 'ts', 'not a number'],
  ['a minus sign', `${BARE};ts=-1`, 'ts', 'not a number'],
  ['minus nothing', `${BARE};ts=-0`, 'ts', 'not a number'],
  ['a line break after the time', `${BARE};ts=1733356800\r\n`, 'ts', 'not a number'],
  ['a space before the time', `${BARE};ts= 1`, 'ts', 'not a number'],
  ['a hexadecimal time', `${BARE};ts=0x10`, 'ts', 'not a number'],
  ['a time with an exponent', `${BARE};ts=1e9`, 'ts', 'not a number'],
  ['a time with a fraction', `${BARE};ts=1.0`, 'ts', 'not a number'],
  ['a time with a separator', `${BARE};ts=1_000`, 'ts', 'not a number'],
  ['a time in other digits', `${BARE};ts=\u0661`, 'ts', 'not a number'],
  ['2^64', `${BARE};ts=18446744073709551616`, 'ts', 'number too large'],
  ['half a character', `${BARE};x=\ud800`, 'record', 'not UTF-8'],
];

describe('parseKeyRecord', () => {
  it.each(TOLERATED)('takes %s, as 0.8 does', (_, text, change) => {
    expect(parseKeyRecord(text)).toEqual({ ...RECORD, ...change });
    expect(parseKeyRecord(encodeUtf8(text))).toEqual({ ...RECORD, ...change });
  });

  it.each(MALFORMED)('refuses %s [F3]', (_, text, field, problem) => {
    expect(thrownBy(() => parseKeyRecord(text))).toMatchObject({
      code: 'DISCOVERY_KEY_RECORD_MALFORMED',
      context: { field, problem },
      retryable: false,
    });
  });

  it('refuses bytes that are no UTF-8', () => {
    for (const tail of ['ff', 'c0af', 'eda080', 'f4908080', 'c3']) {
      const record = Uint8Array.from([...encodeUtf8(`${BARE};x=`), ...hex.decode(tail)]);
      expect(thrownBy(() => parseKeyRecord(record)).context).toEqual({
        field: 'record',
        problem: 'not UTF-8',
      });
    }
  });

  it('counts revoked wherever it stands and whatever it says but false (P8 W-11)', () => {
    const revoked = ['true', 'TRUE', '1', '', 'yes', 'true\n', 'False', ' false'];
    for (const value of revoked) expect(parseKeyRecord(`${BARE};revoked=${value}`).revoked).toBe(true);
    expect(parseKeyRecord(`revoked=true;${BARE};revoked=false`).revoked).toBe(true);
    expect(parseKeyRecord(`revoked=false;${BARE};revoked=true`).revoked).toBe(true);
    expect(parseKeyRecord(`${BARE};revoked=false`).revoked).toBe(false);
    expect(parseKeyRecord(`${BARE};revoked;Revoked=true;revoked =true`).revoked).toBe(false);
  });

  it('takes 4 096 bytes and refuses 4 097 unread, as text and as bytes', () => {
    const longest = `${BARE};${'x'.repeat(4_096 - BARE.length - 1)}`;
    expect(parseKeyRecord(longest)).toEqual(RECORD);
    expect(parseKeyRecord(encodeUtf8(longest))).toEqual(RECORD);
    const wide = `${BARE};${'\u20ac'.repeat(1_400)}`;
    expect(wide.length).toBeLessThan(4_096);
    for (const record of [`${longest}x`, encodeUtf8(`${longest}x`), wide, encodeUtf8(wide)]) {
      expect(thrownBy(() => parseKeyRecord(record)).context).toEqual({
        field: 'record',
        problem: 'too long',
      });
    }
  });

  it('does not look at a gigantic record', () => {
    const untouchable = new Proxy(new Uint8Array(0), {
      get(_, name) {
        if (name === 'length') return 2 ** 31;
        throw new Error(`read ${String(name)}`);
      },
    });
    expect(thrownBy(() => parseKeyRecord(untouchable)).context).toMatchObject({ problem: 'too long' });
  });

  it('leaves weak keys to whoever verifies, as it says what is there', () => {
    const text = `v=1;k=${'A'.repeat(43)}=`;
    expect(parseKeyRecord(text).noiseKey).toEqual(filled(0));
  });

  it('never says in an error what the record says', () => {
    const error = thrownBy(() => parseKeyRecord('v=1;k=SECRETSECRET'));
    expect(JSON.stringify(error)).not.toContain('SECRET');
    expect(String(error)).not.toContain('SECRET');
  });
});
