import { describe, expect, it } from 'vitest';
import { KEEPER_POLL_MS, LEASE_MS } from '../../src/constants.ts';
import type { KeeperEvent } from '../../src/lifecycle/keeper-events.ts';
import { KEY_POLICIES } from '../../src/lifecycle/key-policy.ts';
import { parseKeyRecord } from '../../src/records/key-record.ts';
import { rejectionOf } from '../bytes.ts';
import { offline } from '../relay-model.ts';
import { soon } from '../soon.ts';
import { household, ledgerOf, read, shown } from './household.ts';
import { DAY_MS, derive, HOUR_MS, type Life, World } from './world.ts';

type Household = ReturnType<typeof household>;

/** Lets so many days pass, an hour at a time unless said otherwise. */
async function pass(world: World, days: number, step = 1): Promise<void> {
  for (let hours = 0; hours < days * 24; hours += step) {
    world.clock.advance(step * HOUR_MS);
    await soon();
  }
}

function started(
  world: World,
  options: Parameters<typeof household>[2] = {},
  life: Life = world.live(),
): Household {
  const house = household(world, life, options);
  house.queue.start();
  house.keeper.start();
  house.keeper.start();
  return house;
}

async function closed({ keeper, queue }: Household): Promise<void> {
  await keeper.close();
  await queue.close();
}

const kindsOf = (events: readonly KeeperEvent[]) => events.map(({ kind }) => kind);
const policy = { ...KEY_POLICIES.critical, jitterMs: 0 };

describe('createKeyKeeper', () => {
  it('[O3] publishes, re-stamps, rotates and retires by itself', async () => {
    const world = new World();
    const house = started(world, { policy });
    await pass(world, 15);
    await closed(house);
    expect(read(world, 'default')).toBe(shown('default#2'));
    const kinds = kindsOf(house.events);
    expect(kinds.filter((kind) => kind === 'rotated')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'retired')).toHaveLength(1);
    expect(kinds).not.toContain('failed');
    expect(world.clock.pending).toBe(0);
  });

  it('[O3] keeps its dates through restarts', async () => {
    const world = new World();
    for (let day = 0; day < 20; day++) {
      const house = started(world, { policy });
      await pass(world, 1);
      await closed(house);
    }
    const { arrivals } = world.target('homeserver');
    const keys = new Set(
      arrivals.flatMap(({ record }) => (record === undefined ? [] : parseKeyRecord(record).noiseKey.join())),
    );
    // 0, 7 and 14 days.
    expect(keys.size).toBe(3);
    expect((await ledgerOf(world))?.rotationCount).toBe(2);
    // Signed again every 2 days and not at every start.
    expect(
      arrivals.filter(({ device, kind }) => device === 'default' && kind === 'key').length,
    ).toBeLessThanOrEqual(11);
    expect(world.clock.pending).toBe(0);
  });

  it('[O3] spreads its dates, and says when the next one is', async () => {
    const dues = new Set<number>();
    for (let seed = 0; seed < 8; seed++) {
      const world = new World();
      // The first draws are for the leases.
      world.random.bytes(seed);
      const { keeper } = household(world);
      await keeper.publish();
      const { next } = await keeper.status();
      expect(next?.action).toBe('restamp');
      const days = (next!.dueMs - world.clock.now()) / DAY_MS;
      expect(days).toBeGreaterThan(6);
      expect(days).toBeLessThanOrEqual(7);
      dues.add(next!.dueMs);
    }
    expect(dues.size).toBeGreaterThan(4);
  });

  it('[O3] [O5] tells what fails, tries again, and makes up for it', async () => {
    const world = new World();
    let isLocked = true;
    const house = started(world, {
      async derive(context) {
        if (isLocked) throw new Error('the key store is locked');
        return derive(context);
      },
    });
    await pass(world, 1);
    expect(house.events.length).toBeGreaterThan(3);
    expect(new Set(kindsOf(house.events))).toEqual(new Set(['failed']));
    expect(house.events[0]).toMatchObject({ kind: 'failed', device: 'default', code: 'UNCODED' });
    isLocked = false;
    await pass(world, 0.2);
    await closed(house);
    expect(read(world, 'default')).toBe(shown('default'));
  });

  it('[O3] [O5] signs the record again though the key cannot be replaced, and says so', async () => {
    const world = new World();
    const house = started(world, {
      policy,
      async derive(context) {
        if (context !== 'default') throw new Error('the module is sealed');
        return derive(context);
      },
    });
    await pass(world, 38);
    await closed(house);
    expect(read(world, 'default')).toBe(shown('default'));
    expect(kindsOf(house.events)).toContain('failed');
    expect(kindsOf(house.events)).not.toContain('rotated');
    expect((await ledgerOf(world))?.rotationCount).toBe(0);
  });

  it('[O3] [O5] does what else is due, and then fails with what it could not do', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world, world.live(), {
      policy,
      async derive(context) {
        if (context !== 'default') throw new RangeError('sealed');
        return derive(context);
      },
    });
    await keeper.publish();
    await queue.flush();
    world.clock.advance(8 * DAY_MS);
    await expect(keeper.run()).rejects.toThrow(RangeError);
    expect(kindsOf(events)).toEqual(['created', 'confirmed', 'restamped']);
    await keeper.close();
    await queue.close();
  });

  it('[O3] looks every hour whether what it waits for has been published', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    keeper.start();
    world.clock.advance(0);
    await soon();
    await queue.flush();
    expect(kindsOf(events)).toEqual(['created']);
    world.clock.advance(KEEPER_POLL_MS);
    await soon();
    expect(kindsOf(events)).toEqual(['created', 'confirmed']);
    await keeper.close();
    await queue.close();
  });

  it('[O3] takes up by itself what the owner has changed meanwhile', async () => {
    const world = new World();
    const house = started(world);
    await pass(world, 1);
    await house.keeper.revoke({ successor: false });
    await pass(world, 46, 6);
    // The revocation is taken off, and nothing would be due ever again.
    await house.keeper.publish();
    await pass(world, 35, 6);
    await closed(house);
    expect(read(world, 'default')).toBe(shown('default#1'));
    expect(kindsOf(house.events).filter((kind) => kind === 'restamped').length).toBeGreaterThan(3);
  });

  it('[O3] is woken by each change, and by one that failed', async () => {
    const world = new World();
    const house = household(world);
    house.keeper.start();
    world.clock.advance(0);
    await soon();
    await house.queue.flush();
    await house.keeper.rotate();
    await house.queue.flush();
    // At once, and not when the record is to be signed again.
    world.clock.advance(0);
    await soon();
    expect(kindsOf(house.events)).toEqual(['created', 'confirmed', 'rotated', 'confirmed']);
    expect((await rejectionOf(house.keeper.revoke({ which: { context: 'none' } }))).code).toBe(
      'DISCOVERY_KEY_NOT_IN_LEDGER',
    );
    await closed(house);
    expect(world.clock.pending).toBe(0);
  });

  it('[O3] keeps up what another process has published', async () => {
    const world = new World();
    const house = started(world);
    await pass(world, 1);
    const other = household(world);
    await other.keeper.revoke({ successor: false });
    await pass(world, 46, 6);
    await other.keeper.publish();
    await closed(other);
    await pass(world, 35, 6);
    await closed(house);
    expect(read(world, 'default')).toBe(shown('default#1'));
  });

  it('[O3] [O5] goes on replacing keys though one target is out of reach for good', async () => {
    const world = new World();
    let isDead = false;
    const life = world.live((_, target) => (isDead && target === 'packet' ? offline() : undefined));
    const house = started(world, {}, life);
    await pass(world, 1);
    isDead = true;
    await pass(world, 300, 12);
    await closed(house);
    expect((await ledgerOf(world))?.keys.map(({ status }) => status)).toEqual([
      'retired',
      'retired',
      'retired',
      'current',
    ]);
    expect(read(world, 'default')).toBe(shown('default#3'));
  });

  it('[O3] waits for another process without an alarm', async () => {
    const world = new World();
    // A process that has the lease, and dies.
    const life = world.live((call) => (call === 3 ? 'die before' : undefined));
    const dead = household(world, life);
    dead.keeper.publish().catch(() => {});
    await life.died;
    const house = started(world);
    world.clock.advance(1_000);
    await soon();
    expect(house.events).toEqual([]);
    world.clock.advance(2 * LEASE_MS);
    await soon();
    world.clock.advance(LEASE_MS);
    await soon();
    expect(kindsOf(house.events)).toEqual(['created']);
    await closed(house);
  });

  it('refuses work after it was closed, and leaves the queue open', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    keeper.start();
    await keeper.close();
    await keeper.close();
    expect((await rejectionOf(keeper.publish())).code).toBe('DISCOVERY_CLOSED');
    expect(() => keeper.start()).toThrow();
    expect(world.clock.pending).toBe(0);
    await queue.flush();
    await queue.close();
  });
});
