import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey } from '../records/key-records.ts';
import { createWorld, DAY_MS, result, START_MS, type World } from './world.ts';

const PEER = OWNER.publicKey;
const [A, B] = [filled(3), filled(4)];
const RECORD_A = await verifiedKey({ noiseKey: A });
const RECORD_B = await verifiedKey({ noiseKey: B, timestampSeconds: STAMPED + 100n });
const FREQUENT = { device: DEVICE, contact: 'frequent' } as const;
const YEARS_MS = 5 * 365 * DAY_MS;

/** A key that was met while the clock was five years ahead; now the clock is right. */
async function metInTheFuture(): Promise<World> {
  const ahead = createWorld({ clock: new ManualClock(START_MS + YEARS_MS) });
  await ahead.finder.learn(PEER, A, FREQUENT);
  const world = createWorld({ store: ahead.store });
  world.answer = result.unreachable;
  return world;
}

describe('a clock that was ahead', () => {
  it('gives no key a life that ends years later [S2.2]', async () => {
    const world = await metInTheFuture();
    expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_UNREACHABLE');
    expect((await rejectionOf(world.finder.learn(PEER, B, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });

  it('is got over when the same key is seen again, which begins its time anew (P8 §4.5)', async () => {
    const world = await metInTheFuture();
    expect(await world.finder.learn(PEER, A, FREQUENT)).toMatchObject({ noiseKey: A, state: 'tofu' });
    world.finder.resume();
    world.clock.advance(30 * DAY_MS - 1);
    expect(await world.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: A, state: 'tofu' });
    world.finder.resume();
    world.clock.advance(1);
    expect((await rejectionOf(world.finder.find(PEER, FREQUENT))).code).toBe('DISCOVERY_UNREACHABLE');
  });

  it('forgets nothing by cleaning: neither the key nor what protects against roll-back [S2.3]', async () => {
    const world = createWorld();
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, FREQUENT);
    world.clock.advance(200_000);
    world.answer = result.found(RECORD_B);
    await world.finder.handshakeFailed(PEER, A, FREQUENT);
    const clock = new ManualClock(START_MS + 500 * DAY_MS);
    const ahead = createWorld({ store: world.store, clock });
    expect(await ahead.cache.prune()).toMatchObject({ devices: 1, expired: 0, forgotten: 0 });
    const after = world.another();
    world.answer = result.found(RECORD_A);
    expect(await after.finder.find(PEER, FREQUENT)).toMatchObject({ noiseKey: B });
    expect((await rejectionOf(after.finder.learn(PEER, filled(5), FREQUENT))).code).toBe(
      'DISCOVERY_KEY_CONFLICT',
    );
  });
});

describe('a clock that was set back', () => {
  it('makes no key unknown: another one is a conflict (P8 §4.5)', async () => {
    const world = createWorld({ clock: new ManualClock(START_MS + DAY_MS) });
    world.answer = result.found(RECORD_A);
    await world.finder.find(PEER, FREQUENT);
    const back = createWorld({ store: world.store, clock: new ManualClock(START_MS - DAY_MS) });
    expect(await back.finder.find(PEER, FREQUENT)).toBeUndefined();
    expect((await rejectionOf(back.finder.learn(PEER, B, FREQUENT))).code).toBe('DISCOVERY_KEY_CONFLICT');
  });
});
