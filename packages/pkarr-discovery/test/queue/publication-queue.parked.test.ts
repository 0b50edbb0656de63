import { describe, expect, it } from 'vitest';
import type { PublicationQueue } from '../../src/queue/publication-queue.ts';
import { DAY_MS, HOUR_MS, World } from '../lifecycle/world.ts';
import { soon } from '../soon.ts';
import { keyPublication, retirement, revocation } from './queued.ts';
import { kindsOf, queueOn, refused, scripted } from './queues.ts';

const MINUTE_MS = 60_000;

/** A started queue of one target, and time that passes for it. */
function running(answers: (Error | undefined)[]) {
  const world = new World();
  const relay = scripted('relay', answers);
  const { queue, events } = queueOn(world, { targets: [relay.target] });
  const pass = async (ms: number): Promise<void> => {
    world.clock.advance(ms);
    await soon();
  };
  return { world, relay, queue, events, pass };
}

async function started(queue: PublicationQueue, pass: (ms: number) => Promise<void>): Promise<void> {
  queue.start();
  await pass(0);
}

describe('what a target has refused for good', () => {
  it('[O4] [O5] is tried again within an hour if it is a revocation, for as long as it takes', async () => {
    const { queue, relay, events, pass } = running(Array(5).fill(refused()));
    await queue.enqueue([await revocation()]);
    await started(queue, pass);
    expect((await queue.status()).parked).toMatchObject([{ code: 'DISCOVERY_NO_PACKET' }]);
    for (let hours = 1; hours <= 5; hours++) await pass(HOUR_MS);
    expect(relay.got).toHaveLength(1);
    expect(relay.calls.length).toBe(6);
    expect((await queue.status()).parked).toEqual([]);
    // The same refusal is told once.
    expect(kindsOf(events)).toEqual(['parked', 'published']);
    await queue.close();
  });

  it('[O5] is tried again within a day otherwise, and not before half of it is over', async () => {
    const { world, queue, relay, pass } = running([refused()]);
    await queue.enqueue([await keyPublication()]);
    await started(queue, pass);
    const { parked, nextAttemptMs } = await queue.status();
    const waitMs = (parked[0]?.notBeforeMs ?? 0) - world.clock.now();
    expect(nextAttemptMs).toBe(parked[0]?.notBeforeMs);
    expect(waitMs).toBeGreaterThan(DAY_MS / 2);
    expect(waitMs).toBeLessThanOrEqual(DAY_MS);
    await pass(waitMs - 1);
    expect(relay.calls).toHaveLength(1);
    await pass(1);
    expect(relay.got).toHaveLength(1);
    await queue.close();
  });

  it('[O4] [O5] is tried again a minute later if the target has taken something else since', async () => {
    const { queue, relay, pass } = running([refused(), refused(), undefined]);
    await queue.enqueue([await revocation(), await keyPublication({ device: 'phone' }), retirement('old')]);
    await started(queue, pass);
    expect(relay.got.map(({ device }) => device)).toEqual(['old']);
    await pass(MINUTE_MS - 1);
    expect(relay.calls).toHaveLength(3);
    await pass(1);
    expect(relay.got.map(({ device }) => device)).toEqual(['old', 'default', 'phone']);
    await queue.close();
  });

  it('[O5] is not asked about after every answer while a long queue goes out', async () => {
    const { queue, relay, pass } = running([refused()]);
    const others = Array.from({ length: 40 }, (_, number) => retirement(`d${number}`));
    await queue.enqueue([await keyPublication(), ...others]);
    await started(queue, pass);
    expect(relay.calls).toHaveLength(41);
    await queue.close();
  });

  it('[O4] [O5] holds up nothing while it is parked, and comes before what was queued after it', async () => {
    const { queue, relay, pass } = running([refused(), refused()]);
    await queue.enqueue([await revocation({ after: 1 })]);
    await started(queue, pass);
    await queue.enqueue([await keyPublication({ device: 'phone' })]);
    await pass(0);
    expect(relay.got).toEqual([]);
    await pass(HOUR_MS);
    await queue.enqueue([await keyPublication({ key: 2, after: 2 })]);
    await pass(0);
    expect(relay.got.map(({ device, kind }) => `${kind} ${device}`)).toEqual([
      'revocation default',
      'key phone',
      'key default',
    ]);
    await queue.close();
  });

  it('[O4] [S2.3] of a target that was away gives way to what was revoked meanwhile', async () => {
    const world = new World();
    await queueOn(world).queue.enqueue([await keyPublication()]);
    const fewer = queueOn(world, { targets: world.live().targets.slice(0, 1) });
    await fewer.queue.flush();
    await fewer.queue.enqueue([await revocation({ after: 1 }), await keyPublication({ key: 2, after: 2 })]);
    await fewer.queue.flush();
    await queueOn(world).queue.flush();
    const kinds = world.target('packet').arrivals.map(({ kind }) => kind);
    expect(kinds).toEqual(['revocation', 'key']);
  });

  it('[O5] is told again when it is refused for another reason, or after it was to be tried', async () => {
    const { queue, events, pass } = running([
      refused(),
      new RangeError('a mistake'),
      new RangeError('again'),
    ]);
    await queue.enqueue([await revocation()]);
    await started(queue, pass);
    await pass(HOUR_MS);
    await queue.retryParked();
    await pass(0);
    expect(events.map((event) => ('code' in event ? event.code : ''))).toEqual([
      'DISCOVERY_NO_PACKET',
      'UNCODED',
      'UNCODED',
    ]);
    await queue.close();
  });
});
