import { base64, encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { type Publication, type RecordPublication, verifyKeyRecord } from '../../src/index.ts';
import { checkPublication, checkReplacing } from '../../src/publications/checking.ts';
import { filled, thrownBy } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { numbered } from '../signers.ts';

async function publication(change: RecordChange = {}): Promise<RecordPublication> {
  const kind = change.revoked ? 'revocation' : 'key';
  return {
    identity: OWNER.publicKey,
    device: change.device ?? DEVICE,
    kind,
    record: await recordText(change),
  };
}

describe('checkPublication', () => {
  const check = (given: Publication) => checkPublication(given, OWNER.publicKey);

  it('takes what the identity signed, however old, with or without signed freshness', async () => {
    check(await publication());
    check(await publication({ timestampSeconds: 1n }));
    check(await publication({ unsigned: true }));
    check(await publication({ revoked: true }));
    check({ identity: OWNER.publicKey, device: DEVICE, kind: 'retirement' });
  });

  it('refuses what every reader would refuse [S2.1]', async () => {
    const good = await publication();
    const cases: [Publication, string][] = [
      [{ ...good, identity: numbered(2).publicKey }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ ...good, kind: 'revocation' }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ ...(await publication({ revoked: true })), kind: 'key' }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ ...good, device: '../x' }, 'DISCOVERY_BAD_DEVICE'],
      [{ ...good, device: 'laptop' }, 'DISCOVERY_KEY_RECORD_FORGED'],
      [{ ...good, record: await recordText({ signer: numbered(2) }) }, 'DISCOVERY_KEY_RECORD_FORGED'],
      [{ ...good, record: good.record.replace(/sig=[^;]*;/, '') }, 'DISCOVERY_KEY_RECORD_FORGED'],
      [{ ...good, record: good.record.replace(/ts=\d+/, 'ts=7') }, 'DISCOVERY_FRESHNESS_FORGED'],
      [{ ...good, record: good.record.replace(/ts=\d+;/, '') }, 'DISCOVERY_FRESHNESS_FORGED'],
      [{ ...good, record: 'nonsense' }, 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [{ kind: 'retirement', identity: numbered(2).publicKey, device: DEVICE }, 'DISCOVERY_BAD_PUBLICATION'],
    ];
    for (const [given, code] of cases) expect(thrownBy(() => check(given)).code).toBe(code);
  });
});

describe('checkReplacing', () => {
  async function replace(present: RecordChange | string, next: RecordChange): Promise<string> {
    const there = typeof present === 'string' ? present : await recordText(present);
    const given = await publication(next);
    try {
      checkReplacing(encodeUtf8(there), given, 'target');
      return 'replaced';
    } catch {
      return thrownBy(() => checkReplacing(encodeUtf8(there), given, 'target')).code;
    }
  }
  const at = (seconds: bigint, change: RecordChange = {}): RecordChange => ({
    timestampSeconds: STAMPED + seconds,
    ...change,
  });
  const other = { noiseKey: filled(9) };
  const refused = 'DISCOVERY_NEWER_PUBLISHED';

  it('lets nothing older replace what the identity signed [S2.3]', async () => {
    expect(await replace(at(0n), at(1n, other))).toBe('replaced');
    expect(await replace(at(1n), at(0n))).toBe(refused);
    expect(await replace(at(0n), at(0n, other))).toBe(refused);
    expect(await replace(at(0n), at(0n))).toBe('replaced');
    expect(await replace(at(0n), at(9n, { unsigned: true }))).toBe(refused);
  });

  it('brings no revoked key back, and lets a newer one follow [S2.3]', async () => {
    expect(await replace(at(0n, { revoked: true }), at(9n))).toBe(refused);
    expect(await replace(at(0n, { revoked: true }), at(9n, other))).toBe('replaced');
    expect(await replace(at(9n, { revoked: true }), at(0n, other))).toBe(refused);
  });

  it('lets a key be revoked whatever the clocks say, but not by a word about another key that is older [O4] [S2.3]', async () => {
    expect(await replace(at(9n), at(0n, { revoked: true }))).toBe('replaced');
    expect(await replace(at(9n, { revoked: true }), at(0n, { revoked: true }))).toBe(refused);
    expect(await replace(at(9n, other), at(0n, { revoked: true }))).toBe(refused);
    expect(await replace(at(9n, { ...other, revoked: true }), at(0n, { revoked: true }))).toBe(refused);
  });

  it('goes by what readers go by: signed freshness, whatever has become of the binding (P8 W-11) [S2.3]', async () => {
    const mangled = (text: string) =>
      text.replace(/;sig=[^;]*/, `;sig=${base64.encode(new Uint8Array(64).fill(1))}`);
    const revocation = mangled(await recordText(at(9n, { revoked: true, bound: true })));
    const key = mangled(await recordText(at(9n)));
    for (const record of [revocation, key]) {
      const { kind } = verifyKeyRecord(
        { identity: OWNER.publicKey, device: DEVICE, record },
        { clock: clockAt(STAMPED + 9n) },
      );
      expect(kind).toBe(record === key ? 'key' : 'revocation');
      expect(await replace(record, at(0n, other))).toBe(refused);
      // What is published has to be good for readers of 0.8 as well.
      const published = { ...(await publication()), record, kind: kind } as const;
      expect(thrownBy(() => checkPublication(published, OWNER.publicKey)).code).toBe(
        'DISCOVERY_KEY_RECORD_FORGED',
      );
    }
    expect(await replace(revocation, at(99n))).toBe(refused);
    // No reader takes a key without any binding.
    expect(await replace(key.replace(/;sig=[^;]*/, ''), at(0n))).toBe('replaced');
  });

  it('lets anything replace what the identity did not sign [S2.1]', async () => {
    expect(await replace('nonsense', at(0n))).toBe('replaced');
    expect(await replace(at(9n, { signer: numbered(2) }), at(0n))).toBe('replaced');
    expect(await replace(at(9n, { unsigned: true }), at(0n))).toBe('replaced');
    const forged = (await recordText(at(9n))).replace(/ts=\d+/, 'ts=99999999999');
    expect(await replace(forged, at(0n))).toBe('replaced');
  });
});
