import { describe, expect, it } from 'vitest';
import { createDiscovery, type DiscoverOptions, type DiscoveryResult } from '../../src/index.ts';
import { filled } from '../bytes.ts';
import {
  clockAt,
  DEVICE,
  NOISE_KEY,
  OWNER,
  type RecordChange,
  recordText,
  STAMPED,
} from '../records/key-records.ts';
import { brief, FakeRecords, fakeSource } from './fakes.ts';

const DAY = 86_400n;
const FORMER = filled(9);
/** Of the present, as anybody can make one of a record of ours who drops `fsig` and writes another time. */
const STRIPPED: RecordChange = { noiseKey: FORMER, unsigned: true };
const STALE: RecordChange = { timestampSeconds: STAMPED - 31n * DAY };
const FUTURE: RecordChange = { timestampSeconds: STAMPED + 10n * DAY };

/** Somebody with a memory, who looks at the second of the record of N8 A.6 unless told otherwise. */
class Onlooker {
  readonly #records = new FakeRecords();

  /** What each source has, told as outcome and first byte of the key. */
  async sees(
    sources: readonly (readonly RecordChange[])[],
    call: DiscoverOptions & { readonly at?: bigint } = {},
  ): Promise<DiscoveryResult> {
    const { at = STAMPED, ...options } = call;
    const opened = sources.map(async (changes, index) =>
      fakeSource(`s${index}`, await Promise.all(changes.map((change) => recordText(change)))),
    );
    const discovery = createDiscovery({
      sources: await Promise.all(opened),
      memory: this.#records.memory,
      clock: clockAt(at),
    });
    return discovery.discoverNoiseKey(OWNER.publicKey, { device: DEVICE, ...options });
  }
}

function told(result: DiscoveryResult): string {
  return result.outcome === 'found' ? `found ${result.record.noiseKey[0]}` : result.outcome;
}

describe('a record that is signed, and not of the time that is allowed', () => {
  it('keeps a stripped one of another key from being found, in the same look-up (P8 W-09) [S2.2] [S2.3]', async () => {
    const result = await new Onlooker().sees([[STRIPPED], [STALE]]);
    // What the identity has said itself tells more than what somebody else made of it.
    expect(result).toMatchObject({ outcome: 'stale', source: 's1', error: { code: 'DISCOVERY_KEY_STALE' } });
    expect(brief(result.disagreements)).toEqual(['s0 downgraded DISCOVERY_KEY_DOWNGRADED']);
    const ahead = await new Onlooker().sees([[STRIPPED], [FUTURE]]);
    expect(ahead).toMatchObject({ outcome: 'future', source: 's1' });
  });

  it('keeps one from being found in any look-up from then on (P8 W-09) [S2.3]', async () => {
    for (const seen of [STALE, FUTURE]) {
      const peer = new Onlooker();
      expect(['stale', 'future']).toContain(told(await peer.sees([[seen]])));
      expect(told(await peer.sees([[STRIPPED]]))).toBe('downgraded');
      expect(told(await peer.sees([[{ unsigned: true }], []]))).toBe('downgraded');
    }
  });

  it('makes nobody who asks for a fresher record get a worse one [S2.2]', async () => {
    const peer = new Onlooker();
    const sources = [[STRIPPED], [{ timestampSeconds: STAMPED - 7_200n }]];
    expect(told(await peer.sees(sources, { maximumAgeSeconds: 3_600 }))).toBe('stale');
    expect(told(await peer.sees(sources))).toBe(`found ${NOISE_KEY[0]}`);
  });

  it('shuts out what is older than a stale one, and nothing newer [S2.3]', async () => {
    const peer = new Onlooker();
    const call = { maximumAgeSeconds: 3_600 };
    expect(told(await peer.sees([[{ timestampSeconds: STAMPED - 7_200n }]], call))).toBe('stale');
    expect(told(await peer.sees([[{ noiseKey: FORMER, timestampSeconds: STAMPED - 7_201n }]]))).toBe(
      'rolled-back',
    );
    expect(told(await peer.sees([[{ noiseKey: FORMER, timestampSeconds: STAMPED - 7_199n }]]))).toBe(
      'found 9',
    );
  });

  it('shuts out no owner whose clock was ahead once it has been set right', async () => {
    const peer = new Onlooker();
    const right = { noiseKey: FORMER };
    expect(told(await peer.sees([[FUTURE]]))).toBe('future');
    expect(told(await peer.sees([[FUTURE], [right]]))).toBe('found 9');
    expect(told(await peer.sees([[right]], { at: STAMPED + 100n }))).toBe('found 9');
    expect(told(await peer.sees([[{ noiseKey: filled(8), timestampSeconds: STAMPED + 100n }]]))).toBe(
      'found 8',
    );
  });

  it('raises no time for a key that is revoked, and says all the same that the device signs', async () => {
    const peer = new Onlooker();
    const revocation = { revoked: true, timestampSeconds: STAMPED - 50n * DAY };
    expect(told(await peer.sees([[revocation, STALE]]))).toBe('revoked');
    expect(told(await peer.sees([[STRIPPED]]))).toBe('downgraded');
    const after = { noiseKey: FORMER, timestampSeconds: STAMPED - 29n * DAY };
    expect(told(await peer.sees([[after]]))).toBe('found 9');
  });

  it('proves nothing without a signature', async () => {
    const peer = new Onlooker();
    expect(told(await peer.sees([[{ ...STALE, unsigned: true }], [STRIPPED]]))).toBe('found 9');
    expect(told(await peer.sees([[{ ...FUTURE, unsigned: true }], [STRIPPED]]))).toBe('found 9');
  });
});
