import { describe, expect, it } from 'vitest';
import { DiscoveryError } from '../../src/errors.ts';
import type { Publication, PublicationTarget } from '../../src/publications/publication.ts';
import { rejectionOf } from '../bytes.ts';
import { World } from '../lifecycle/world.ts';
import { offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';
import { keyPublication, retirement, revocation, START_SECONDS } from './queued.ts';

import { kindsOf, queueOn, refused, scripted } from './queues.ts';

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

  it('[O5] [S2.3] tells which places of a target may still give what was there before', async () => {
    const world = new World();
    const relays: PublicationTarget = {
      name: 'relays',
      async publish(_, { onPartial } = {}) {
        const error = new DiscoveryError('DISCOVERY_OFFLINE', { relay: 'second', reason: 'ECONNREFUSED' });
        onPartial?.([{ target: 'second', error }]);
      },
    };
    const { queue, events } = queueOn(world, { targets: [relays] });
    await queue.enqueue([await revocation()]);
    await queue.flush();
    expect(kindsOf(events)).toEqual(['published', 'partial']);
    expect(events[1]).toEqual({
      kind: 'partial',
      target: 'relays',
      device: 'default',
      publication: 'revocation',
      atMs: world.clock.now(),
      code: 'DISCOVERY_OFFLINE',
      places: ['second'],
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
      {
        target: 'relay',
        timestampSeconds: undefined,
        atMs: undefined,
        waiting: true,
        parked: false,
        partial: false,
      },
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
    ['an outage as `fetch` tells it', () => new TypeError('fetch failed'), 'waiting'],
    ['a mistake in a program', () => new RangeError('out of range'), 'parked'],
  ] as const)('[F3] tells %s from the other', async (_, error, where) => {
    const relay = scripted('relay', [error()]);
    const { queue } = queueOn(new World(), { targets: [relay.target] });
    await queue.enqueue([await keyPublication()]);
    expect((await queue.flush())[where]).toMatchObject([{ code: 'UNCODED' }]);
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
    await queue.flush();
    expect(world.target('packet').records.size).toBe(1);
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
