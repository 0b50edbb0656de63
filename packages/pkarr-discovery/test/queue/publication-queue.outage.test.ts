import { describe, expect, it } from 'vitest';
import { LEASE_MS, PUBLISH_TIMEOUT_MS } from '../../src/constants.ts';
import type { PublicationTarget } from '../../src/publications/publication.ts';
import { rejectionOf } from '../bytes.ts';
import { DAY_MS, HOUR_MS, World } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { soon } from '../soon.ts';
import { keyPublication, revocation, START_SECONDS } from './queued.ts';

import { kindsOf, queueOn, scripted } from './queues.ts';

describe('createPublicationQueue', () => {
  it('[O5] waits longer and longer for a target that is offline, sends the same bytes, and tells when it is back', async () => {
    const world = new World();
    const down = scripted('relay', [offline(), offline(), offline()]);
    const up = scripted('homeserver');
    const { queue, events } = queueOn(world, { targets: [down.target, up.target] });
    await queue.enqueue([await keyPublication(), await keyPublication({ device: 'phone' })]);
    queue.start();
    for (let turns = 0; turns < 6; turns++) {
      world.clock.advance(20_000);
      await soon();
    }
    await queue.close();
    expect(up.got).toHaveLength(2);
    // The first one holds the second up, so that both come in their order.
    expect(down.calls.map(({ device }) => device)).toEqual([
      'default',
      'default',
      'default',
      'default',
      'phone',
    ]);
    expect(new Set(down.calls.slice(0, 4).map((each) => 'record' in each && each.record)).size).toBe(1);
    const told = events.filter(({ kind }) => kind !== 'published');
    expect(told).toMatchObject([
      { kind: 'degraded', target: 'relay', code: 'DISCOVERY_OFFLINE' },
      { kind: 'recovered', target: 'relay' },
    ]);
    expect(events.find((event) => event.kind === 'published' && event.target === 'relay')).toMatchObject({
      attempts: 3,
    });
  });

  it('[O5] signs what has waited for more than a week again, for all targets alike', async () => {
    const world = new World();
    let asked = 0;
    const restamp = async () => {
      asked += 1;
      return (await keyPublication({ after: 8 * 86_400 })).record;
    };
    const { queue } = queueOn(world, { restamp });
    await queue.enqueue([await keyPublication()]);
    world.clock.advance(8 * DAY_MS);
    await queue.flush();
    expect(asked).toBe(1);
    const records = world.targets.map(({ arrivals }) => arrivals[0]?.record);
    expect(records[0]).toBe(records[1]);
    expect(world.target('packet').arrivals[0]?.seconds).toBe(START_SECONDS + 8n * 86_400n);
  });

  it('[O5] publishes an older record as it is if nobody signs it again, but not one that is as good as stale', async () => {
    const world = new World();
    const { queue, events } = queueOn(world, { restamp: () => Promise.reject(new Error('nobody there')) });
    await queue.enqueue([await keyPublication(), await keyPublication({ device: 'late' })]);
    world.clock.advance(30 * DAY_MS - HOUR_MS);
    await queue.flush();
    expect(world.target('packet').arrivals.map(({ seconds }) => seconds)).toEqual([
      START_SECONDS,
      START_SECONDS,
    ]);
    const alone = queueOn(world);
    await alone.queue.enqueue([
      await keyPublication({ device: 'later' }),
      await revocation({ device: 'old' }),
    ]);
    world.clock.advance(1_000);
    const { parked } = await alone.queue.flush();
    expect(parked.map(({ device, code }) => `${device} ${code}`)).toEqual(
      Array(2).fill('later DISCOVERY_PUBLICATION_STALE'),
    );
    // A revocation is never too old.
    expect(world.target('packet').records.get('old')?.kind).toBe('revocation');
    expect(kindsOf(events)).not.toContain('parked');
  });

  it.each([
    ['the same record', async () => (await keyPublication()).record],
    ['another key', async () => (await keyPublication({ key: 2, after: 40 * 86_400 })).record],
    ['a revocation', async () => (await revocation({ after: 40 * 86_400 })).record],
    ['no record', async () => 'v=1'],
  ])('[O5] [F3] refuses %s where a record was to be signed again', async (_, restamp) => {
    const world = new World();
    const { queue } = queueOn(world, { restamp });
    await queue.enqueue([await keyPublication()]);
    world.clock.advance(40 * DAY_MS);
    const { parked } = await queue.flush();
    expect(parked).toHaveLength(2);
    expect(world.target('packet').arrivals).toEqual([]);
  });

  it('[O5] gives up on a target that hangs, and on all others it goes on; the next call waits for the end of the one before', async () => {
    const world = new World();
    let finish = (): void => {};
    const begun: string[] = [];
    const hanging: PublicationTarget = {
      name: 'relay',
      publish({ device }) {
        begun.push(device);
        if (begun.length > 1) return Promise.resolve();
        return new Promise((resolve) => {
          finish = resolve;
        });
      },
    };
    const up = scripted('homeserver');
    const { queue, events } = queueOn(world, { targets: [hanging, up.target] });
    await queue.enqueue([await keyPublication()]);
    const flushing = queue.flush();
    await soon();
    expect(up.got).toHaveLength(1);
    world.clock.advance(PUBLISH_TIMEOUT_MS);
    expect((await flushing).waiting).toMatchObject([{ target: 'relay', code: 'DISCOVERY_TIMED_OUT' }]);
    await queue.enqueue([await keyPublication({ after: 1 })]);
    const again = queue.flush();
    await soon();
    // What still hangs could come after the newer one, and undo it.
    expect(begun).toEqual(['default']);
    finish();
    expect((await again).waiting).toEqual([]);
    expect(begun).toEqual(['default', 'default']);
    expect(kindsOf(events)).toContain('recovered');
  });

  it('[O5] stops for a signal, and leaves what was under way in the queue', async () => {
    const world = new World();
    const controller = new AbortController();
    const hanging: PublicationTarget = {
      name: 'relay',
      publish: (_, { signal } = {}) =>
        new Promise((__, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')))),
    };
    const { queue, events } = queueOn(world, { targets: [hanging] });
    await queue.enqueue([await keyPublication()]);
    const flushing = queue.flush({ signal: controller.signal });
    await soon();
    controller.abort();
    expect((await rejectionOf(flushing)).code).toBe('DISCOVERY_CANCELLED');
    expect((await queue.status()).waiting).toMatchObject([{ attempts: 0, code: undefined }]);
    expect(events).toEqual([]);
    expect(world.clock.pending).toBe(0);
  });

  it('[O5] publishes in one process at a time', async () => {
    const world = new World();
    const second = queueOn(world);
    const slow = scripted('homeserver');
    const first = queueOn(world, {
      targets: [
        {
          name: 'homeserver',
          async publish(publication) {
            expect((await rejectionOf(second.queue.flush())).code).toBe('DISCOVERY_LEASE_HELD');
            await slow.target.publish(publication);
          },
        },
      ],
    });
    await first.queue.enqueue([await keyPublication()]);
    await first.queue.flush();
    expect(slow.got).toHaveLength(1);
    // After a death it is free when its time is over.
    const life = world.live((call) => (call === 2 ? 'die before' : undefined));
    const dead = queueOn(world, { openRecords: life.openRecords });
    dead.queue.flush().catch(() => {});
    await life.died;
    world.clock.advance(LEASE_MS);
    await second.queue.flush();
  });

  it('[O5] tells when the queue itself cannot work, and tries again', async () => {
    const world = new World();
    let isBroken = false;
    const life = world.live(() => (isBroken ? new Error('disk') : undefined));
    const { queue, events } = queueOn(world, life);
    await queue.enqueue([await keyPublication()]);
    isBroken = true;
    queue.start();
    world.clock.advance(0);
    await soon();
    expect(events).toEqual([{ kind: 'failed', code: 'STORE_IO_FAILED', atMs: world.clock.now() }]);
    isBroken = false;
    world.clock.advance(HOUR_MS);
    await soon();
    expect(kindsOf(events)).toContain('published');
    await queue.close();
    expect(world.clock.pending).toBe(0);
  });

  it('[O5] refuses work after it was closed, and leaves no timer behind', async () => {
    const world = new World();
    const { queue } = queueOn(world, { targets: [scripted('relay', Array(99).fill(offline())).target] });
    queue.start();
    await queue.enqueue([await keyPublication()]);
    world.clock.advance(1_000);
    await soon();
    expect(world.clock.pending).toBe(1);
    await queue.close();
    await queue.close();
    expect(world.clock.pending).toBe(0);
    expect((await rejectionOf(queue.enqueue([]))).code).toBe('DISCOVERY_CLOSED');
    expect((await rejectionOf(queue.flush())).code).toBe('DISCOVERY_CLOSED');
    expect(() => queue.start()).toThrow();
  });
});
