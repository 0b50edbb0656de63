import { hex } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import { formerDevice } from '../../src/lifecycle/former-device.ts';
import type { KeeperEvent } from '../../src/lifecycle/keeper-events.ts';
import { createKeyKeeper, type KeyKeeperOptions } from '../../src/lifecycle/key-keeper.ts';
import { activeKey, liveKeys } from '../../src/lifecycle/key-ledger.ts';
import { createPublicationQueue } from '../../src/queue/publication-queue.ts';
import { verifyKeyRecord } from '../../src/records/verify-key-record.ts';
import { numbered } from '../signers.ts';
import { DAY_MS, derive, keyOf, type Life, World } from './world.ts';

const SIGNER = numbered(1);

function household(world: World, life: Life = world.live(), options: Partial<KeyKeeperOptions> = {}) {
  const { clock, random } = world;
  const events: KeeperEvent[] = [];
  const queue = createPublicationQueue({ identity: SIGNER.publicKey, ...life, clock, random });
  const keeper = createKeyKeeper({
    openRecords: life.openRecords,
    signer: SIGNER,
    derive,
    queue,
    clock,
    random,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { queue, keeper, events };
}

/** What a reader of a target makes of a device. */
function read(world: World, device: string, target = 'homeserver'): string {
  const found = world.target(target).records.get(device);
  if (found?.record === undefined) return 'absent';
  const record = verifyKeyRecord(
    { identity: SIGNER.publicKey, device, record: found.record },
    { clock: world.clock },
  );
  return record.kind === 'key' ? hex.encode(record.noiseKey) : `revoked ${hex.encode(record.revokedKey)}`;
}

const first = hex.encode(keyOf('default'));
const second = hex.encode(keyOf('default#1'));
const formerOf = (context: string) => formerDevice('default', keyOf(context));

describe('createKeyKeeper', () => {
  it('[F1] [O3] publishes the key that 0.8 derives for the device, once', async () => {
    const world = new World();
    const { keeper, queue, events } = household(world);
    await keeper.publish();
    await keeper.publish();
    await queue.flush();
    expect(read(world, 'default')).toBe(first);
    expect(read(world, 'default', 'packet')).toBe(first);
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
    expect(read(world, 'default')).toBe(second);
    expect(read(world, formerOf('default'))).toBe(first);
    let { ledger, next } = await keeper.run();
    expect(liveKeys(ledger!).map(({ context }) => context)).toEqual(['default#1', 'default']);
    expect(activeKey(ledger!)?.context).toBe('default#1');
    expect(next).toEqual({ action: 'restamp', dueMs: expect.any(Number) });
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

  it('[O4] revokes all living keys, and puts a new one in the place of the current', async () => {
    const world = new World();
    const { keeper, queue } = household(world);
    await keeper.publish();
    await keeper.rotate();
    await queue.flush();
    await keeper.revoke();
    await queue.flush();
    expect(read(world, 'default')).toBe(hex.encode(keyOf('default#2')));
    expect(read(world, formerOf('default'))).toBe(`revoked ${first}`);
    expect(read(world, formerOf('default#1'))).toBe(`revoked ${second}`);
    const { arrivals } = world.target('packet');
    expect(arrivals.map(({ kind, device }) => `${kind} ${device}`)).toContain('revocation default');
  });
});
