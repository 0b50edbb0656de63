import { encodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createDiscovery, type DeviceNames, formerDevice, type KeyRecordSource } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { clockAt, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { offline } from '../relay-model.ts';
import { FakeRecords, fakeSource, later, settled } from './fakes.ts';

/** A source with a record for each device. */
function sourceOf(devices: Readonly<Record<string, RecordChange | Error>>, names?: DeviceNames) {
  const listed = names ?? { names: Object.keys(devices), complete: true };
  return fakeSource(
    'source',
    async (device) => {
      const change = devices[device];
      if (change instanceof Error) throw change;
      return change === undefined ? [] : [encodeUtf8(await recordText({ device, ...change }))];
    },
    { names: listed },
  );
}

function lookUp(...sources: readonly KeyRecordSource[]): Promise<readonly Uint8Array[]> {
  const options = { sources, memory: new FakeRecords().memory, clock: clockAt(STAMPED) };
  return createDiscovery(options).lookUpNoiseKeys(OWNER.publicKey);
}

const firstBytes = (keys: readonly Uint8Array[]) => keys.map((key) => key[0]).sort();

describe('lookUpNoiseKeys', () => {
  it('gives the keys of all devices, but none that is stale, revoked or forged (P8 W-05) [S2.1] [S2.2] [S2.3]', async () => {
    const source = sourceOf({
      default: { noiseKey: filled(1) },
      phone: { noiseKey: filled(2) },
      old: { noiseKey: filled(3), timestampSeconds: STAMPED - 2_592_001n },
      lost: { noiseKey: filled(4), revoked: true },
      stolen: { noiseKey: filled(5), revoked: true, unsigned: true },
      moved: { noiseKey: filled(6), device: 'elsewhere' },
    });
    expect(firstBytes(await lookUp(source))).toEqual([1, 2]);
  });

  it('gives no key whose time nobody has signed where the policy asks for that [S2.2]', async () => {
    const source = sourceOf({
      default: { noiseKey: filled(1) },
      old: { noiseKey: filled(2), unsigned: true },
    });
    expect(firstBytes(await lookUp(source))).toEqual([1, 2]);
    const policy = { requireSignedFreshness: true };
    const options = { sources: [source], policy, memory: new FakeRecords().memory, clock: clockAt(STAMPED) };
    const keys = await createDiscovery(options).lookUpNoiseKeys(OWNER.publicKey);
    expect(firstBytes(keys)).toEqual([1]);
  });

  it('gives none if all sources say that there is none, or none that may be used', async () => {
    expect(await lookUp(sourceOf({}))).toEqual([]);
    expect(await lookUp(sourceOf({ lost: { revoked: true } }))).toEqual([]);
  });

  it('fails rather than to say so if a source did not answer [F3]', async () => {
    expect((await rejectionOf(lookUp(sourceOf({ default: offline() })))).code).toBe('DISCOVERY_UNREACHABLE');
    const silent = fakeSource('silent', offline(), { names: offline() });
    expect((await rejectionOf(lookUp(sourceOf({}), silent))).code).toBe('DISCOVERY_UNREACHABLE');
    expect(firstBytes(await lookUp(sourceOf({ default: { noiseKey: filled(1) } }), silent))).toEqual([1]);
  });

  it('looks up 16 devices at most, `default` among them', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `a${index}`);
    const source = sourceOf(
      { default: { noiseKey: filled(1) } },
      { names: [...names, 'default'], complete: true },
    );
    expect(firstBytes(await lookUp(source))).toEqual([1]);
    expect(new Set(source.asked).size).toBe(17);
  });

  it('lets no source crowd out the devices of another one, whatever it names (P8 W-05) [O5]', async () => {
    const invented = Array.from({ length: 64 }, (_, index) => `a${String(index).padStart(2, '0')}`);
    const crowd = sourceOf({}, { names: invented, complete: true });
    const honest = fakeSource(
      'packet',
      async (device) =>
        device.startsWith('z')
          ? [encodeUtf8(await recordText({ device, noiseKey: filled(Number(device[1])) }))]
          : [],
      { names: { names: ['z1', 'z2', 'z3', 'z4', 'z5', 'z6', 'z7', 'z8'], complete: true } },
    );
    for (const sources of [
      [crowd, honest],
      [honest, crowd],
    ]) {
      expect(firstBytes(await lookUp(...sources))).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    }
  });

  it('does not call it "none" where more devices are named than it looks up [F3]', async () => {
    const names = Array.from({ length: 17 }, (_, index) => `a${index}`);
    const many = await rejectionOf(lookUp(sourceOf({}, { names, complete: true })));
    expect([many.code, many.retryable, many.context]).toEqual([
      'DISCOVERY_TOO_MANY_DEVICES',
      false,
      { maximum: 16 },
    ]);
    const cut = await rejectionOf(lookUp(sourceOf({}, { names: ['a'], complete: false })));
    expect(cut.code).toBe('DISCOVERY_TOO_MANY_DEVICES');
    expect(await lookUp(sourceOf({}, { names: names.slice(0, 16), complete: true }))).toEqual([]);
    const found = sourceOf({ a0: { noiseKey: filled(1) } }, { names, complete: false });
    expect(firstBytes(await lookUp(found))).toEqual([1]);
  });

  it('looks up former keys last, as they matter least', async () => {
    const formers = Array.from(
      { length: 15 },
      (_, index) => `default-${index.toString(16).padStart(16, '0')}`,
    );
    const source = sourceOf(
      { default: { noiseKey: filled(1) }, phone: { noiseKey: filled(2) } },
      { names: [...formers, 'default', 'phone'], complete: true },
    );
    expect(firstBytes(await lookUp(source))).toEqual([1, 2]);
  });

  it('gives no key that the identity has revoked, under whichever of its ids [S2.3] [O4]', async () => {
    const noiseKey = filled(2);
    const source = sourceOf({
      default: { noiseKey },
      [formerDevice('default', noiseKey)]: { noiseKey, revoked: true },
      phone: { noiseKey: filled(3) },
    });
    expect(firstBytes(await lookUp(source))).toEqual([3]);
  });

  it('asks whether a key it has found was revoked, however many devices somebody names (P8 W-11) [S2.3]', async () => {
    const noiseKey = filled(2);
    const former = formerDevice('phone', noiseKey);
    const names = Array.from({ length: 40 }, (_, index) => `a${index}`);
    const crowd = sourceOf({ phone: { noiseKey } }, { names: [...names, 'phone'], complete: true });
    const packet = sourceOf({ phone: { noiseKey }, [former]: { noiseKey, revoked: true } });
    const named = { ...packet, name: 'packet' };
    // All keys there are have been revoked, and not all devices were looked up.
    expect((await rejectionOf(lookUp(crowd, named))).code).toBe('DISCOVERY_TOO_MANY_DEVICES');
    expect(packet.asked).toContain(former);
  });

  it('ends in its time, however many devices are named and however slowly they are given (P8 W-05) [O5]', async () => {
    for (const timeoutMs of [undefined, 12_000]) {
      const clock = clockAt(STAMPED);
      const names = Array.from({ length: 30 }, (_, index) => `a${index}`);
      const slow = fakeSource('slow', (_, signal) => later(clock, 9_999, [], signal), {
        timeoutMs: 10_000,
        names: { names, complete: true },
      });
      const options = { sources: [slow], memory: new FakeRecords().memory, clock };
      const looking = rejectionOf(createDiscovery(options).lookUpNoiseKeys(OWNER.publicKey, { timeoutMs }));
      const startedMs = clock.now();
      let endedMs = 0;
      looking.then(() => {
        endedMs = clock.now() - startedMs;
      });
      for (let seconds = 0; seconds < 25; seconds++) {
        await settled();
        clock.advance(1_000);
      }
      const { code, context } = await looking;
      expect([code, context.reasons]).toEqual(['DISCOVERY_UNREACHABLE', 'DISCOVERY_TIMED_OUT']);
      expect(endedMs).toBeGreaterThan((timeoutMs ?? 20_000) - 2_000);
      expect(endedMs).toBeLessThanOrEqual(timeoutMs ?? 20_000);
      expect(clock.pending).toBe(0);
    }
  });

  it('gives what it has found when its time is over [O5]', async () => {
    const clock = clockAt(STAMPED);
    const names = Array.from({ length: 16 }, (_, index) => `a${index}`);
    const record = (device: string) => recordText({ device, noiseKey: filled(1) }).then(encodeUtf8);
    const slow = fakeSource(
      'slow',
      async (device, signal) => later(clock, 2_000, [await record(device)], signal),
      { timeoutMs: 10_000, names: { names, complete: true } },
    );
    const options = { sources: [slow], memory: new FakeRecords().memory, clock };
    const looking = createDiscovery(options).lookUpNoiseKeys(OWNER.publicKey, { timeoutMs: 3_000 });
    for (let seconds = 0; seconds < 5; seconds++) {
      for (let turn = 0; turn < 10; turn++) await settled();
      clock.advance(1_000);
    }
    expect(await looking).toHaveLength(4);
  });

  it('wants an identity', async () => {
    const options = { sources: [sourceOf({})], memory: new FakeRecords().memory };
    const answer = createDiscovery(options).lookUpNoiseKeys(new Uint8Array(0));
    expect((await rejectionOf(answer)).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});
