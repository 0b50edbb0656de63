import { hex } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { createKeyCache } from '../../src/cache/key-cache.ts';
import { createKeyFinder } from '../../src/finding/key-finder.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey, verifiedRevocation } from '../records/key-records.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { createWorld, DAY_MS, result, START_MS, type World } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const on = (days: number) => ({ timestampSeconds: STAMPED + BigInt(days * 86_400) });
const RECORD_A = await verifiedKey({ noiseKey: A });
const RECORD_B = await verifiedKey({ noiseKey: B, ...on(7) });
const NO_B = await verifiedRevocation({ noiseKey: B, ...on(7) });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;

const of = (world: World, name: string) =>
  world.counted
    .filter((one) => one.name === `discovery.${name}`)
    .map(({ attributes }) => Object.values(attributes).join(' '));

/** First contact, hits, a rotation, an outage, and a revocation. */
async function life(): Promise<World> {
  const world = createWorld();
  const { finder, clock } = world;
  world.answer = result.found(RECORD_A);
  for (let uses = 0; uses < 3; uses++) await finder.find(PEER, FREQUENT);
  clock.advance(7 * DAY_MS);
  world.answer = result.unreachable;
  await finder.find(PEER, FREQUENT);
  clock.advance(2_000);
  world.answer = result.found(RECORD_B);
  await finder.find(PEER, FREQUENT);
  world.answer = result.revoked(NO_B);
  await rejectionOf(finder.handshakeFailed(PEER, B, FREQUENT));
  await rejectionOf(finder.find(PEER, FREQUENT));
  return world;
}

describe('createKeyFinder', () => {
  it('measures hits, misses, look-ups, rotations, revocations and outages, and nobody by name [M1]', async () => {
    const world = await life();
    expect(of(world, 'key_finds')).toEqual([
      'miss frequent',
      'hit frequent',
      'hit frequent',
      'stale frequent',
      'stale frequent',
      'stale frequent',
      'refused frequent',
    ]);
    expect(of(world, 'key_lookups')).toEqual(['found', 'unreachable', 'found', 'revoked']);
    expect(of(world, 'key_lookup_ms')).toEqual(of(world, 'key_lookups'));
    expect(of(world, 'key_changes')).toEqual(['unknown verified', 'due rotated', 'rotated revoked']);
    expect([of(world, 'key_revocations'), of(world, 'keys_degraded'), of(world, 'keys_recovered')]).toEqual([
      [''],
      [''],
      [''],
    ]);
    const shown = JSON.stringify(world.counted);
    for (const secretive of [PEER, A, B]) expect(shown).not.toContain(hex.encode(secretive).slice(0, 16));
  });

  it('tells the application of changes, by the first bytes of keys, in the order they come [M1]', async () => {
    const { events } = await life();
    const later = { identity: PEER, device: DEVICE, atMs: START_MS + 7 * DAY_MS + 2_000 };
    expect(events).toEqual([
      expect.objectContaining({ kind: 'degraded', sinceMs: START_MS + 7 * DAY_MS }),
      expect.objectContaining({ kind: 'recovered', forMs: 2_000 }),
      { kind: 'rotated', former: '03'.repeat(8), current: '04'.repeat(8), ...later },
      { kind: 'revoked', key: '04'.repeat(8), ...later },
    ]);
    expect(events.every((event) => Object.isFrozen(event))).toBe(true);
  });

  it('cannot be disturbed by who listens or measures', async () => {
    const broken = () => {
      throw new Error('a mistake');
    };
    const clock = new ManualClock(START_MS);
    const telemetry = { count: broken, record: broken, span: broken };
    const cache = createKeyCache({ records: recordsOn(memoryStore(), clock), clock, telemetry });
    let answer = result.found(RECORD_A);
    const heard: string[] = [];
    const finder = createKeyFinder({
      discover: async () => answer,
      cache,
      clock,
      telemetry,
      onEvent: async ({ kind }) => {
        heard.push(kind);
        broken();
      },
    });
    await finder.find(PEER, FREQUENT);
    answer = result.found(RECORD_B);
    clock.advance(7 * DAY_MS);
    expect(await finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B });
    expect(heard).toEqual(['rotated']);
  });
});
