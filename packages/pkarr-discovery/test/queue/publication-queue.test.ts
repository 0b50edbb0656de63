import { describe, expect, it } from 'vitest';
import { LEASE_MS, PUBLISH_TIMEOUT_MS } from '../../src/constants.ts';
import { DiscoveryError } from '../../src/errors.ts';
import type { Publication, PublicationTarget } from '../../src/publications/publication.ts';
import { createPublicationQueue, type PublicationQueueOptions } from '../../src/queue/publication-queue.ts';
import type { QueueEvent } from '../../src/queue/queue-events.ts';
import { rejectionOf } from '../bytes.ts';
import { SIGNER } from '../lifecycle/household.ts';
import { DAY_MS, HOUR_MS, World } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { soon } from '../soon.ts';
import { keyPublication, retirement, revocation, START_SECONDS } from './queued.ts';

const refused = () => new DiscoveryError('DISCOVERY_NO_PACKET');

/** A target of which a test decides what it answers. */
function scripted(name: string, answers: (Error | undefined)[] = []) {
  const got: Publication[] = [];
  const calls: Publication[] = [];
  const target: PublicationTarget = {
    name,
    async publish(publication) {
      calls.push(publication);
      const error = answers.shift();
      if (error !== undefined) throw error;
      got.push(publication);
    },
  };
  return { target, got, calls, answers };
}

function queueOn(world: World, options: Partial<PublicationQueueOptions> = {}) {
  const events: QueueEvent[] = [];
  const { clock, random } = world;
  const { openRecords, targets } = world.live();
  const queue = createPublicationQueue({
    identity: SIGNER.publicKey,
    openRecords,
    targets,
    clock,
    random,
    onEvent: (event) => events.push(event),
    ...options,
  });
  return { queue, events };
}

const kindsOf = (events: readonly QueueEvent[]) => events.map(({ kind }) => kind);

describe('createPublicationQueue', () => {
  it('[O5] publishes to every target, in order, and tells each', async () => {
    const world = new World();
    const { queue, events } = queueOn(world);
    const list = [await keyPublication(), await keyPublication({ device: 'phone' }), retirement('old')];
    await queue.enqueue(list);
    expect(world.target('packet').arrivals).toEqual([]);
    const { waiting, parked, degraded, nextAttemptMs } = await queue.flush();
    expect([waiting, parked, degraded, nextAttemptMs]).toEqual([[], [], [], undefined]);
    for (const { arrivals } of world.targets) {
      expect(arrivals.map(({ device }) => device)).toEqual(['default', 'phone', 'old']);
    }
    expect(events.filter(({ kind }) => kind === 'published')).toHaveLength(6);
    expect(events[0]).toEqual({
      kind: 'published',
      target: 'homeserver',
      device: 'default',
      publication: 'key',
      attempts: 0,
      atMs: world.clock.now(),
    });
  });

  it('[O5] keeps what is queued through a restart', async () => {
    const world = new World();
    await queueOn(world).queue.enqueue([await keyPublication()]);
    const { queue } = queueOn(world);
    expect((await queue.status()).waiting).toHaveLength(2);
    await queue.flush();
    expect(world.target('homeserver').records.get('default')).toBeDefined();
  });

  it('[O5] publishes the newer of a device, and not the older one that waited', async () => {
    const world = new World();
    const { queue } = queueOn(world);
    await queue.enqueue([await keyPublication()]);
    await queue.enqueue([await keyPublication({ after: 5 })]);
    // Nor does one that comes too late.
    await queue.enqueue([await keyPublication({ after: 3 })]);
    await queue.flush();
    expect(world.target('packet').arrivals.map(({ seconds }) => seconds)).toEqual([START_SECONDS + 5n]);
    await queue.enqueue([await keyPublication({ after: 4 })]);
    expect((await queue.status()).waiting).toEqual([]);
  });

  it('[O4] [O5] publishes a revocation though the key after it waits as well', async () => {
    const world = new World();
    const { queue } = queueOn(world);
    await queue.enqueue([await keyPublication()]);
    await queue.enqueue([await revocation({ after: 1 }), await keyPublication({ key: 2, after: 2 })]);
    await queue.enqueue([await keyPublication({ key: 2, after: 9 })]);
    await queue.flush();
    const kinds = world
      .target('packet')
      .arrivals.map(({ kind, seconds }) => `${kind} ${seconds! - START_SECONDS}`);
    expect(kinds).toEqual(['revocation 1', 'key 9']);
  });

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

  it('[O5] says what waits, since when, why, and until when', async () => {
    const world = new World();
    const down = scripted('relay', [
      new DiscoveryError('DISCOVERY_RATE_LIMITED', { relay: 'r', retryAfterMs: 90_000 }),
    ]);
    const { queue } = queueOn(world, { targets: [down.target] });
    await queue.enqueue([await revocation()]);
    const startMs = world.clock.now();
    const status = await queue.flush();
    expect(status).toEqual({
      waiting: [
        {
          target: 'relay',
          device: 'default',
          publication: 'revocation',
          queuedAtMs: startMs,
          attempts: 1,
          code: 'DISCOVERY_RATE_LIMITED',
          notBeforeMs: startMs + 90_000,
        },
      ],
      parked: [],
      degraded: [{ target: 'relay', code: 'DISCOVERY_RATE_LIMITED', sinceMs: startMs }],
      nextAttemptMs: startMs + 90_000,
    });
    expect(await queue.progress('default')).toEqual([
      { target: 'relay', timestampSeconds: undefined, atMs: undefined, waiting: true, parked: false },
    ]);
  });

  it('[O5] [F3] parks what a target refuses for good, goes on with the rest, and tries it again when told', async () => {
    const world = new World();
    const relay = scripted('relay', [refused(), refused(), undefined]);
    const { queue, events } = queueOn(world, { targets: [relay.target] });
    await queue.enqueue([await revocation(), await keyPublication({ device: 'phone' }), retirement('old')]);
    const status = await queue.flush();
    expect(relay.got.map(({ device }) => device)).toEqual(['old']);
    expect(status.parked.map(({ device, code }) => `${device} ${code}`)).toEqual([
      'default DISCOVERY_NO_PACKET',
      'phone DISCOVERY_NO_PACKET',
    ]);
    expect(kindsOf(events)).toEqual(['parked', 'parked', 'published']);
    await queue.flush();
    expect(relay.calls).toHaveLength(3);
    await queue.retryParked();
    await queue.flush();
    expect(relay.got.map(({ device }) => device)).toEqual(['old', 'default', 'phone']);
    expect((await queue.status()).parked).toEqual([]);
  });

  it('[O5] lets something newer take the place of what is parked', async () => {
    const world = new World();
    const relay = scripted('relay', [refused()]);
    const { queue } = queueOn(world, { targets: [relay.target] });
    await queue.enqueue([await keyPublication()]);
    await queue.flush();
    await queue.enqueue([await keyPublication({ after: 1 })]);
    const status = await queue.flush();
    expect([status.parked, relay.got.length]).toEqual([[], 1]);
  });

  it('[S2.3] does not bring a parked revocation over a newer key, which would be a roll-back', async () => {
    const world = new World();
    const relay = scripted('relay', [refused()]);
    const { queue } = queueOn(world, { targets: [relay.target] });
    await queue.enqueue([await revocation(), await keyPublication({ key: 2, after: 1 })]);
    await queue.flush();
    await queue.retryParked();
    const { parked, waiting } = await queue.flush();
    expect(relay.got.map(({ kind }) => kind)).toEqual(['key']);
    expect([parked, waiting]).toEqual([[], []]);
  });

  it.each([
    ['an error without a code', () => new Error('socket hang up'), 'waiting'],
    ['a mistake in a program', () => new TypeError('x is not a function'), 'parked'],
  ] as const)('[F3] tells %s from the other', async (_, error, where) => {
    const relay = scripted('relay', [error()]);
    const { queue } = queueOn(new World(), { targets: [relay.target] });
    await queue.enqueue([await keyPublication()]);
    expect((await queue.flush())[where]).toMatchObject([{ code: 'UNCODED' }]);
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

  it('[O5] refuses what no peer would take, and queues nothing of the call', async () => {
    const { queue } = queueOn(new World());
    const good = await keyPublication();
    const wrong: readonly (readonly [Publication, string])[] = [
      [{ ...good, identity: numbered(2).publicKey }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ ...good, kind: 'revocation' }, 'DISCOVERY_BAD_PUBLICATION'],
      [{ ...good, device: 'phone' }, 'DISCOVERY_KEY_RECORD_FORGED'],
      [{ ...good, record: good.record.replace('ts=1', 'ts=2') }, 'DISCOVERY_FRESHNESS_FORGED'],
      [{ ...good, record: 'v=1' }, 'DISCOVERY_KEY_RECORD_MALFORMED'],
      [retirement('A'), 'DISCOVERY_BAD_DEVICE'],
    ];
    for (const [publication, code] of wrong) {
      expect((await rejectionOf(queue.enqueue([good, publication]))).code).toBe(code);
    }
    expect((await queue.status()).waiting).toEqual([]);
  });

  it('[O5] parks what is for a target that it does not have any more, and takes it up when it is back', async () => {
    const world = new World();
    await queueOn(world).queue.enqueue([await keyPublication()]);
    const fewer = queueOn(world, { targets: world.live().targets.slice(0, 1) });
    const status = await fewer.queue.flush();
    expect(status.parked).toMatchObject([{ target: 'packet', code: 'DISCOVERY_TARGET_UNKNOWN' }]);
    expect(kindsOf(fewer.events)).toEqual(['parked', 'published']);
    const { queue } = queueOn(world);
    await queue.retryParked();
    await queue.flush();
    expect(world.target('packet').records.size).toBe(1);
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

  it('[M1] counts by target and kind, and by code, never by device', async () => {
    const counted: string[] = [];
    const relay = scripted('relay', [offline(), undefined, refused()]);
    const { queue } = queueOn(new World(), {
      targets: [relay.target],
      telemetry: {
        count: (name, value, attributes) => counted.push(`${name} ${value} ${JSON.stringify(attributes)}`),
        record() {},
        span: () => ({ end() {} }),
      },
      onEvent() {
        throw new Error('a listener with a fault');
      },
    });
    await queue.enqueue([await keyPublication(), await revocation({ device: 'old' })]);
    await queue.flush();
    await queue.flush();
    expect(counted).toEqual([
      'discovery.publications_degraded 1 {"target":"relay","code":"DISCOVERY_OFFLINE"}',
      'discovery.publications_published 1 {"target":"relay","publication":"key"}',
      'discovery.publications_recovered 1 {"target":"relay"}',
      'discovery.publications_parked 1 {"target":"relay","publication":"revocation","code":"DISCOVERY_NO_PACKET"}',
    ]);
  });

  it('refuses targets that cannot be told apart, too many, and none', () => {
    const { target } = scripted('relay');
    const world = new World();
    expect(() => queueOn(world, { targets: [target, target] })).toThrow(TypeError);
    expect(() => queueOn(world, { targets: [scripted('a b').target] })).toThrow(TypeError);
    expect(() => queueOn(world, { targets: [] })).toThrow(RangeError);
    const many = Array.from({ length: 17 }, (_, number) => scripted(`t${number}`).target);
    expect(() => queueOn(world, { targets: many })).toThrow(RangeError);
  });
});
