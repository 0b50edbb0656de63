import { encodeUtf8 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createKeyCache } from '../../src/cache/key-cache.ts';
import { createDiscovery } from '../../src/discovery/create-discovery.ts';
import type { DiscoveryPolicy } from '../../src/discovery/discovery-options.ts';
import type { KeyFinderEvent } from '../../src/finding/finding-events.ts';
import { createKeyFinder } from '../../src/finding/key-finder.ts';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { fakeSource } from '../discovery/fakes.ts';
import { DEVICE, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { memoryStore, recordsOn } from '../stores.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const DAY_MS = 86_400_000;
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const TEXT_A = await recordText({ noiseKey: A });
const TEXT_B = await recordText({ noiseKey: B, ...on(1) });
const UNDER_A = formerDevice(DEVICE, A);
const A_STANDS = await recordText({ noiseKey: A, device: UNDER_A, ...on(1) });
const NO_A = await recordText({ noiseKey: A, ...on(1), revoked: true });
const OCCASIONAL = { device: DEVICE, contact: 'occasional' } as const;

/** Discovery, cache and finder on one store, with two sources that give what the test says. */
function connected(policy: DiscoveryPolicy = {}) {
  const clock = new ManualClock(Number(STAMPED) * 1_000);
  const given: { file: string | undefined | Error; packet: string | undefined | Error } = {
    file: undefined,
    packet: undefined,
  };
  const source = (name: keyof typeof given) =>
    fakeSource(name, async (device) => {
      const text = device === UNDER_A ? A_STANDS : given[name];
      if (text instanceof Error) throw text;
      return text === undefined ? [] : [encodeUtf8(text)];
    });
  const cache = createKeyCache({ records: recordsOn(memoryStore(), clock), clock });
  const sources = [source('file'), source('packet')];
  const { discoverNoiseKey } = createDiscovery({ sources, memory: cache.memory, policy, clock });
  const events: KeyFinderEvent[] = [];
  const onEvent = (event: KeyFinderEvent) => void events.push(event);
  const finder = createKeyFinder({ discover: discoverNoiseKey, cache, clock, onEvent });
  return { clock, given, cache, finder, events };
}

describe('createKeyFinder with a discovery that remembers in its cache', () => {
  it('finds, rotates and settles a key [F1] [O3]', async () => {
    const { clock, given, finder, events } = connected();
    given.file = TEXT_A;
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({
      noiseKey: A,
      source: 'file',
      reason: 'discovered',
    });
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: A, reason: 'confirmed' });
    clock.advance(DAY_MS);
    given.packet = TEXT_B;
    const rotated = { noiseKey: B, formerKey: A, source: 'packet', reason: 'rotated' };
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject(rotated);
    given.file = TEXT_B;
    clock.advance(7 * DAY_MS);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: B, formerKey: undefined });
    expect(events.map(({ kind }) => kind)).toEqual(['rotated']);
  });

  it('tells of a revocation once, though the discovery has learnt it before the finder (P8 W-11) [S2.3]', async () => {
    const { clock, given, finder, cache, events } = connected();
    given.file = TEXT_A;
    await finder.find(PEER, OCCASIONAL);
    clock.advance(DAY_MS);
    given.packet = NO_A;
    for (let uses = 0; uses < 2; uses++) {
      expect((await rejectionOf(finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_KEY_REVOKED');
    }
    expect(events).toMatchObject([{ kind: 'revoked', key: '03'.repeat(8) }]);
    expect((await cache.read(PEER, DEVICE)).memory.revokedKeys).toEqual(['03'.repeat(32)]);
  });

  it('refuses what is older than what it has seen, and uses the cached key meanwhile (P8 W-09) [S2.3]', async () => {
    const { clock, given, finder } = connected();
    clock.advance(DAY_MS);
    given.file = TEXT_B;
    await finder.find(PEER, OCCASIONAL);
    given.file = TEXT_A;
    const answer = await finder.find(PEER, OCCASIONAL);
    expect([answer?.noiseKey, answer?.problem?.code]).toEqual([B, 'DISCOVERY_KEY_ROLLED_BACK']);
  });

  it('takes silence for an outage, and "there is none" of some for no answer if others are silent [O5]', async () => {
    const { given, finder, events } = connected();
    given.file = TEXT_A;
    await finder.find(PEER, OCCASIONAL);
    given.file = new TypeError('fetch failed');
    const answer = await finder.find(PEER, OCCASIONAL);
    expect(answer).toMatchObject({ noiseKey: A, degraded: true, problem: { code: 'DISCOVERY_UNREACHABLE' } });
    expect(events.map(({ kind }) => kind)).toEqual(['degraded']);
  });

  it('does not loosen the policy of the discovery [S2.1]', async () => {
    const { clock, given, finder } = connected({ maximumAgeSeconds: 86_400 });
    given.file = TEXT_A;
    clock.advance(DAY_MS + 1_000);
    expect((await rejectionOf(finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_KEY_STALE');
  });

  it('forgets with its history what the discovery is told to forget', async () => {
    const { clock, given, finder, cache } = connected();
    clock.advance(DAY_MS);
    given.file = TEXT_B;
    await finder.find(PEER, OCCASIONAL);
    await cache.forgetHistory(PEER, DEVICE);
    given.file = TEXT_A;
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ noiseKey: A, reason: 'discovered' });
  });
});
