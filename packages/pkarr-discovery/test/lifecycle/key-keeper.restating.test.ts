import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { REVOCATION_KEEP_MS } from '../../src/constants.ts';
import { DiscoveryError, type PublicationTarget } from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { soon } from '../soon.ts';
import { formerOf, household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { DAY_MS, derive, HOUR_MS, World } from './world.ts';

/** The keeper of a process that reaches the packet alone. */
function withoutSession(world: World) {
  const life = world.live();
  return household(world, { ...life, targets: life.targets.slice(1) });
}

/** What the queue knew is damaged, and deleted as the error says. */
async function loseQueue(world: World): Promise<void> {
  const key = `publication-queue/${zBase32.encode(SIGNER.publicKey)}`;
  await world.store.commit([{ type: 'delete', key }]);
}

async function published(world: World) {
  const house = household(world);
  await house.keeper.publish();
  await house.queue.flush();
  return house;
}

describe('what a target was not told', () => {
  it('[O4] [S2.3] is told to one that came later, and the ledger waits for it', async () => {
    const world = new World();
    await published(world);
    const alone = withoutSession(world);
    await alone.keeper.revoke();
    await alone.queue.flush();
    await alone.keeper.run();
    expect(read(world, 'default')).toBe(shown('default'));
    const { keeper, queue, events } = household(world);
    await keeper.run();
    expect((await ledgerOf(world))!.keys[0]!.announcedAtMs).toBeUndefined();
    expect(events.map((each) => ('context' in each ? `${each.kind} ${each.context}` : each.kind))).toEqual([
      'restated default',
      'restated default#1',
    ]);
    world.clock.advance(HOUR_MS);
    await queue.flush();
    await keeper.run();
    expect((await ledgerOf(world))!.keys[0]!.announcedAtMs).toBe(world.clock.now());
    for (const target of ['homeserver', 'packet']) {
      expect(read(world, 'default', target)).toBe(shown('default#1'));
      expect(read(world, formerOf('default'), target)).toBe(`revoked ${shown('default')}`);
    }
  });

  it('[O3] [O5] is told by publishing, which makes no other key for it', async () => {
    const world = new World();
    const alone = withoutSession(world);
    await alone.keeper.publish();
    await alone.queue.flush();
    const { keeper, queue } = household(world);
    const { keys } = await keeper.publish();
    expect(keys).toHaveLength(1);
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default'));
    const { revision } = await keeper.publish();
    expect((await keeper.publish()).revision).toBe(revision);
  });

  it('[O4] [S2.3] is told again, more and more seldom, for as long as a place was not reached with a revocation', async () => {
    const world = new World();
    await published(world);
    let isLagging = true;
    const life = world.live();
    const [file, packet] = life.targets as [PublicationTarget, PublicationTarget];
    const lagging: PublicationTarget = {
      ...packet,
      async publish(publication, call) {
        await packet.publish(publication, call);
        const error = new DiscoveryError('DISCOVERY_OFFLINE', { relay: 'b', reason: 'refused' });
        if (isLagging) call?.onPartial?.([{ target: 'b', error }]);
      },
    };
    const { keeper, queue, events } = household(world, { ...life, targets: [file, lagging] });
    const told = () => events.filter(({ kind }) => kind === 'restated').length;
    const pass = async (hours: number): Promise<void> => {
      for (let hour = 0; hour < hours; hour++) {
        world.clock.advance(HOUR_MS);
        await keeper.run();
        await queue.flush();
      }
    };
    await keeper.revoke({ successor: false });
    await queue.flush();
    await keeper.run();
    expect(told()).toBe(0);
    await pass(1);
    expect(told()).toBe(1);
    await pass(5 * 24);
    expect(told()).toBeGreaterThan(5);
    expect(told()).toBeLessThan(12);
    isLagging = false;
    await pass(25);
    const before = told();
    await pass(10 * 24);
    expect(told()).toBe(before);
  });

  it('[O4] is told once, and not again while it is on its way', async () => {
    const world = new World();
    await published(world);
    const alone = withoutSession(world);
    await alone.keeper.revoke();
    const { keeper, queue, events } = household(world);
    await keeper.run();
    await keeper.run();
    await queue.flush();
    await keeper.run();
    expect(events.filter(({ kind }) => kind === 'restated')).toHaveLength(2);
  });

  it('[O4] [S2.3] is told where the queue was lost, to all of them, by a started keeper', async () => {
    const world = new World();
    const { keeper, queue } = await published(world);
    await keeper.revoke({ successor: false });
    await loseQueue(world);
    queue.start();
    keeper.start();
    for (let hours = 0; hours < 2; hours++) {
      world.clock.advance(HOUR_MS);
      await soon();
    }
    await keeper.close();
    await queue.close();
    for (const target of ['homeserver', 'packet']) {
      expect(read(world, 'default', target)).toBe(`revoked ${shown('default')}`);
      expect(read(world, formerOf('default'), target)).toBe(`revoked ${shown('default')}`);
    }
  });

  it('[O4] [S2.3] is told when the key is revoked once more', async () => {
    const world = new World();
    const { keeper, queue } = await published(world);
    await keeper.revoke({ successor: false });
    await loseQueue(world);
    const ledger = await keeper.revoke({ successor: false });
    expect(ledger).toMatchObject({ revocationCount: 1 });
    await queue.flush();
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
  });

  it('[O3] is told of former keys as well, and of none that is retired or withdrawn', async () => {
    const world = new World();
    const { keeper, queue } = await published(world);
    await keeper.run();
    await keeper.rotate();
    await queue.flush();
    await keeper.run();
    await loseQueue(world);
    await keeper.run();
    expect((await queue.status()).waiting.map(({ device }) => device)).toEqual([
      ...Array(2).fill(formerOf('default')),
      ...Array(2).fill('default'),
    ]);
    await keeper.revoke({ successor: false });
    await queue.flush();
    await keeper.run();
    world.clock.advance(REVOCATION_KEEP_MS + DAY_MS);
    await keeper.run();
    await queue.flush();
    await loseQueue(world);
    await keeper.run();
    expect((await queue.status()).waiting).toEqual([]);
  });

  it.each(['the clock is behind', 'the seed is lost'])(
    '[O4] [S2.3] is told of revocations at least if %s',
    async (trouble) => {
      const world = new World();
      const { keeper, queue } = await published(world);
      world.clock.advance(DAY_MS);
      await keeper.revoke();
      await queue.flush();
      await loseQueue(world);
      const behind = new World();
      const life = { ...behind.live(), openRecords: world.live().openRecords, targets: world.live().targets };
      const isLost = trouble === 'the seed is lost';
      const other = household(
        isLost ? world : behind,
        life,
        isLost ? { derive: () => derive('another') } : {},
      );
      expect((await rejectionOf(other.keeper.run())).code).toBe(
        isLost ? 'DISCOVERY_KEY_MISDERIVED' : 'DISCOVERY_CLOCK_BEHIND',
      );
      expect((await other.queue.status()).waiting.map(({ device }) => device)).toEqual(
        Array(2).fill(formerOf('default')),
      );
    },
  );
});
