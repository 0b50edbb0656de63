import { describe, expect, it } from 'vitest';
import type { Fault } from '../lifecycle/world.ts';
import { HOUR_MS, World } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { soon } from '../soon.ts';
import { keyPublication, revocation } from './queued.ts';
import { kindsOf, queueOn, scripted } from './queues.ts';

const LOOK_MS = 15_000;

async function pass(world: World, ms: number): Promise<void> {
  world.clock.advance(ms);
  await soon();
}

describe('a started queue beside another process', () => {
  it('[O4] [O5] publishes within 15 s what that one has queued and not published', async () => {
    const world = new World();
    const daemon = queueOn(world);
    daemon.queue.start();
    await pass(world, 0);
    await pass(world, HOUR_MS);
    const command = queueOn(world);
    await command.queue.enqueue([await revocation()]);
    await command.queue.close();
    await pass(world, LOOK_MS - 1);
    expect(world.target('homeserver').arrivals).toHaveLength(0);
    await pass(world, 1);
    expect(world.target('homeserver').arrivals).toHaveLength(1);
    await daemon.queue.close();
    expect(world.clock.pending).toBe(0);
  });

  it('[O5] writes nothing to look, and keeps nobody from publishing', async () => {
    const world = new World();
    let calls: (string | undefined)[] = [];
    const life = world.live((_, target): Fault => {
      calls.push(target);
      return undefined;
    });
    const daemon = queueOn(world, life);
    daemon.queue.start();
    await pass(world, 0);
    calls = [];
    for (let looks = 0; looks < 10; looks++) await pass(world, LOOK_MS);
    // Each time it reads what there is to do, and when: a lease would be two writes more.
    expect(calls).toHaveLength(20);
    await daemon.queue.close();
  });

  it('[O5] leaves what is for targets of another process alone: waits, outages and all', async () => {
    const world = new World(['a', 'b']);
    let attempts = 0;
    const life = world.live((_, target) => {
      if (target !== 'b') return undefined;
      attempts += 1;
      return offline();
    });
    const [a, b] = life.targets.map((target) => queueOn(world, { ...life, targets: [target] }));
    await b!.queue.enqueue([await keyPublication()]);
    await a!.queue.enqueue([await keyPublication({ device: 'phone' })]);
    a!.queue.start();
    b!.queue.start();
    for (let looks = 0; looks < 4 * 360; looks++) await pass(world, 10_000);
    // As many as alone: up to 2 s, 4 s, … and then up to an hour, at random.
    expect(attempts).toBeLessThan(30);
    expect(kindsOf(a!.events).filter((kind) => kind === 'parked')).toHaveLength(1);
    expect(kindsOf(b!.events).filter((kind) => kind === 'degraded')).toHaveLength(1);
    const status = await a!.queue.status();
    expect(status.parked).toMatchObject([{ target: 'b', code: 'DISCOVERY_TARGET_UNKNOWN', attempts }]);
    expect(status.degraded).toEqual([]);
    expect((await b!.queue.status()).degraded).toMatchObject([{ target: 'b' }]);
    await Promise.all([a!.queue.close(), b!.queue.close()]);
  });

  it('[O5] does not wait for its look with what it is given itself', async () => {
    const world = new World();
    const relay = scripted('relay');
    const { queue } = queueOn(world, { targets: [relay.target] });
    queue.start();
    await pass(world, 0);
    await queue.enqueue([await keyPublication()]);
    await pass(world, 0);
    expect(relay.got).toHaveLength(1);
    await queue.close();
  });
});
