import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, World } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { soon } from '../soon.ts';
import { keyPublication, retirement, revocation } from './queued.ts';
import { queueOn, refused, scripted } from './queues.ts';

const YEAR_MS = 365 * DAY_MS;

/** A queue that has failed while its clock was a year ahead, and the same one after the clock was set right. */
async function setBack(answer: Error) {
  const world = new World();
  const ahead = new World();
  ahead.clock.advance(YEAR_MS);
  const relay = scripted('relay', [answer]);
  const { openRecords } = world.live();
  const options = { targets: [relay.target], openRecords };
  const before = queueOn(ahead, options);
  const after = queueOn(world, options);
  const pass = async (ms: number): Promise<void> => {
    world.clock.advance(ms);
    await soon();
  };
  return { before: before.queue, after: after.queue, relay, pass, world };
}

describe('a queue whose clock was ahead', () => {
  it('[O3] [O5] takes a record of that time: what is behind it must not wait for the clock', async () => {
    const { after, relay } = await setBack(offline());
    relay.answers.length = 0;
    await after.enqueue([
      await keyPublication({ after: YEAR_MS / 1_000 }),
      await revocation({ device: 'phone' }),
    ]);
    await after.flush();
    expect(relay.got.map(({ device }) => device)).toEqual(['default', 'phone']);
  });

  it('[O4] [O5] tries at once after it was set back what was to wait by the time that was wrong', async () => {
    const { before, after, relay, pass, world } = await setBack(offline());
    await before.enqueue([await revocation(), await keyPublication({ device: 'phone' })]);
    await before.flush();
    await before.close();
    expect((await after.status()).nextAttemptMs).toBe(world.clock.now());
    after.start();
    await pass(0);
    expect(relay.got.map(({ device }) => device)).toEqual(['default', 'phone']);
    await after.close();
  });

  it.each([
    ['a revocation', () => revocation()],
    ['a key', () => keyPublication({ after: YEAR_MS / 1_000 })],
  ])('[O4] [O5] does the same with %s that was refused for good', async (_, made) => {
    const { before, after, relay, pass } = await setBack(refused());
    await before.enqueue([await made()]);
    await before.flush();
    await before.close();
    after.start();
    await pass(0);
    expect(relay.got).toHaveLength(1);
    await after.close();
  });

  it('[O5] counts the minute after which something else was taken from now on', async () => {
    const { before, after, relay, pass } = await setBack(refused());
    await before.enqueue([await revocation()]);
    await before.flush();
    await before.close();
    relay.answers.push(refused());
    await after.enqueue([retirement('old')]);
    after.start();
    await pass(0);
    expect(relay.got.map(({ device }) => device)).toEqual(['old']);
    await pass(60_000);
    expect(relay.got).toHaveLength(2);
    await after.close();
  });

  it('[O5] still waits for as long as a wait can be by a clock that is right', async () => {
    const { after, relay, pass, world } = await setBack(refused());
    await after.enqueue([await keyPublication()]);
    after.start();
    await pass(0);
    const { nextAttemptMs = 0 } = await after.status();
    expect(nextAttemptMs).toBeGreaterThan(world.clock.now() + 12 * HOUR_MS - 1);
    await pass(HOUR_MS);
    expect(relay.calls).toHaveLength(1);
    await after.close();
  });
});
