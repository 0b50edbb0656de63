import { describe, expect, it } from 'vitest';
import { createDiscovery, type KeyRecordSource } from '../../src/index.ts';
import { filled } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { brief, FakeRecords, fakeSource } from './fakes.ts';

function claims(...sources: readonly KeyRecordSource[]) {
  const records = new FakeRecords();
  const options = { sources, memory: records.memory, clock: clockAt(STAMPED) };
  const { discoverUnverifiedClaims } = createDiscovery(options);
  return { records, answer: discoverUnverifiedClaims(OWNER.publicKey, { device: DEVICE }) };
}

describe('discoverUnverifiedClaims', () => {
  it('tells what each source claims, verified by nobody, and remembers nothing of it', async () => {
    const forged = await recordText({ signer: numbered(2), noiseKey: filled(4) });
    const { records, answer } = claims(
      fakeSource('a', [await recordText({ noiseKey: filled(3) }), forged]),
      fakeSource('b', []),
      fakeSource('c', offline()),
    );
    const { claims: claimed, refused, failed } = await answer;
    expect(claimed).toEqual([
      { source: 'a', unverifiedNoiseKey: filled(3), unverifiedTimestampSeconds: STAMPED },
      { source: 'a', unverifiedNoiseKey: filled(4), unverifiedTimestampSeconds: STAMPED },
    ]);
    expect(refused).toEqual([]);
    expect(brief(failed)).toEqual(['c DISCOVERY_OFFLINE']);
    expect(records.entries.size).toBe(0);
  });

  it('refuses what needs no signature to be refused (P8 W-10) [S2.2]', async () => {
    const { answer } = claims(
      fakeSource('old', [await recordText({ timestampSeconds: STAMPED - 2_592_001n })]),
      fakeSource('early', [await recordText({ timestampSeconds: STAMPED + 301n })]),
      fakeSource('revoked', [await recordText({ revoked: true })]),
      fakeSource('nonsense', ['nonsense']),
    );
    const { claims: claimed, refused } = await answer;
    expect(claimed).toEqual([]);
    expect(brief(refused)).toEqual([
      'old DISCOVERY_KEY_STALE',
      'early DISCOVERY_KEY_FROM_FUTURE',
      'revoked DISCOVERY_KEY_REVOKED',
      'nonsense DISCOVERY_KEY_RECORD_MALFORMED',
    ]);
  });
});
