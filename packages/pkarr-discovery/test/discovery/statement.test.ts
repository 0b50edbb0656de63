import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { recordJudge, statementsOf } from '../../src/discovery/statement.ts';
import { filled } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';

const ASKED = { identity: OWNER.publicKey, device: DEVICE };
const RULE = { clock: clockAt(STAMPED) };

describe('statementsOf', () => {
  it('verifies once what several sources have, whatever buffer it is in [S2.1]', async () => {
    const record = encodeUtf8(await recordText());
    const other = encodeUtf8(await recordText({ noiseKey: filled(9) }));
    const [first, second, third, fourth] = statementsOf(
      [
        { source: 'a', value: [record] },
        { source: 'b', value: [] },
        { source: 'c', value: [record.slice(), other] },
      ],
      recordJudge(ASKED, RULE),
    );
    expect([first?.source, second, third?.source]).toEqual(['a', { source: 'b', kind: 'absence' }, 'c']);
    expect(first?.kind === 'key' && third?.kind === 'key' && first.record === third.record).toBe(true);
    expect(fourth?.kind === 'key' && fourth.record.noiseKey[0]).toBe(9);
  });

  it('tells which key an unsigned revocation is about, and when it says it is from', async () => {
    const record = encodeUtf8(await recordText({ revoked: true, unsigned: true, noiseKey: filled(4) }));
    const [statement] = statementsOf([{ source: 'a', value: [record] }], recordJudge(ASKED, RULE));
    expect(statement).toMatchObject({
      kind: 'unsigned-revocation',
      revokedKey: filled(4),
      timestampSeconds: STAMPED,
    });
  });

  it('passes on mistakes of the caller', async () => {
    const given = [{ source: 'a', value: [encodeUtf8(await recordText())] }];
    const clock = { now: () => Number.NaN, schedule: () => () => {} };
    expect(() => statementsOf(given, recordJudge(ASKED, { clock }))).toThrow(TypeError);
    expect(() => statementsOf(given, recordJudge(ASKED, { ...RULE, maximumAgeSeconds: -1 }))).toThrow(
      RangeError,
    );
  });
});
