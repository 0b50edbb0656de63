import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/constants.ts';
import { KEY_POLICIES } from '../../src/lifecycle/key-policy.ts';
import { nextKeyAction } from '../../src/lifecycle/key-schedule.ts';
import { planAnew } from '../../src/lifecycle/plan-anew.ts';
import { createFileTarget } from '../../src/publications/file-target.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { ModelFiles } from '../cold/outposts.ts';
import { formerOf, household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { ledgerKeyOf, ledgerWith, START_SECONDS } from './ledgers.ts';
import { DAY_MS, keyOf, START_MS, World } from './world.ts';

const YEAR_MS = 365 * DAY_MS;

/** A world whose clock is right again, after its device has signed with one that was a year ahead. */
async function onceAhead(before: (house: ReturnType<typeof household>) => Promise<unknown>) {
  const world = new World();
  const ahead = new World();
  ahead.clock.advance(YEAR_MS);
  const { openRecords, targets } = world.live();
  const wrong = household(ahead, { ...ahead.live(), openRecords, targets });
  await before(wrong);
  return { world, wrong, house: household(world) };
}

describe('a device whose clock was ahead', () => {
  it('[O3] is taken by nobody, and begins anew when its owner says so', async () => {
    const { world, house } = await onceAhead(async ({ keeper, queue }) => {
      await keeper.publish();
      await queue.flush();
    });
    const { keeper, queue, events } = house;
    expect(() => read(world, 'default')).toThrow();
    expect((await rejectionOf(keeper.restamp())).code).toBe('DISCOVERY_CLOCK_BEHIND');
    const ledger = await keeper.publish({ beginAnew: true });
    const { waiting, parked } = await queue.flush();
    expect([waiting, parked]).toEqual([[], []]);
    for (const target of ['homeserver', 'packet']) {
      expect(read(world, 'default', target)).toBe(shown('default#1'));
      expect(read(world, formerOf('default'), target)).toBe(`revoked ${shown('default')}`);
    }
    expect(ledger).toMatchObject({ stampedSeconds: START_SECONDS, rotationCount: 1, revocationCount: 1 });
    expect(events.map(({ kind }) => kind)).toEqual(['confirmed', 'revoked', 'rotated']);
    // As any other device from now on, saying it again included.
    expect(await keeper.publish({ beginAnew: true })).toMatchObject({ stampedSeconds: START_SECONDS });
    for (let weeks = 0; weeks < 2; weeks++) {
      world.clock.advance(7 * DAY_MS);
      await keeper.restamp();
      await queue.flush();
      expect(read(world, 'default')).toBe(shown('default#1'));
    }
    await keeper.rotate();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#2'));
    expect(read(world, formerOf('default#1'))).toBe(shown('default#1'));
  });

  it('[O3] [O4] begins anew after it was revoked for good, whatever of that still waits', async () => {
    for (const isFlushed of [true, false]) {
      const { world, house } = await onceAhead(async ({ keeper, queue }) => {
        await keeper.publish();
        await keeper.rotate();
        await queue.flush();
      });
      const { keeper, queue } = house;
      await keeper.revoke({ successor: false });
      if (isFlushed) await queue.flush();
      await keeper.publish({ beginAnew: true });
      await queue.flush();
      await queue.retryParked();
      await queue.flush();
      expect(read(world, 'default')).toBe(shown('default#2'));
      for (const context of ['default', 'default#1']) {
        expect(read(world, formerOf(context))).toBe(`revoked ${shown(context)}`);
      }
      expect((await ledgerOf(world))?.revocationCount).toBe(2);
    }
  });

  it('[O3] begins anew whatever process dies on the way', async () => {
    for (let dying = 0; ; dying++) {
      const { world } = await onceAhead(async ({ keeper, queue }) => {
        await keeper.publish();
        await queue.flush();
      });
      const life = world.live((call) => (call === dying ? 'die after' : undefined));
      const first = household(world, life);
      const work = first.keeper.publish({ beginAnew: true }).then(() => first.queue.flush());
      const outcome = await Promise.race([work.then(() => 'done'), life.died.then(() => 'died')]);
      world.clock.advance(LEASE_MS);
      const last = household(world);
      await last.keeper.publish({ beginAnew: true });
      await last.queue.flush();
      expect(read(world, 'default')).toBe(shown('default#1'));
      expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
      if (outcome === 'done') return;
    }
  });

  it('[S2.3] leaves the revocation where it is until what it signed has come and gone', async () => {
    const ahead = ledgerWith([ledgerKeyOf({ stampedSeconds: START_SECONDS + 31_536_000n })]);
    const { ledger } = planAnew(ahead, { context: 'default#1', noiseKey: filled(2) }, START_MS);
    const announced = {
      ...ledger,
      keys: ledger.keys.map((key) => ({ ...key, announcedAtMs: START_MS, publishedAtMs: START_MS })),
    };
    const [revoked] = announced.keys;
    expect(revoked).toMatchObject({ status: 'revoked', stampedSeconds: START_SECONDS + 31_536_001n });
    const withdrawn = { ...announced, keys: announced.keys.filter((key) => key === revoked) };
    expect(nextKeyAction(withdrawn, KEY_POLICIES.standard, START_MS)).toEqual({
      action: 'withdraw',
      context: 'default',
      dueMs: START_MS + YEAR_MS + 1_000 + 37 * DAY_MS,
    });
  });

  it('[F3] replaces no more on a homeserver than what it supersedes', async () => {
    const files = new ModelFiles();
    const world = new World(['other']);
    world.clock.advance(2 * YEAR_MS);
    const other = household(world, {
      ...world.live(),
      targets: [createFileTarget({ identity: SIGNER.publicKey, own: files, files })],
    });
    await other.keeper.publish();
    await other.queue.flush();
    const mine = await onceAhead(({ keeper }) => keeper.publish());
    const life = {
      ...mine.world.live(),
      targets: [createFileTarget({ identity: SIGNER.publicKey, own: files, files })],
    };
    const { keeper, queue } = household(mine.world, life);
    await keeper.publish({ beginAnew: true });
    const { parked } = await queue.flush();
    // Signed two years ahead, not one: somebody else's word.
    expect(parked.filter(({ target }) => target === 'homeserver')).toMatchObject([
      { device: 'default', code: 'DISCOVERY_NEWER_PUBLISHED' },
    ]);
    expect(files.keyOf('default')).toBe(zBase32.encode(keyOf('default')));
  });
});
