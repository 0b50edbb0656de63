import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import { filled, rejectionOf } from '../bytes.ts';
import { DEVICE, OWNER, STAMPED, verifiedKey } from '../records/key-records.ts';
import { createWorld, DAY_MS, pendingLookUp, result, START_MS, settle } from './world.ts';

const PEER = OWNER.publicKey;
const A = filled(3);
const RECORD_A = await verifiedKey({ noiseKey: A });
const LAPTOP_A = await verifiedKey({ noiseKey: A, device: 'laptop' });
const OCCASIONAL = { device: DEVICE, contact: 'occasional' } as const;
const LAPTOP = { device: 'laptop', contact: 'occasional' } as const;

/** A contact whose key A is known, and nobody who could be asked. */
async function inOutage() {
  const world = createWorld();
  world.answer = async (_, { device } = {}) => result.found(device === 'laptop' ? LAPTOP_A : RECORD_A);
  const online = world.answer;
  await world.finder.find(PEER, OCCASIONAL);
  await world.finder.find(PEER, LAPTOP);
  world.lookUps.length = 0;
  world.answer = result.unreachable;
  return { ...world, world, online };
}

describe('createKeyFinder in an outage', () => {
  it('uses the cached key within its policy, says so, and tells the application once [O5]', async () => {
    const { finder, clock, events } = await inOutage();
    for (let uses = 0; uses < 10; uses++) {
      expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({
        noiseKey: A,
        from: 'cache',
        reason: 'unreachable',
        degraded: true,
      });
      clock.advance(10_000);
    }
    expect(events).toEqual([
      { kind: 'degraded', sinceMs: START_MS, affected: 1, identity: PEER, device: DEVICE, atMs: START_MS },
    ]);
    clock.advance(14 * DAY_MS);
    expect((await rejectionOf(finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_UNREACHABLE');
  });

  it('tells once that it is over, since when it lasted and for how long [O5]', async () => {
    const { finder, clock, events, world, online } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    clock.advance(60_000);
    await finder.find(PEER, OCCASIONAL);
    world.answer = online;
    clock.advance(60_000);
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ degraded: false, reason: 'confirmed' });
    await finder.find(PEER, OCCASIONAL);
    expect(events.slice(1)).toEqual([
      {
        kind: 'recovered',
        sinceMs: START_MS,
        forMs: 120_000,
        affected: 0,
        identity: PEER,
        device: DEVICE,
        atMs: START_MS + 120_000,
      },
    ]);
  });

  it('is over as soon as anybody answers, whatever the answer', async () => {
    const { finder, clock, events, world } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    clock.advance(2_000);
    world.answer = result.absent;
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ degraded: false, reason: 'unconfirmed' });
    expect(events.map(({ kind }) => kind)).toEqual(['degraded', 'recovered']);
  });

  it('counts how many keys are affected, so that the first and the last change can be told [O5]', async () => {
    const { finder, clock, events, world, online } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    await finder.find(PEER, LAPTOP);
    expect(
      finder
        .degraded()
        .map(({ device }) => device)
        .sort(),
    ).toEqual(['laptop', DEVICE]);
    world.answer = online;
    clock.advance(2_000);
    await finder.find(PEER, OCCASIONAL);
    await finder.find(PEER, LAPTOP);
    expect(events.map((event) => [event.kind, 'affected' in event && event.affected])).toEqual([
      ['degraded', 1],
      ['degraded', 2],
      ['recovered', 1],
      ['recovered', 0],
    ]);
    expect(finder.degraded()).toEqual([]);
  });

  it('does not hammer sources that are dead: a thousand uses in ten minutes make eleven look-ups [O5]', async () => {
    const { finder, clock, lookUps } = await inOutage();
    for (let uses = 0; uses < 1_000; uses++) {
      await finder.find(PEER, OCCASIONAL);
      clock.advance(600);
    }
    // After 2, 4, 8, 16, 32 and 64 s and then every 2 minutes, each cut by up to a half.
    expect(lookUps.length).toBeGreaterThanOrEqual(9);
    expect(lookUps.length).toBeLessThanOrEqual(15);
  });

  it('gives each further look-up twice the time, up to a minute [O5]', async () => {
    const { finder, clock, lookUps, world, online } = await inOutage();
    for (let tries = 0; tries < 4; tries++) {
      await finder.find(PEER, OCCASIONAL);
      clock.advance(120_000);
    }
    world.answer = online;
    await finder.find(PEER, OCCASIONAL);
    await finder.find(PEER, OCCASIONAL);
    expect(lookUps.map(({ timeoutMs }) => timeoutMs)).toEqual([
      15_000, 30_000, 60_000, 60_000, 60_000, 15_000,
    ]);
  });

  it('lets one caller try when it is time, while all others get the cached key at once', async () => {
    const { finder, clock, lookUps, world } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    clock.advance(2_000);
    const { discover, land } = pendingLookUp();
    world.answer = discover;
    const trying = finder.find(PEER, OCCASIONAL);
    await settle();
    for (let uses = 0; uses < 10; uses++) {
      const cached = await finder.find(PEER, OCCASIONAL);
      expect(cached?.problem?.code).toBe('DISCOVERY_LOOKUP_SUSPENDED');
    }
    land(result.found(RECORD_A));
    expect(await trying).toMatchObject({ reason: 'confirmed' });
    expect(lookUps).toHaveLength(2);
  });

  it('lets who has a cached key wait 15 s at most, and the look-up go on for those who have none', async () => {
    const { finder, clock, world, events } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    clock.advance(2_000);
    const { discover, land, signals } = pendingLookUp();
    world.answer = discover;
    const trying = finder.find(PEER, OCCASIONAL);
    await settle();
    clock.advance(15_000);
    const { degraded, problem } = (await trying) ?? {};
    expect([degraded, problem?.code]).toEqual([true, 'DISCOVERY_TIMED_OUT']);
    expect(signals[0]?.aborted).toBe(false);
    land(result.found(RECORD_A));
    await settle();
    expect(events.map(({ kind }) => kind)).toEqual(['degraded', 'recovered']);
    expect(clock.pending).toBe(0);
  });

  it('gives up a discovery that keeps no time', async () => {
    const world = createWorld();
    world.answer = () => new Promise(() => {});
    const finding = rejectionOf(world.finder.find(PEER, OCCASIONAL));
    await settle();
    world.clock.advance(16_000);
    expect((await finding).code).toBe('DISCOVERY_UNREACHABLE');
    expect(world.clock.pending).toBe(0);
  });

  it('refuses at once to look up a key that nobody knows, until the next attempt is due', async () => {
    const world = createWorld();
    world.answer = result.unreachable;
    expect((await rejectionOf(world.finder.find(PEER))).code).toBe('DISCOVERY_UNREACHABLE');
    const { code, context, retryable } = await rejectionOf(world.finder.find(PEER));
    expect([code, retryable]).toEqual(['DISCOVERY_LOOKUP_SUSPENDED', true]);
    expect(context['retryAfterMs']).toBeGreaterThan(999);
    expect(context['retryAfterMs']).toBeLessThanOrEqual(2_000);
    world.clock.advance(context['retryAfterMs'] as number);
    world.answer = result.found(await verifiedKey({ device: 'default' }));
    expect(await world.finder.find(PEER)).toMatchObject({ reason: 'discovered' });
    // Nobody used anything degraded, so there is nothing to tell.
    expect(world.events).toEqual([]);
  });

  it('lets those who know no key wait together for the one attempt', async () => {
    const world = createWorld();
    world.answer = result.unreachable;
    await rejectionOf(world.finder.find(PEER, OCCASIONAL));
    world.clock.advance(2_000);
    const { discover, land } = pendingLookUp();
    world.answer = discover;
    const all = Array.from({ length: 100 }, () => world.finder.find(PEER, OCCASIONAL));
    await settle();
    land(result.found(RECORD_A));
    for (const key of await Promise.all(all)) expect(key).toMatchObject({ reason: 'discovered' });
    expect(world.lookUps).toHaveLength(2);
  });

  it('does not keep any key from being looked up because of the outages of others', async () => {
    const { finder, world, online } = await inOutage();
    for (let strangers = 0; strangers < 2_000; strangers++) {
      await rejectionOf(finder.find(PEER, { device: `stranger-${strangers}` }));
    }
    world.answer = online;
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ reason: 'confirmed', degraded: false });
  });

  it('tries again at once after the clock was set back', async () => {
    let nowMs = START_MS;
    const manual = new ManualClock(START_MS);
    const clock = Object.assign(Object.create(manual) as ManualClock, {
      now: () => nowMs,
      schedule: () => () => {},
    });
    const world = createWorld({ clock });
    world.answer = result.unreachable;
    await rejectionOf(world.finder.find(PEER, OCCASIONAL));
    expect((await rejectionOf(world.finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_LOOKUP_SUSPENDED');
    nowMs -= 60_000;
    expect((await rejectionOf(world.finder.find(PEER, OCCASIONAL))).code).toBe('DISCOVERY_UNREACHABLE');
  });

  describe('probe', () => {
    it('finds out that the outage is over where nobody uses the keys [O5]', async () => {
      const { finder, clock, events, world, online, lookUps } = await inOutage();
      await finder.find(PEER, OCCASIONAL);
      await finder.find(PEER, LAPTOP);
      const first = await finder.probe();
      expect(first).toMatchObject({ recovered: 0, degraded: 2 });
      expect(lookUps).toHaveLength(2);
      clock.advance(first.nextProbeMs ?? 0);
      // Nobody answers: the others are not asked in this round.
      clock.advance(2_000);
      expect(await finder.probe()).toMatchObject({ recovered: 0, degraded: 2 });
      expect(lookUps).toHaveLength(3);
      world.answer = online;
      clock.advance(4_000);
      expect(await finder.probe()).toEqual({ recovered: 2, degraded: 0, nextProbeMs: undefined });
      expect(events.filter(({ kind }) => kind === 'recovered')).toHaveLength(2);
    });

    it('can be cancelled', async () => {
      const { finder, clock, world } = await inOutage();
      await finder.find(PEER, OCCASIONAL);
      clock.advance(2_000);
      world.answer = pendingLookUp().discover;
      const stopper = new AbortController();
      const probing = rejectionOf(finder.probe({ signal: stopper.signal }));
      await settle();
      stopper.abort();
      expect((await probing).code).toBe('DISCOVERY_CANCELLED');
    });
  });

  it('can be told that the connection is back', async () => {
    const { finder, world, online } = await inOutage();
    await finder.find(PEER, OCCASIONAL);
    world.answer = online;
    finder.resume();
    expect(await finder.find(PEER, OCCASIONAL)).toMatchObject({ reason: 'confirmed' });
  });

  it('uses no key in an outage whose record has become too old meanwhile [S2.2]', async () => {
    const { finder, clock, world } = await inOutage();
    world.answer = result.found(
      await verifiedKey({ noiseKey: A, timestampSeconds: STAMPED - 29n * 86_400n, device: 'tablet' }),
    );
    const tablet = { device: 'tablet', contact: 'frequent' } as const;
    await finder.find(PEER, tablet);
    world.answer = result.unreachable;
    clock.advance(DAY_MS);
    expect(await finder.find(PEER, tablet)).toMatchObject({ noiseKey: A });
    clock.advance(1_000);
    expect((await rejectionOf(finder.find(PEER, tablet))).code).toBe('DISCOVERY_UNREACHABLE');
  });
});
