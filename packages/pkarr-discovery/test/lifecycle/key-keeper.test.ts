import { describe, expect, it } from 'vitest';
import { LEASE_MS } from '../../src/constants.ts';
import { createKeyKeeper } from '../../src/lifecycle/key-keeper.ts';
import { activeKey, liveKeys } from '../../src/lifecycle/key-ledger.ts';
import { createPublicationQueue } from '../../src/queue/publication-queue.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { filled, rejectionOf, thrownBy } from '../bytes.ts';
import { numbered } from '../signers.ts';
import { formerOf, household, ledgerOf, read, SIGNER, shown } from './household.ts';
import { DAY_MS, derive, HOUR_MS, keyOf, World } from './world.ts';

describe('createKeyKeeper', () => {
  it('[F1] [O3] publishes the key that 0.8 derives for the device, once', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default'));
    expect(read(world, 'default', 'packet')).toBe(shown('default'));
    expect(world.target('homeserver').arrivals).toHaveLength(1);
    expect(events.map(({ kind }) => kind)).toEqual(['created']);
  });

  it('[O3] rotates with overlap: the new key under the known id, the former one under its own', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    await queue.flush();
    world.clock.advance(90 * DAY_MS);
    await keeper.run();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
    expect(read(world, formerOf('default'))).toBe(shown('default'));
    let { ledger, next } = await keeper.run();
    expect(liveKeys(ledger!).map(({ context }) => context)).toEqual(['default#1', 'default']);
    expect(activeKey(ledger!)?.context).toBe('default#1');
    expect(next).toMatchObject({ action: 'restamp' });
    world.clock.advance(7 * DAY_MS);
    ({ ledger, next } = await keeper.run());
    await queue.flush();
    expect(read(world, formerOf('default'))).toBe('absent');
    expect(liveKeys(ledger!).map(({ context }) => context)).toEqual(['default#1']);
    expect(events.map(({ kind }) => kind)).toEqual([
      'created',
      'confirmed',
      'rotated',
      'confirmed',
      'retired',
      'restamped',
    ]);
  });

  it('[O3] has the former key found where it is looked for before the new one is met', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    await keeper.rotate();
    await queue.flush();
    const places = world.target('packet').arrivals.map(({ device }) => device);
    expect(places).toEqual(['default', formerOf('default'), 'default']);
  });

  it('[O3] [O5] goes on with the former key, and does not count the overlap, while the new one is only queued', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    await keeper.run();
    await keeper.rotate();
    world.clock.advance(20 * DAY_MS);
    const { ledger } = await keeper.run();
    expect(activeKey(ledger!)?.context).toBe('default');
    expect(liveKeys(ledger!)).toHaveLength(2);
    await queue.flush();
    const after = await keeper.run();
    expect(activeKey(after.ledger!)?.context).toBe('default#1');
    expect(liveKeys(after.ledger!)).toHaveLength(2);
    world.clock.advance(7 * DAY_MS);
    expect(liveKeys((await keeper.run()).ledger!)).toHaveLength(1);
  });

  it('[O3] signs the records of all living keys again with a later time and the same keys', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.rotate();
    await queue.flush();
    const before = new Map(world.target('homeserver').records);
    world.clock.advance(HOUR_MS);
    await keeper.restamp();
    await queue.flush();
    for (const [device, { seconds }] of world.target('homeserver').records) {
      expect(seconds! > before.get(device)!.seconds!).toBe(true);
    }
    expect(read(world, 'default')).toBe(shown('default#1'));
    expect(read(world, formerOf('default'))).toBe(shown('default'));
  });

  it('[O4] revokes all living keys, and puts a new one in the place of the current', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    await keeper.rotate();
    await queue.flush();
    const ledger = await keeper.revoke();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#2'));
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    expect(read(world, formerOf('default#1'))).toBe(`revoked ${shown('default#1')}`);
    expect(ledger).toMatchObject({ rotationCount: 2, revocationCount: 2 });
    const last = world.target('packet').arrivals.slice(-4);
    expect(last.map(({ kind, device }) => `${kind} ${device}`)).toEqual([
      'revocation default',
      `revocation ${formerOf('default')}`,
      `revocation ${formerOf('default#1')}`,
      'key default',
    ]);
    expect(events.map((event) => `${event.kind} ${'context' in event && event.context}`)).toEqual([
      'created default',
      'rotated default#1',
      'confirmed default#1',
      'revoked default#1',
      'revoked default',
      'rotated default#2',
    ]);
  });

  it('[O4] leaves the revocation under the known id if there shall be no successor, until a key is published', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.revoke({ successor: false });
    await queue.flush();
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
    world.clock.advance(400 * DAY_MS);
    const { ledger, next } = await keeper.run();
    await queue.flush();
    expect([activeKey(ledger!), next]).toEqual([undefined, undefined]);
    expect(read(world, 'default')).toBe(`revoked ${shown('default')}`);
    expect((await rejectionOf(keeper.restamp())).code).toBe('DISCOVERY_NO_CURRENT_KEY');
    expect((await rejectionOf(keeper.rotate())).code).toBe('DISCOVERY_NO_CURRENT_KEY');
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
  });

  it('[O4] revokes one key by its context or its bytes, and does so once', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.rotate();
    await keeper.revoke({ which: { context: 'default' } });
    const again = await keeper.revoke({ which: { noiseKey: keyOf('default') } });
    await queue.flush();
    expect(again.revocationCount).toBe(1);
    expect(read(world, 'default')).toBe(shown('default#1'));
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    const other = keeper.revoke({ which: { noiseKey: filled(7) } });
    expect((await rejectionOf(other)).code).toBe('DISCOVERY_KEY_NOT_IN_LEDGER');
  });

  it('[O4] makes no new key of a device that was revoked for good, whatever is revoked of it later', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.rotate();
    await queue.flush();
    await keeper.revoke({ which: { context: 'default#1' }, successor: false });
    for (const which of [{ context: 'default' }, 'all'] as const) {
      await keeper.revoke({ which });
      await queue.flush();
      expect(read(world, 'default')).toBe(`revoked ${shown('default#1')}`);
    }
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(shown('default#2'));
  });

  it('[O4] takes a revocation off after 37 days, when no record of the key is fresh anywhere', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    await keeper.revoke();
    await queue.flush();
    await keeper.run();
    world.clock.advance(36 * DAY_MS);
    await keeper.run();
    await queue.flush();
    expect(read(world, formerOf('default'))).toBe(`revoked ${shown('default')}`);
    // It was signed a second after the key.
    world.clock.advance(DAY_MS + 1_000);
    await keeper.run();
    await queue.flush();
    expect(read(world, formerOf('default'))).toBe('absent');
    expect(events.map(({ kind }) => kind)).toContain('withdrawn');
    // It is still in the ledger: nobody will ever publish it again.
    expect((await ledgerOf(world))?.keys[0]).toMatchObject({ context: 'default', status: 'revoked' });
  });

  it('has nothing to revoke on a device that never had a key', async () => {
    const { keeper } = household(new World());
    expect((await rejectionOf(keeper.revoke())).code).toBe('DISCOVERY_NO_CURRENT_KEY');
  });

  it('[O3] refuses to sign keys again that are not derived any more, and still revokes them', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await queue.flush();
    const other = household(world, world.live(), { derive: async () => ({ publicKey: filled(7) }) });
    const refused = { code: 'DISCOVERY_KEY_MISDERIVED', context: { context: 'default' } };
    expect(await rejectionOf(other.keeper.restamp())).toMatchObject(refused);
    expect(await rejectionOf(other.keeper.rotate())).toMatchObject(refused);
    await other.keeper.revoke({ successor: false });
  });

  it('[O3] refuses a new key that is one of the old ones', async () => {
    const same = household(new World(), undefined, { derive: () => derive('default') });
    await same.keeper.publish();
    expect(await rejectionOf(same.keeper.revoke())).toMatchObject({
      code: 'DISCOVERY_KEY_MISDERIVED',
      context: { context: 'default#1' },
    });
  });

  it('[O3] [F3] signs nothing while the clock is behind what was signed', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    world.clock.advance(400 * 1_000);
    await keeper.publish();
    await queue.flush();
    const past = new World();
    const { keeper: behind } = household(past, { ...past.live(), openRecords: world.live().openRecords });
    expect(await rejectionOf(behind.restamp())).toMatchObject({
      code: 'DISCOVERY_CLOCK_BEHIND',
      retryable: true,
      context: { behindSeconds: 401n, maximumSeconds: 300 },
    });
  });

  it('[O4] [S2.3] revokes though the clock was far ahead when the key was signed, and makes no successor then', async () => {
    const world = new World();
    world.clock.advance(365 * DAY_MS);
    const ahead = household(world);
    await ahead.keeper.publish();
    await ahead.queue.flush();
    const past = new World();
    const life = { ...past.live(), openRecords: world.live().openRecords, targets: world.live().targets };
    const { keeper, queue } = household(past, life);
    expect((await rejectionOf(keeper.revoke())).code).toBe('DISCOVERY_CLOCK_BEHIND');
    await keeper.revoke({ successor: false });
    const { parked, waiting } = await queue.flush();
    expect([parked, waiting]).toEqual([[], []]);
    const record = world.target('homeserver').records.get('default')?.record ?? '';
    const claim = { identity: SIGNER.publicKey, device: 'default', record };
    expect(verifyKeyRecord(claim, { clock: past.clock })).toMatchObject({
      kind: 'revocation',
      revokedKey: keyOf('default'),
      // Such a date is not believed, but the revocation is.
      timestampSeconds: undefined,
    });
  });

  it('[O3] leaves a key alone that another process changed while the signer took its time', async () => {
    const world = new World();
    const first = household(world);
    await first.keeper.publish();
    let asked = 0;
    const slow = household(world, world.live(), {
      signer: {
        publicKey: SIGNER.publicKey,
        async sign(message) {
          asked += 1;
          if (asked <= 2) world.clock.advance(LEASE_MS / 2);
          if (asked === 2) await first.keeper.rotate();
          return SIGNER.sign(message);
        },
      },
    });
    expect(await rejectionOf(slow.keeper.rotate())).toMatchObject({
      code: 'DISCOVERY_LEDGER_CHANGED',
      retryable: true,
    });
    await first.queue.flush();
    expect(read(world, 'default')).toBe(shown('default#1'));
  });

  it('[O3] lets one process at a time work, and tells others how long to wait', async () => {
    const world = new World();
    const other = household(world);
    let held: unknown;
    const busy = household(world, world.live(), {
      async derive(context) {
        held = await rejectionOf(other.keeper.publish());
        return derive(context);
      },
    });
    await busy.keeper.publish();
    expect(held).toMatchObject({ code: 'DISCOVERY_LEASE_HELD', context: { forMs: LEASE_MS } });
    await other.keeper.publish();
    expect((await ledgerOf(world))?.keys).toHaveLength(1);
  });

  it('[S1.1] keeps no secret: neither the ledger nor what is queued has a byte of a seed', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.revoke();
    const kept: string[] = [];
    for await (const { key, value } of world.store.list(''))
      kept.push(key, Buffer.from(value).toString('latin1'));
    const seed = Buffer.alloc(32, 1);
    const forms = [
      seed.toString('latin1'),
      seed.toString('hex'),
      seed.toString('base64'),
      seed.toString('base64url'),
    ];
    for (const form of forms) expect(kept.join(' ')).not.toContain(form);
    await queue.close();
  });

  it('[M1] counts what is done to keys, and nobody who listens can disturb it', async () => {
    const world = new World();
    const counted: string[] = [];
    const { keeper } = household(world, undefined, {
      telemetry: {
        count: (name, value, attributes) => counted.push(`${name} ${value} ${JSON.stringify(attributes)}`),
        record() {},
        span: () => ({ end() {} }),
      },
      onEvent() {
        throw new Error('a listener with a fault');
      },
    });
    await keeper.publish();
    await keeper.rotate();
    await keeper.revoke({ successor: false });
    expect(counted).toEqual([
      'discovery.keys_created 1 {}',
      'discovery.keys_rotated 1 {}',
      'discovery.keys_revoked 1 {}',
      'discovery.keys_revoked 1 {}',
    ]);
  });

  it('refuses devices whose keys cannot be kept, policies that are none, and the queue of somebody else', () => {
    const world = new World();
    const { openRecords, targets } = world.live();
    const queue = createPublicationQueue({ identity: SIGNER.publicKey, openRecords, targets });
    const options = { openRecords, signer: SIGNER, derive, queue };
    expect(thrownBy(() => createKeyKeeper({ ...options, device: 'd'.repeat(47) })).code).toBe(
      'DISCOVERY_BAD_DEVICE',
    );
    expect(() => createKeyKeeper({ ...options, signer: numbered(2) })).toThrow(TypeError);
    const policy = { rotateAfterMs: 1, overlapMs: 1, restampAfterMs: 1, jitterMs: 0 };
    expect(() => createKeyKeeper({ ...options, policy })).toThrow(RangeError);
  });
});
