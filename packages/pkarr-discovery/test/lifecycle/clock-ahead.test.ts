import { zBase32 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { createDiscovery } from '../../src/discovery/create-discovery.ts';
import { createRollBackKeeper } from '../../src/discovery/roll-back-keeper.ts';
import { DiscoveryError } from '../../src/errors.ts';
import { KEY_POLICIES } from '../../src/lifecycle/key-policy.ts';
import { nextKeyAction } from '../../src/lifecycle/key-schedule.ts';
import { createFileTarget } from '../../src/publications/file-target.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { createFileRecordSource } from '../../src/sources/file-record-source.ts';
import { rejectionOf } from '../bytes.ts';
import { ModelFiles } from '../cold/outposts.ts';
import { memoryStore, recordsOn } from '../stores.ts';
import { formerOf, household, read, SIGNER, shown } from './household.ts';
import { ledgerKeyOf, ledgerWith, START_SECONDS } from './ledgers.ts';
import { DAY_MS, keyOf, START_MS, World } from './world.ts';

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

  it('[O4] [S2.3] keeps the larger time of a revocation when it says it again, and when the ledger is lost', async () => {
    const { world, house } = await onceAhead();
    const { keeper, queue } = house;
    await keeper.revoke({ successor: false });
    await queue.flush();
    const lost = `publication-queue/${zBase32.encode(SIGNER.publicKey)}`;
    await world.store.commit([{ type: 'delete', key: lost }]);
    await keeper.run();
    await queue.flush();
    const { ledger } = await keeper.run();
    const [revoked] = ledger!.keys;
    expect(revoked!.stampedSeconds).toBeGreaterThan(START_SECONDS + YEAR_SECONDS);
    expect(nextKeyAction(ledger, KEY_POLICIES.standard, START_MS)!.dueMs).toBeGreaterThan(START_MS + YEAR_MS);
    // What is published of it is not believed in its time, but it is what nothing older may replace.
    const record = world.target('homeserver').records.get('default')!.record!;
    const revocation = verifyKeyRecord(
      { identity: SIGNER.publicKey, device: 'default', record },
      { clock: world.clock },
    );
    if (revocation.kind !== 'revocation') throw new Error('a key');
    expect(revocation.timestampSeconds).toBeUndefined();
    const { revokedKey } = revocation;
    const error = new DiscoveryError('DISCOVERY_KEY_REVOKED', { proof: 'signed' });
    const nobody = { source: 'homeserver', failed: [], disagreements: [], revocations: [] };
    const openRecords = recordsOn(memoryStore(), world.clock);
    const bereft = household(
      world,
      { ...world.live(), openRecords },
      { discover: async () => ({ outcome: 'revoked', revokedKey, revocation, error, ...nobody }) },
    );
    expect((await rejectionOf(bereft.keeper.publish())).code).toBe('DISCOVERY_CLOCK_BEHIND');
    const adopted = (await bereft.keeper.status()).ledger!;
    expect(adopted.keys[0]!.stampedSeconds).toBe(revoked!.stampedSeconds);
  });

  it('[O3] [F3] says so where the ledger is lost as well, and replaces nothing by what is older', async () => {
    const files = new ModelFiles();
    const targets = [createFileTarget({ identity: SIGNER.publicKey, own: files, files })];
    const [world, ahead] = [new World([]), new World([])];
    ahead.clock.advance(YEAR_MS);
    const wrong = household(ahead, { ...ahead.live(), targets });
    await wrong.keeper.publish();
    await wrong.queue.flush();
    const sources = [createFileRecordSource({ files })];
    const memory = createRollBackKeeper(recordsOn(memoryStore(), world.clock));
    const { discoverNoiseKey: discover } = createDiscovery({ sources, memory, clock: world.clock });
    const { keeper, queue } = household(world, { ...world.live(), targets }, { discover });
    expect(await rejectionOf(keeper.publish())).toMatchObject({
      code: 'DISCOVERY_OWN_KEY_UNKNOWN',
      context: { outcome: 'future' },
    });
    await keeper.publish({ takeOver: true });
    const { parked } = await queue.flush();
    expect(parked).toMatchObject([{ device: 'default', code: 'DISCOVERY_NEWER_PUBLISHED' }]);
    expect(files.keyOf('default')).toBe(zBase32.encode(keyOf('default')));
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
