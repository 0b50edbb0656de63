import { describe, expect, it } from 'vitest';
import { KEY_POLICIES } from '../../src/lifecycle/key-policy.ts';
import { nextKeyAction } from '../../src/lifecycle/key-schedule.ts';
import { rejectionOf } from '../bytes.ts';
import { formerOf, household, read, shown } from './household.ts';
import { ledgerKeyOf, ledgerWith, START_SECONDS } from './ledgers.ts';
import { DAY_MS, START_MS, World } from './world.ts';

const YEAR_MS = 365 * DAY_MS;
const YEAR_SECONDS = 31_536_000n;

/** A world whose clock is right again, after its device has signed with one that was a year ahead. */
async function onceAhead() {
  const world = new World();
  const ahead = new World();
  ahead.clock.advance(YEAR_MS);
  const { openRecords, targets } = world.live();
  const wrong = household(ahead, { ...ahead.live(), openRecords, targets });
  await wrong.keeper.publish();
  await wrong.queue.flush();
  return { world, house: household(world) };
}

describe('a device whose clock was ahead', () => {
  it('[O3] signs no key until that time, and can be revoked at once', async () => {
    const { world, house } = await onceAhead();
    const { keeper, queue } = house;
    // Nobody takes what it has signed.
    expect(() => read(world, 'default')).toThrow();
    for (const call of [() => keeper.restamp(), () => keeper.rotate(), () => keeper.revoke()]) {
      expect((await rejectionOf(call())).code).toBe('DISCOVERY_CLOCK_BEHIND');
    }
    await keeper.revoke({ successor: false });
    const { waiting, parked } = await queue.flush();
    expect([waiting, parked]).toEqual([[], []]);
    for (const target of ['homeserver', 'packet']) {
      expect(read(world, 'default', target)).toBe(`revoked ${shown('default')}`);
      expect(read(world, formerOf('default'), target)).toBe(`revoked ${shown('default')}`);
    }
  });

  it('[O3] publishes at once as another device', async () => {
    const { world } = await onceAhead();
    const other = household(world, world.live(), { device: 'default2' });
    await other.keeper.publish();
    await other.queue.flush();
    expect(read(world, 'default2')).toBe(shown('default2'));
  });

  it('[S2.3] leaves the revocation where it is until what it signed has come and gone', () => {
    const revoked = ledgerKeyOf({
      status: 'revoked',
      stampedSeconds: START_SECONDS + YEAR_SECONDS,
      revokedAtMs: START_MS,
      announcedAtMs: START_MS,
    });
    expect(nextKeyAction(ledgerWith([revoked]), KEY_POLICIES.standard, START_MS)).toEqual({
      action: 'withdraw',
      context: 'default',
      dueMs: START_MS + YEAR_MS + 37 * DAY_MS,
    });
  });
});
