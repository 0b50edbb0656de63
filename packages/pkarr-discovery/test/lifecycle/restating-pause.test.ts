import type { IdentitySigner } from '@pubky-paykit/primitives';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { DiscoveryError } from '../../src/errors.ts';
import { createKeyKeeper } from '../../src/lifecycle/key-keeper.ts';
import type { PublicationQueue } from '../../src/queue/publication-queue.ts';
import { household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { DAY_MS, derive, HOUR_MS, World } from './world.ts';

const refused = new DiscoveryError('DISCOVERY_NO_PACKET');

/** A queue that never comes to know, of the targets named, what they have. */
function forgetting(queue: PublicationQueue, names: readonly string[]): PublicationQueue {
  return {
    ...queue,
    identity: queue.identity,
    async progress(device, call) {
      const all = await queue.progress(device, call);
      return all.map((each) =>
        names.includes(each.target)
          ? {
              target: each.target,
              timestampSeconds: undefined,
              atMs: undefined,
              waiting: false,
              parked: false,
              partial: false,
            }
          : each,
      );
    },
  };
}

/** A household two of whose targets may be of no use: one refuses everything, of one it is never known what it has. */
function troubled(world: World, useless: { readonly refusing: boolean; readonly forgotten: boolean }) {
  const life = world.live((_, target) => (useless.refusing && target === 'packet' ? refused : undefined));
  const { queue } = household(world, life);
  let signatures = 0;
  const signer: IdentitySigner = {
    publicKey: SIGNER.publicKey,
    sign(message) {
      signatures++;
      return SIGNER.sign(message);
    },
  };
  const known = forgetting(queue, useless.forgotten ? ['homeserver'] : []);
  const { clock, random } = world;
  const { openRecords } = life;
  const keeper = createKeyKeeper({ openRecords, signer, derive, queue: known, clock, random });
  return { keeper, queue, signatures: () => signatures };
}

describe('what is said again', () => {
  const happenings = fc.array(fc.constantFrom('publish', 'rotate', 'revoke', 'run', 'flush', 'an hour'), {
    maxLength: 10,
  });

  it('[O3] [O4] [O5] comes to an end, whatever keeps a target from being told', async () => {
    const useless = fc.record({ refusing: fc.boolean(), forgotten: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(useless, happenings, async (of, list) => {
        const world = new World();
        const { keeper, queue, signatures } = troubled(world, of);
        await keeper.publish();
        for (const each of list) {
          if (each === 'an hour') world.clock.advance(HOUR_MS);
          else if (each === 'flush') await queue.flush();
          else await keeper[each as 'run']().catch(() => {});
        }
        for (let times = 0; times < 2; times++) {
          await keeper.run();
          await queue.flush();
        }
        const [signed, revision] = [signatures(), (await ledgerOf(world))?.revision];
        for (let times = 0; times < 3; times++) {
          await keeper.run();
          await queue.flush();
        }
        expect([signatures(), (await ledgerOf(world))?.revision]).toEqual([signed, revision]);
      }),
      { numRuns: effort(60) },
    );
  });

  it('[O5] costs a few signatures a day, however often somebody looks and however long it takes', async () => {
    const world = new World();
    const { keeper, queue, signatures } = troubled(world, { refusing: true, forgotten: true });
    await keeper.publish();
    await keeper.revoke();
    const perDay: number[] = [];
    for (let days = 0; days < 4; days++) {
      const before = signatures();
      for (let looks = 0; looks < 24; looks++) {
        await keeper.run();
        await queue.flush();
        world.clock.advance(HOUR_MS);
      }
      perDay.push(signatures() - before);
    }
    // A revocation at two ids and a key, each signed when it is due after 0, 1, 3, 7 and 15 hours and then once a day.
    expect(Math.max(...perDay)).toBeLessThanOrEqual(5 * 4);
    expect(perDay.slice(2).every((count) => count <= 4)).toBe(true);
    expect(read(world, 'default')).toBe(shown('default#1'));
    // The clock and the times that were signed have not come apart.
    const { stampedSeconds } = (await ledgerOf(world))!;
    expect(Number(stampedSeconds) * 1_000).toBeLessThanOrEqual(world.clock.now());
  });

  it('[O4] is said at once when its owner asks, and soon again after a long time', async () => {
    const world = new World();
    const { keeper, queue, signatures } = troubled(world, { refusing: false, forgotten: true });
    const signedBy = async (work: () => Promise<unknown>): Promise<number> => {
      const before = signatures();
      await work();
      await queue.flush();
      return signatures() - before;
    };
    await keeper.publish();
    expect(await signedBy(() => keeper.run())).toBeGreaterThan(0);
    expect(await signedBy(() => keeper.run())).toBe(0);
    expect(await signedBy(() => keeper.publish())).toBeGreaterThan(0);
    world.clock.advance(3 * DAY_MS);
    expect(await signedBy(() => keeper.run())).toBeGreaterThan(0);
    world.clock.advance(HOUR_MS);
    expect(await signedBy(() => keeper.run())).toBeGreaterThan(0);
  });
});
