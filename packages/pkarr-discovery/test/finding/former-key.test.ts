import { encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createKeyCache } from '../../src/cache/key-cache.ts';
import { DISCOVERY_PATIENCE_MS } from '../../src/constants.ts';
import { createDiscovery } from '../../src/discovery/create-discovery.ts';
import type { KeyFinderEvent } from '../../src/finding/finding-events.ts';
import { createKeyFinder } from '../../src/finding/key-finder.ts';
import type { PeerKey } from '../../src/finding/peer-key.ts';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { fakeSource } from '../discovery/fakes.ts';
import { DEVICE, OWNER, type RecordChange, recordText, STAMPED } from '../records/key-records.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { settle } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const DAY_MS = 86_400_000;
const HOUR = 3_600n;
const UNDER_A = formerDevice(DEVICE, A);
const OCCASIONAL = { device: DEVICE, contact: 'occasional' } as const;
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;
/** Records of A under its former id, at the hours after the first record. */
const formerA = (hours: bigint, change: RecordChange = {}): Promise<string> =>
  recordText({ noiseKey: A, device: UNDER_A, timestampSeconds: STAMPED + hours * HOUR, ...change });
const TEXT_A = await recordText({ noiseKey: A });
const TEXT_B = await recordText({ noiseKey: B, timestampSeconds: STAMPED + HOUR });
const A_STANDS = await formerA(1n);
const A_IS_REVOKED = await formerA(2n, { revoked: true });

/** A finder whose one source has a record, or an outage, for each device; A is known already, and an hour has passed. */
async function afterFinding(first: string, contact: typeof OCCASIONAL | typeof FREQUENT = OCCASIONAL) {
  const clock = new ManualClock(Number(STAMPED) * 1_000);
  const given = new Map<string, string | Error>([[DEVICE, first]]);
  const behaviour = async (device: string): Promise<readonly Uint8Array[]> => {
    const text = given.get(device);
    if (text === 'silence') return new Promise(() => {});
    if (text instanceof Error) throw text;
    return text === undefined ? [] : [encodeUtf8(text)];
  };
  const source = fakeSource('file', behaviour, { timeoutMs: 10_000 });
  const cache = createKeyCache({ records: recordsOn(memoryStore(), clock), clock });
  const { discoverNoiseKey } = createDiscovery({ sources: [source], memory: cache.memory, clock });
  const events: KeyFinderEvent[] = [];
  const onEvent = (event: KeyFinderEvent) => void events.push(event);
  const finder = createKeyFinder({ discover: discoverNoiseKey, cache, clock, onEvent });
  expect(await finder.find(PEER, contact)).toMatchObject({ noiseKey: A });
  clock.advance(2 * Number(HOUR) * 1_000);
  return { clock, given, cache, finder, events, asked: source.asked };
}

describe('a finder that meets another key under a device', () => {
  it('takes the former key while its record stands, and not a look-up longer [O3]', async () => {
    const { given, finder, asked, events } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, A_STANDS);
    const both = { noiseKey: B, formerKey: A, reason: 'rotated', state: 'rotated' };
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject(both);
    expect(await finder.learn(PEER, A, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: A });
    expect(asked.slice(-2)).toEqual([DEVICE, UNDER_A]);
    given.delete(UNDER_A);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: undefined });
    expect(events.map(({ kind }) => kind)).toEqual(['rotated']);
  });

  it('learns that the former key was revoked, though the device has a successor [S2.3] [O4]', async () => {
    const { given, finder, cache, events } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, A_IS_REVOKED);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({
      noiseKey: B,
      formerKey: undefined,
      state: 'verified',
      reason: 'rotated',
    });
    expect((await cache.read(PEER, DEVICE)).memory.revokedKeys).toEqual(['03'.repeat(32)]);
    expect(events).toMatchObject([{ kind: 'revoked', key: '03'.repeat(8) }]);
    expect((await rejectionOf(finder.learn(PEER, A, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
    // It is the former key that is refused, and nothing else: neither now nor once its record is gone.
    given.delete(UNDER_A);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, reason: 'confirmed' });
    expect((await rejectionOf(finder.learn(PEER, A, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
  });

  it('refuses a revoked key in a handshake that is the first to look anything up [S2.3]', async () => {
    const { given, finder } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, A_IS_REVOKED);
    expect((await rejectionOf(finder.learn(PEER, A, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B });
  });

  it('learns of a revocation during the overlap, though the new key is older than it [S2.3] [O4]', async () => {
    const { given, finder } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, A_STANDS);
    await finder.find(PEER, OCCASIONAL);
    given.set(UNDER_A, A_IS_REVOKED);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: undefined });
    expect((await rejectionOf(finder.learn(PEER, A, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
  });

  it('does not take the former key while nobody can say what became of it, and asks again [S2.3]', async () => {
    const { given, finder, cache } = await afterFinding(TEXT_A, FREQUENT);
    given.set(DEVICE, TEXT_B).set(UNDER_A, new TypeError('fetch failed'));
    // Valid for a week: doubt makes the next connection look it up.
    await finder.handshakeFailed(PEER, A, FREQUENT);
    expect(await finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B, formerKey: undefined });
    const refused = await rejectionOf(finder.learn(PEER, A, FREQUENT));
    expect([refused.code, refused.retryable]).toEqual(['DISCOVERY_UNREACHABLE', true]);
    expect((await cache.read(PEER, DEVICE)).entry.state).toBe('rotated');
    given.set(UNDER_A, A_STANDS);
    expect(await finder.learn(PEER, A, FREQUENT)).toMatchObject({ noiseKey: B, formerKey: A });
  });

  it.each([
    ['names another key', recordText({ noiseKey: B, device: UNDER_A, timestampSeconds: STAMPED + HOUR })],
    ['is of the device itself', recordText({ noiseKey: A })],
    ['is revoked without a signature', formerA(1n, { revoked: true, unsigned: true })],
  ])('does not take the former key if the record %s', async (_, record) => {
    const { given, finder } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, await record);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: undefined });
  });

  it('keeps the overlap for a peer of 0.8, which has no records of former keys', async () => {
    const { given, finder } = await afterFinding(await recordText({ noiseKey: A, unsigned: true }));
    const later = { timestampSeconds: STAMPED + HOUR, unsigned: true };
    given.set(DEVICE, await recordText({ noiseKey: B, ...later }));
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: A });
  });

  it('waits for that no longer than for a word against a key that was found', async () => {
    const { clock, given, finder } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, 'silence');
    let found: PeerKey | undefined;
    const finding = finder.find(PEER, OCCASIONAL).then((key) => {
      found = key;
    });
    await settle();
    expect(found).toBeUndefined();
    clock.advance(DISCOVERY_PATIENCE_MS);
    await settle();
    expect(found).toMatchObject({ noiseKey: B, formerKey: undefined, degraded: false });
    await finding;
  });

  it('asks about no key whose overlap is over', async () => {
    const { clock, given, finder, asked } = await afterFinding(TEXT_A);
    given.set(DEVICE, TEXT_B).set(UNDER_A, A_STANDS);
    await finder.find(PEER, OCCASIONAL);
    clock.advance(7 * DAY_MS);
    const before = asked.length;
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: undefined });
    expect(asked.slice(before)).toEqual([DEVICE]);
  });
});
