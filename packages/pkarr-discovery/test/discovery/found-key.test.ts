import { describe, expect, it } from 'vitest';
import { createDiscovery, type KeyRecordSource, requireFoundKey } from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { clockAt, DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { FakeRecords, fakeSource } from './fakes.ts';

async function find(...sources: readonly KeyRecordSource[]) {
  const options = { sources, memory: new FakeRecords().memory, clock: clockAt(STAMPED) };
  return requireFoundKey(
    await createDiscovery(options).discoverNoiseKey(OWNER.publicKey, { device: DEVICE }),
  );
}

describe('requireFoundKey', () => {
  it('gives the record of a key that was found', async () => {
    expect((await find(fakeSource('a', [await recordText()]))).device).toBe(DEVICE);
  });

  it('throws what the look-up came to, each with a code and a next step of its own [F3]', async () => {
    const cases: [KeyRecordSource, string][] = [
      [fakeSource('a', []), 'DISCOVERY_KEY_ABSENT'],
      [fakeSource('a', offline()), 'DISCOVERY_UNREACHABLE'],
      [fakeSource('a', ['nonsense']), 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [fakeSource('a', [await recordText({ revoked: true })]), 'DISCOVERY_KEY_REVOKED'],
      [fakeSource('a', [await recordText({ signer: numbered(2) })]), 'DISCOVERY_KEY_RECORD_FORGED'],
    ];
    for (const [source, code] of cases) expect((await rejectionOf(find(source))).code).toBe(code);
  });
});
