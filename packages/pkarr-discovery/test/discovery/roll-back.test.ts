import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  createDiscovery,
  type DiscoveryResult,
  type KeyRecordSource,
  type RollBackCall,
} from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import {
  clockAt,
  DEVICE,
  NOISE_KEY,
  OWNER,
  type RecordChange,
  recordText,
  STAMPED,
} from '../records/key-records.ts';
import { brief, FakeRecords, fakeSource, settled } from './fakes.ts';

const OTHER_KEY = filled(9);
const THIRD_KEY = filled(8);

/** A device seen through sources that change, by somebody who remembers. */
class Onlooker {
  readonly records = new FakeRecords();
  policy = {};

  async sees(...sources: readonly (readonly RecordChange[])[]): Promise<DiscoveryResult> {
    const opened = await Promise.all(
      sources.map(async (changes, index) =>
        fakeSource(`s${index}`, await Promise.all(changes.map((change) => recordText(change)))),
      ),
    );
    return this.ask(opened);
  }

  ask(sources: readonly KeyRecordSource[]): Promise<DiscoveryResult> {
    return this.#discovery(sources).discoverNoiseKey(OWNER.publicKey, { device: DEVICE });
  }

  forget(): Promise<void> {
    return this.#discovery([fakeSource('none', [])]).forgetDevice(OWNER.publicKey, DEVICE);
  }

  #discovery(sources: readonly KeyRecordSource[]) {
    const clock = clockAt(STAMPED + 500n);
    return createDiscovery({ sources, memory: this.records.memory, clock, policy: this.policy });
  }
}

const after = (seconds: bigint, change: RecordChange = {}): RecordChange => ({
  timestampSeconds: STAMPED + seconds,
  ...change,
});

/** In short: the outcome, and which key it is about. */
function told(result: DiscoveryResult): string {
  if (result.outcome === 'found') return `found ${result.record.noiseKey[0]}`;
  return result.outcome === 'revoked' ? `revoked ${result.revokedKey[0]}` : result.outcome;
}

describe('the memory of a discovery', () => {
  it('refuses an older record than it has seen, from whichever source [S2.3]', async () => {
    const peer = new Onlooker();
    expect(told(await peer.sees([after(100n, { noiseKey: OTHER_KEY })], []))).toBe('found 9');
    expect(told(await peer.sees([], [after(0n)]))).toBe('rolled-back');
    expect(told(await peer.sees([after(0n)], [after(100n, { noiseKey: OTHER_KEY })]))).toBe('found 9');
    expect(told(await peer.sees([after(101n)]))).toBe(`found ${NOISE_KEY[0]}`);
  });

  it('keeps to the key it has seen of two of one second', async () => {
    for (const [first, second] of [[OTHER_KEY, THIRD_KEY] as const, [THIRD_KEY, OTHER_KEY] as const]) {
      const peer = new Onlooker();
      expect(told(await peer.sees([{ noiseKey: first }]))).toBe(`found ${first[0]}`);
      expect(told(await peer.sees([{ noiseKey: second }]))).toBe('rolled-back');
      expect(told(await peer.sees([{ noiseKey: second }], [{ noiseKey: first }]))).toBe(`found ${first[0]}`);
    }
  });

  it('refuses a record without a signed time after one with it [S2.3]', async () => {
    const peer = new Onlooker();
    await peer.sees([after(0n)]);
    expect(told(await peer.sees([after(400n, { unsigned: true })]))).toBe('downgraded');
    await peer.forget();
    expect(told(await peer.sees([after(400n, { unsigned: true })]))).toBe(`found ${NOISE_KEY[0]}`);
  });

  it('obeys a signed revocation in any source, and for ever [S2.3]', async () => {
    const peer = new Onlooker();
    const result = await peer.sees([after(100n)], [after(50n, { revoked: true })]);
    expect(told(result)).toBe(`revoked ${NOISE_KEY[0]}`);
    expect(result).toMatchObject({ source: 's1', error: { context: { proof: 'signed' } } });
    expect(result.revocations).toHaveLength(1);
    expect(result.outcome === 'revoked' && result.revocation).toBe(result.revocations[0]);
    expect(brief(result.disagreements)).toEqual(['s0 outdone']);

    const again = await peer.sees([after(400n)]);
    expect(told(again)).toBe(`revoked ${NOISE_KEY[0]}`);
    expect(again).toMatchObject({ revocation: undefined, revocations: [] });
    expect(told(await peer.sees([after(450n, { noiseKey: OTHER_KEY })]))).toBe('found 9');
  });

  it('lets a newer key follow a revocation, and learns one that comes late [S2.3]', async () => {
    const peer = new Onlooker();
    const late = await peer.sees([after(100n, { noiseKey: OTHER_KEY })], [after(50n, { revoked: true })]);
    expect(told(late)).toBe('found 9');
    expect(brief(late.disagreements)).toEqual(['s1 revoked DISCOVERY_KEY_REVOKED']);
    expect(late.revocations.map(({ revokedKey }) => revokedKey[0])).toEqual([NOISE_KEY[0]]);
    expect(told(await peer.sees([after(200n)]))).toBe(`revoked ${NOISE_KEY[0]}`);
    expect(told(await peer.sees([after(10n, { revoked: true })]))).toBe('rolled-back');
  });

  it('obeys a revocation that is newer than a key it does not name, or of the same second', async () => {
    for (const seconds of [101n, 100n]) {
      const peer = new Onlooker();
      const key = after(100n, { noiseKey: OTHER_KEY });
      expect(told(await peer.sees([key], [after(seconds, { revoked: true })]))).toBe(
        `revoked ${NOISE_KEY[0]}`,
      );
    }
  });

  it('obeys an old revocation: it never goes stale', async () => {
    const peer = new Onlooker();
    const long = 400n * 86_400n;
    expect(told(await peer.sees([after(-long, { revoked: true })]))).toBe(`revoked ${NOISE_KEY[0]}`);
  });

  it('does not let a revocation from the future shut out what comes later', async () => {
    const peer = new Onlooker();
    const future = after(100_000n, { revoked: true, noiseKey: OTHER_KEY });
    expect(told(await peer.sees([after(100n)], [future]))).toBe('revoked 9');
    expect(told(await peer.sees([after(200n)]))).toBe(`found ${NOISE_KEY[0]}`);
    expect(told(await peer.sees([after(50n)]))).toBe('rolled-back');
  });

  it('obeys a revocation nobody signed of a device that does not sign, while it is there, and does not remember it (P8 W-11)', async () => {
    const peer = new Onlooker();
    const unsigned = { unsigned: true };
    const revoked = { revoked: true, unsigned: true };
    const result = await peer.sees([after(100n, unsigned)], [after(0n, revoked)]);
    expect(told(result)).toBe(`revoked ${NOISE_KEY[0]}`);
    expect(result).toMatchObject({ revocation: undefined, error: { context: { proof: 'unsigned' } } });
    expect(told(await peer.sees([after(100n, unsigned)]))).toBe(`found ${NOISE_KEY[0]}`);
    const other = after(100n, { ...revoked, noiseKey: OTHER_KEY });
    expect(told(await peer.sees([after(100n, unsigned)], [other]))).toBe('revoked 9');
    const earlier = after(99n, { ...revoked, noiseKey: OTHER_KEY });
    const former = await peer.sees([after(100n, unsigned)], [earlier]);
    expect(told(former)).toBe(`found ${NOISE_KEY[0]}`);
    expect(brief(former.disagreements)).toEqual(['s1 revoked DISCOVERY_KEY_REVOKED']);
  });

  it('believes the time of such a revocation no further ahead than clocks may differ (P8 W-11)', async () => {
    const peer = new Onlooker();
    const revoked = { revoked: true, unsigned: true, noiseKey: OTHER_KEY };
    const key = after(0n, { unsigned: true });
    expect(told(await peer.sees([key], [after(800n, revoked)]))).toBe('revoked 9');
    expect(told(await peer.sees([key], [after(801n, revoked)]))).toBe(`found ${NOISE_KEY[0]}`);
    const endOfTime = { ...revoked, timestampSeconds: 2n ** 64n - 1n };
    expect(told(await peer.sees([key], [endOfTime]))).toBe(`found ${NOISE_KEY[0]}`);
    // Of the key itself it counts whenever that may have been.
    expect(told(await peer.sees([key], [{ ...endOfTime, noiseKey: NOISE_KEY }]))).toBe(
      `revoked ${NOISE_KEY[0]}`,
    );
  });

  it('shuts out no key of a device that signs for what anybody may have written (P8 W-11) [O5]', async () => {
    const peer = new Onlooker();
    const revoked = { revoked: true, unsigned: true };
    const claims = [
      after(0n, revoked),
      after(0n, { ...revoked, noiseKey: OTHER_KEY, timestampSeconds: 2n ** 64n - 1n }),
    ];
    const result = await peer.sees(claims, [after(100n)]);
    expect(told(result)).toBe(`found ${NOISE_KEY[0]}`);
    expect(brief(result.disagreements)).toEqual([
      's0 revoked DISCOVERY_KEY_REVOKED',
      's0 revoked DISCOVERY_KEY_REVOKED',
    ]);
    // Also while the source is silent that has the key: the device is known to sign.
    const alone = await peer.sees(claims);
    expect(alone).toMatchObject({ outcome: 'downgraded', error: { code: 'DISCOVERY_KEY_DOWNGRADED' } });
    expect(alone.disagreements).toEqual([]);
    expect(told(await peer.sees([after(99n, { revoked: true })], [after(100n)]))).toBe(
      `revoked ${NOISE_KEY[0]}`,
    );
  });

  it('hears no revocation nobody signed where only signed times count (P8 W-11)', async () => {
    const peer = new Onlooker();
    peer.policy = { requireSignedFreshness: true };
    const claim = after(0n, { revoked: true, unsigned: true });
    expect(told(await peer.sees([claim]))).toBe('unsigned');
    expect(told(await peer.sees([claim], [after(0n)]))).toBe(`found ${NOISE_KEY[0]}`);
  });

  it('keeps nothing of strangers of whom nothing is signed but a claim that they are revoked', async () => {
    const peer = new Onlooker();
    expect(told(await peer.sees([after(0n, { revoked: true, unsigned: true })]))).toBe(
      `revoked ${NOISE_KEY[0]}`,
    );
    expect(peer.records.entries.size).toBe(0);
  });

  it('remembers before it answers, and answers nothing if it cannot [S2.3]', async () => {
    const peer = new Onlooker();
    const events: string[] = [];
    let release = (): void => {};
    const written = new Promise<void>((writing) => {
      peer.records.beforeWrite = () =>
        new Promise((resolve) => {
          events.push('write');
          release = resolve;
          writing();
        });
      peer.sees([after(0n)]).then(() => events.push('answer'));
    });
    await written;
    await settled();
    expect(events).toEqual(['write']);
    release();
    await settled();
    expect(events).toEqual(['write', 'answer']);

    peer.records.beforeWrite = () => {
      throw Object.assign(new Error('disk'), { code: 'EIO' });
    };
    const failed = await rejectionOf(peer.sees([after(1n)]));
    expect([failed.code, failed.context]).toEqual(['DISCOVERY_MEMORY_FAILED', { reason: 'EIO' }]);
    expect((await rejectionOf(peer.forget())).code).toBe('DISCOVERY_MEMORY_FAILED');
    // What anybody may have written is not remembered either.
    expect(told(await peer.sees([]))).toBe('absent');
    expect(told(await peer.sees([after(-86_400n * 40n, { unsigned: true })]))).toBe('stale');
    // That it signs its times is learnt of a device, though this record may not be used.
    expect((await rejectionOf(peer.sees([after(-86_400n * 40n)]))).code).toBe('DISCOVERY_MEMORY_FAILED');
  });

  it('waits for no store that hangs, and gives no key that is not remembered [S2.3] [O5]', async () => {
    const clock = clockAt(STAMPED);
    const limits: (number | undefined)[] = [];
    const hangs = (limit: number | undefined) => {
      limits.push(limit);
      return new Promise<void>(() => {});
    };
    const memory = {
      update: (_address: unknown, _change: unknown, call: RollBackCall = {}) => hangs(call.timeoutMs),
      forget: (_address: unknown, call: RollBackCall = {}) => hangs(call.timeoutMs),
    };
    const options = { sources: [fakeSource('a', [await recordText()])], memory, clock };
    const { discoverNoiseKey, forgetDevice } = createDiscovery(options);
    const failed = rejectionOf(discoverNoiseKey(OWNER.publicKey, { device: DEVICE, timeoutMs: 500 }));
    await settled();
    clock.advance(5_000);
    expect([(await failed).code, (await failed).context, limits]).toEqual([
      'DISCOVERY_MEMORY_FAILED',
      { reason: 'DISCOVERY_TIMED_OUT' },
      [5_000],
    ]);
    const forgotten = rejectionOf(forgetDevice(OWNER.publicKey, DEVICE, { timeoutMs: 300 }));
    await settled();
    clock.advance(300);
    expect([(await forgotten).code, limits[1]]).toEqual(['DISCOVERY_MEMORY_FAILED', 300]);
    const controller = new AbortController();
    const cancelled = rejectionOf(
      discoverNoiseKey(OWNER.publicKey, { device: DEVICE, signal: controller.signal }),
    );
    await settled();
    controller.abort();
    expect((await cancelled).code).toBe('DISCOVERY_CANCELLED');
    expect(clock.pending).toBe(0);
  });

  it('judges anew when somebody else has remembered meanwhile', async () => {
    const peer = new Onlooker();
    peer.records.attempts = 3;
    expect(told(await peer.sees([after(0n)]))).toBe(`found ${NOISE_KEY[0]}`);
    expect(told(await peer.sees([after(0n)]))).toBe(`found ${NOISE_KEY[0]}`);
  });

  it('gives no key if its memory was not asked', async () => {
    const memory = { update: async () => {}, forget: async () => {} };
    const sources = [fakeSource('a', [await recordText()])];
    const { discoverNoiseKey } = createDiscovery({ sources, memory, clock: clockAt(STAMPED) });
    const failed = await rejectionOf(discoverNoiseKey(OWNER.publicKey, { device: DEVICE }));
    expect(failed.code).toBe('DISCOVERY_MEMORY_FAILED');
  });

  it('gives no key out of a memory that was damaged', async () => {
    const peer = new Onlooker();
    await peer.sees([after(0n)]);
    for (const [key, bytes] of peer.records.entries) peer.records.entries.set(key, bytes.slice(1));
    expect((await rejectionOf(peer.sees([after(0n)]))).code).toBe('DISCOVERY_DOCUMENT_MALFORMED');
  });

  it('keeps devices and identities apart, under a key any store takes', async () => {
    const peer = new Onlooker();
    await peer.sees([after(0n)]);
    const [key] = peer.records.entries.keys();
    expect(key).toMatch(/^roll-back\/[a-z0-9]{52}\/phone1$/);
    expect(hex.encode(peer.records.entries.get(key as string) as Uint8Array).length).toBeLessThan(600);
  });
});
