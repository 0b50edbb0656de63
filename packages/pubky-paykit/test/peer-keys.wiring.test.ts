import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { connectPeerKeys, createMemoryStore, type PeerKeysOptions } from '../src/index.ts';
import { codeOf, payeeIdentity } from './peers.ts';
import {
  countingTelemetry,
  DAY_MS,
  ModelSource,
  quietNetwork,
  recordOf,
  START_MS,
  unsignedRecordOf,
} from './wiring.ts';

const PAYEE = payeeIdentity().publicKey;

/** Finds keys in one further source: nobody else has any. */
async function open(records: readonly string[], options: Partial<PeerKeysOptions> = {}) {
  const clock = new ManualClock(START_MS);
  const source = new ModelSource();
  source.records = records;
  const told: string[] = [];
  const keys = connectPeerKeys({
    network: await quietNetwork(),
    store: createMemoryStore(),
    sources: [source],
    onEvent: ({ kind }) => told.push(kind),
    clock,
    random: predictableRandomForTestingOnly(1),
    ...options,
  });
  return { ...keys, clock, source, told };
}

describe('connectPeerKeys', () => {
  it('asks further sources beside homeserver and packet [F1] [O5]', async () => {
    const { finder, discovery } = await open([await recordOf()]);
    expect((await finder.find(PAYEE))?.noiseKey).toEqual(new Uint8Array(32).fill(9));
    const { failed, disagreements } = await discovery.discoverNoiseKey(PAYEE);
    expect(failed.map(({ source }) => source)).toEqual(['homeserver']);
    expect(disagreements).toMatchObject([{ source: 'relay', says: 'absent' }]);
  });

  it('takes a time that nobody has signed unless the policy asks for more [S2.2]', async () => {
    const records = [await unsignedRecordOf()];
    expect(await (await open(records)).finder.find(PAYEE)).toMatchObject({ state: 'verified' });
    const { finder } = await open(records, { policy: { requireSignedFreshness: true } });
    expect(await codeOf(finder.find(PAYEE))).toBe('DISCOVERY_FRESHNESS_UNSIGNED');
  });

  it('holds cached keys to the signed time that look-ups are held to [S2.2]', async () => {
    const records = [await unsignedRecordOf()];
    const store = createMemoryStore();
    const call = { contact: 'frequent' } as const;
    await (await open(records, { store })).finder.find(PAYEE, call);
    expect(await (await open([], { store })).finder.find(PAYEE, call)).toMatchObject({ from: 'cache' });
    const { finder, source } = await open(records, { store, policy: { requireSignedFreshness: true } });
    expect(await codeOf(finder.find(PAYEE, call))).toBe('DISCOVERY_FRESHNESS_UNSIGNED');
    source.isDown = true;
    expect(await codeOf(finder.find(PAYEE, call))).toBe('DISCOVERY_UNREACHABLE');
    source.isDown = false;
    source.records = [await recordOf()];
    finder.resume();
    expect(await finder.find(PAYEE, call)).toMatchObject({ from: 'discovery', state: 'verified' });
    expect(await finder.find(PAYEE, call)).toMatchObject({ from: 'cache' });
  });

  it('looks no record up that is older than the policy allows [S2.2]', async () => {
    const records = [await recordOf({ atMs: START_MS - 2 * DAY_MS })];
    expect(await (await open(records)).finder.find(PAYEE)).toMatchObject({ state: 'verified' });
    const policy = { maximumAgeSeconds: DAY_MS / 1_000 };
    const { finder, discovery } = await open(records, { policy });
    expect(await codeOf(finder.find(PAYEE))).toBe('DISCOVERY_KEY_STALE');
    expect((await discovery.discoverNoiseKey(PAYEE)).outcome).toBe('stale');
  });

  it('tells of rotated and revoked keys, and of outages [O4] [O5]', async () => {
    const { finder, clock, source, told } = await open([await recordOf()]);
    await finder.find(PAYEE);
    source.isDown = true;
    await finder.find(PAYEE);
    expect(told).toEqual(['degraded']);
    source.isDown = false;
    clock.advance(DAY_MS);
    source.records = [await recordOf({ key: 10, atMs: clock.now() })];
    await finder.find(PAYEE);
    expect(told).toEqual(expect.arrayContaining(['degraded', 'recovered', 'rotated']));
    source.records = [await recordOf({ key: 10, atMs: clock.now() + 1_000, revoked: true })];
    expect(await codeOf(finder.find(PAYEE))).toBe('DISCOVERY_KEY_REVOKED');
    expect(told.at(-1)).toBe('revoked');
  });

  it('measures finder, look-ups and cache [M1]', async () => {
    const { telemetry, counted } = countingTelemetry();
    const { finder } = await open([await recordOf()], { telemetry });
    await finder.find(PAYEE);
    expect([...counted]).toEqual(
      expect.arrayContaining(['discovery.key_finds', 'discovery.lookups', 'discovery.key_changes']),
    );
  });
});
