import { describe, expect, it } from 'vitest';
import type { KeyKeeper } from '../../src/lifecycle/key-keeper.ts';
import type { PublicationQueue } from '../../src/queue/publication-queue.ts';
import { rejectionOf } from '../bytes.ts';
import { keyPublication, revocation } from '../queue/queued.ts';
import { offline } from '../relay-model.ts';
import { formerOf, household, ledgerOf, read, shown } from './household.ts';
import { DAY_MS, World } from './world.ts';

/** A queue that takes nothing. */
function refusing(queue: PublicationQueue, error: () => Error): PublicationQueue {
  return { ...queue, identity: queue.identity, enqueue: () => Promise.reject(error()) };
}

/** The keeper of a process that gets no further than its ledger. */
function dying(world: World, life = world.live(), error: () => Error = offline): KeyKeeper {
  const { queue } = household(world, life);
  return household(world, life, { queue: refusing(queue, error) }).keeper;
}

describe('what is signed and not yet in the queue', () => {
  it('[O3] [O4] keeps no key from being revoked though a clock that was ahead has signed it', async () => {
    const world = new World();
    const one = household(world);
    await one.keeper.publish();
    await one.queue.flush();
    const ahead = new World();
    ahead.clock.advance(365 * DAY_MS);
    const { openRecords, targets } = world.live();
    await rejectionOf(dying(ahead, { ...ahead.live(), openRecords, targets }).rotate());
    expect((await ledgerOf(world))!.outbox).toHaveLength(2);
    const { keeper, queue } = household(world);
    await keeper.revoke({ successor: false });
    await queue.flush();
    for (const target of ['homeserver', 'packet']) {
      for (const context of ['default', 'default#1']) {
        expect(read(world, formerOf(context), target)).toBe(`revoked ${shown(context)}`);
      }
      expect(read(world, 'default', target)).toBe(`revoked ${shown('default#1')}`);
    }
  });

  it('[O4] [O5] keeps no key from being revoked where the queue has room for nothing else', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    await keeper.run();
    const others = Array.from({ length: 128 }, (_, number) => keyPublication({ device: `d${number}` }));
    for (const other of await Promise.all(others)) await queue.enqueue([other]);
    // What is signed stays in the ledger, and is in the way of nothing.
    expect((await rejectionOf(keeper.rotate())).code).toBe('DISCOVERY_QUEUE_FULL');
    expect((await rejectionOf(keeper.run())).code).toBe('DISCOVERY_QUEUE_FULL');
    await keeper.revoke();
    expect((await ledgerOf(world))!.outbox).toEqual([]);
    await queue.flush();
    for (const context of ['default', 'default#1']) {
      expect(read(world, formerOf(context))).toBe(`revoked ${shown(context)}`);
    }
    expect(read(world, 'default')).toBe(shown('default#2'));
  });

  it('[O4] [O5] is no revocation that is done: where nothing fits any more, revoking says so each time', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    const keys = Array.from({ length: 128 }, (_, number) => keyPublication({ device: `d${number}` }));
    const revocations = Array.from({ length: 32 }, (_, number) => revocation({ device: `r${number}` }));
    for (const each of await Promise.all([...keys, ...revocations])) await queue.enqueue([each]);
    for (let times = 0; times < 3; times++) {
      const error = await rejectionOf(keeper.revoke({ successor: false }));
      expect(error.code).toBe('DISCOVERY_QUEUE_FULL');
    }
    expect((await ledgerOf(world))!.outbox).toHaveLength(2);
    await queue.flush();
    await keeper.run();
    await queue.flush();
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
  });

  it.each([
    ['restamp', ({ keeper }: ReturnType<typeof household>) => keeper.restamp(), ['restamped']],
    ['rotate', ({ keeper }: ReturnType<typeof household>) => keeper.rotate(), ['rotated default#1']],
    [
      'revoke',
      ({ keeper }: ReturnType<typeof household>) => keeper.revoke(),
      ['revoked default', 'rotated default#1'],
    ],
  ])('[O3] [O4] is told by %s though it cannot be handed over, and told once', async (_, call, told) => {
    const world = new World();
    const one = household(world);
    await one.keeper.publish();
    await one.queue.flush();
    await one.keeper.run();
    let isBroken = true;
    const { queue } = one;
    const flaky: PublicationQueue = {
      ...queue,
      identity: queue.identity,
      enqueue: (...args) => (isBroken ? Promise.reject(offline()) : queue.enqueue(...args)),
    };
    const house = household(world, world.live(), { queue: flaky });
    await rejectionOf(call(house));
    isBroken = false;
    await house.keeper.run();
    expect(
      house.events.map((each) => ('context' in each ? `${each.kind} ${each.context}` : each.kind)),
    ).toEqual(told);
  });

  it('[O3] is told of a key whose overlap is over though it cannot be handed over', async () => {
    const world = new World();
    const one = household(world);
    await one.keeper.publish();
    await one.keeper.rotate();
    await one.queue.flush();
    await one.keeper.run();
    world.clock.advance(8 * DAY_MS);
    const { queue } = one;
    const house = household(world, world.live(), { queue: refusing(queue, offline) });
    await rejectionOf(house.keeper.run());
    expect(house.events.map(({ kind }) => kind)).toContain('retired');
  });
});
