import { type Clock, zBase32 } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import { createFaultyStore } from '../../../session-store/src/testing.ts';
import {
  createHomeserverDirectory,
  createRelaySet,
  createRememberingPackets,
  DiscoveryError,
  type DnsRecord,
  homeserverRecords,
  type RememberingPacketsOptions,
  type SignedPacket,
  signedPacketPayload,
  signPacket,
  updatePacket,
  userRecord,
} from '../../src/index.ts';
import { storedPacketCodec } from '../../src/relays/kept-packets.ts';
import { rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { rottenStore } from '../rotten-store.ts';
import { numbered } from '../signers.ts';
import { soon } from '../soon.ts';
import { memoryStore, recordsOn } from '../stores.ts';

const NOW_MS = 1_700_000_000_000;
const DAY_MS = 86_400_000;
const user = numbered(1);
const server = numbered(2);
const [identity, homeserver] = [user.publicKey, server.publicKey];

/** Processes over one medium and one relay. */
function world() {
  const medium = memoryStore();
  const relay = new ModelStore();
  const clock = new ManualClock(NOW_MS);
  const told: string[] = [];
  const logger = {
    debug() {},
    info() {},
    warn: (message: string) => told.push(message),
    error() {},
  };
  let failure: Error | undefined;
  relay.before = () => {
    if (failure !== undefined) throw failure;
  };
  /** A process that has just begun, with nothing in memory. */
  const begun = (options: Partial<RememberingPacketsOptions> & { readonly clock?: Clock } = {}) =>
    createRememberingPackets({
      packets: createRelaySet({ relays: [relay], clock }),
      openRecords: recordsOn(medium, clock),
      clock,
      logger,
      ...options,
    });
  const fail = (error: Error | undefined): void => {
    failure = error;
  };
  const publish = async (
    records: readonly DnsRecord[],
    timestamp: bigint,
    signer = user,
  ): Promise<SignedPacket> => {
    const packet = await signPacket(signer, records, timestamp);
    relay.force(packet);
    return packet;
  };
  return { medium, relay, clock, told, begun, fail, publish };
}

async function listed<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Reads as a directory does. @returns The packet, and since when it is remembered. */
async function read(store: ReturnType<typeof createRememberingPackets>, key = identity) {
  let seenMs: number | undefined;
  const onRemembered = (ms: number): void => {
    seenMs = ms;
  };
  const packet = await store.get(key, { onRemembered });
  return { packet, seenMs };
}

describe('createRememberingPackets', () => {
  it('[O5] gives a new process what was seen, and since when, if no relay can be reached', async () => {
    const { begun, fail, publish, clock, told } = world();
    const packet = await publish([text('a', '1')], 1n);
    expect(await read(begun())).toEqual({ packet, seenMs: undefined });
    clock.advance(DAY_MS);
    fail(offline());
    const found = await read(begun());
    expect(found.packet && signedPacketPayload(found.packet)).toEqual(signedPacketPayload(packet));
    expect(found.seenMs).toBe(NOW_MS);
    expect(told).toEqual(['a remembered packet is used']);
  });

  it.each([
    ['that there is none', undefined],
    ['nonsense', new DiscoveryError('DISCOVERY_BAD_ANSWER', { relay: 'r', reason: 'x' })],
    ['no', new DiscoveryError('DISCOVERY_RELAY_REFUSED', { relay: 'r', status: 403 })],
    ['that it was cancelled', new DiscoveryError('DISCOVERY_CANCELLED', { what: 'reading' })],
  ])('[F3] uses nothing if a relay says %s', async (_, error) => {
    const { begun, fail, publish, relay } = world();
    await publish([text('a', '1')], 1n);
    await read(begun());
    fail(error);
    relay.forget(identity);
    if (error === undefined) expect((await read(begun())).packet).toBeUndefined();
    else expect((await rejectionOf(read(begun()))).code).toBe(error.code);
  });

  it('[F3] uses nothing if one of several relays answered nonsense, and it if all are down', async () => {
    const { publish, medium, clock, relay, fail } = world();
    await publish([text('a', '1')], 1n);
    let other: Error = offline();
    const second = new ModelStore('second');
    const packets = createRelaySet({ relays: [relay, second], clock });
    second.before = () => {
      throw other;
    };
    const store = createRememberingPackets({ packets, openRecords: recordsOn(medium, clock), clock });
    await read(store);
    fail(offline());
    expect((await read(store)).seenMs).toBe(NOW_MS);
    // One relay that has never had it proves nothing, as long as another cannot be asked.
    fail(undefined);
    relay.forget(identity);
    expect((await read(store)).seenMs).toBe(NOW_MS);
    fail(offline());
    other = new DiscoveryError('DISCOVERY_BAD_ANSWER', { relay: 'second', reason: 'x' });
    expect((await rejectionOf(read(store))).code).toBe('DISCOVERY_NO_RELAY');
  });

  it('[S2.3] forgets after 7 days, and does not believe a time that is still to come', async () => {
    const { begun, fail, publish, clock } = world();
    await publish([text('a', '1')], 1n);
    await read(begun());
    fail(offline());
    clock.advance(7 * DAY_MS);
    expect((await read(begun())).packet).toBeDefined();
    clock.advance(1);
    expect((await rejectionOf(read(begun()))).code).toBe('DISCOVERY_OFFLINE');
    const early = new ManualClock(NOW_MS - 300_001);
    expect((await rejectionOf(read(begun({ clock: early })))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('[S2.3] publishes nothing after a read that failed, whatever it remembers', async () => {
    const { begun, fail, publish, relay, clock } = world();
    await publish([text('a', '1')], 1n);
    const store = begun();
    await read(store);
    fail(offline());
    let signatures = 0;
    const signer = { ...user, sign: async () => new Uint8Array(signatures++) };
    const change = { replaces: () => false, records: [] };
    for (const allowCreate of [false, true]) {
      const updating = updatePacket(store, signer, change, { clock, allowCreate });
      expect((await rejectionOf(updating)).code).toBe('DISCOVERY_OFFLINE');
    }
    const directory = createHomeserverDirectory({ store, clock });
    expect((await rejectionOf(directory.announce(signer, homeserver))).code).toBe('DISCOVERY_OFFLINE');
    expect([signatures, relay.history]).toEqual([0, []]);
    // Nor for who does not ask to be told, or asks for an update.
    expect((await rejectionOf(store.get(identity))).code).toBe('DISCOVERY_OFFLINE');
    const update = { forUpdate: true, onRemembered: () => {} };
    expect((await rejectionOf(store.get(identity, update))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('[F3] goes on without a memory that fails, or holds what is none', async () => {
    const { begun, fail, publish, medium, clock, told } = world();
    const packet = await publish([text('a', '1')], 1n);
    const broken = createFaultyStore(memoryStore(), () => 'fail');
    const without = begun({ openRecords: recordsOn(broken, clock) });
    expect((await read(without)).packet).toEqual(packet);
    fail(offline());
    expect((await rejectionOf(read(without))).code).toBe('DISCOVERY_OFFLINE');
    expect(told).toEqual(Array(2).fill('the memory of packets failed'));
    fail(undefined);
    const raw = recordsOn(medium, clock)('seen-packets', {
      encode: (bytes: Uint8Array) => bytes,
      decode: (bytes) => bytes,
    });
    await read(begun());
    const [entry] = await listed(raw.list(''));
    const forged = entry!.value.slice();
    forged[forged.length - 6]! ^= 1;
    await raw.put(entry!.key, forged);
    fail(offline());
    expect((await rejectionOf(read(begun()))).code).toBe('DISCOVERY_OFFLINE');
    fail(undefined);
    await read(begun());
    fail(offline());
    expect((await read(begun())).packet).toEqual(packet);
  });

  it('[O5] waits 2 s for a memory that hangs, with an answer and without', async () => {
    const { begun, fail, publish, clock, told } = world();
    const packet = await publish([text('a', '1')], 1n);
    const never = () => new Promise<never>(() => {});
    const list = (): never => {
      throw new Error('nothing to list');
    };
    const hanging = () => ({ get: never, put: never, delete: never, update: never, list });
    const store = begun({ openRecords: hanging });
    const after2s = async <Result>(work: Promise<Result>): Promise<Result> => {
      await soon();
      clock.advance(1_999);
      await soon();
      expect(told).toEqual([]);
      clock.advance(1);
      return work;
    };
    expect((await after2s(read(store))).packet).toEqual(packet);
    expect(told.splice(0)).toEqual(['the memory of packets failed']);
    fail(offline());
    expect((await after2s(rejectionOf(read(store)))).code).toBe('DISCOVERY_OFFLINE');
    expect(told.splice(0)).toEqual(['the memory of packets failed']);
    expect(clock.pending).toBe(0);
  });

  it('[S2.3] shares no bytes with what it gives away', async () => {
    const { begun, fail, publish, relay } = world();
    const given = await publish([text('a', '1')], 1n);
    const store = begun({ packets: relay });
    await read(store);
    // As new as can be, if what is kept were this very packet.
    given.message.fill(0xff);
    const other = await publish([text('a', '2')], 1n);
    await read(store);
    fail(offline());
    expect((await read(store)).packet).toEqual(other);
  });

  it('[S2.3] does not take a packet of another key that was put in its place', async () => {
    const { begun, fail, publish, medium, clock } = world();
    await publish([text('a', '1')], 1n);
    await read(begun());
    const raw = recordsOn(medium, clock)('seen-packets', storedPacketCodec);
    const [entry] = await listed(raw.list(''));
    const other = await signPacket(server, [text('a', '2')], 2n);
    await raw.put(entry!.key, { ...entry!.value, payload: signedPacketPayload(other) });
    fail(offline());
    expect((await rejectionOf(read(begun()))).code).toBe('DISCOVERY_OFFLINE');
    await raw.put(entry!.key, {
      ...entry!.value,
      publicKey: other.publicKey,
      payload: signedPacketPayload(other),
    });
    expect((await rejectionOf(read(begun()))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('keeps so many and no more, the ones seen last', async () => {
    const { begun, fail, publish, clock } = world();
    const signers = [1, 2, 3, 4].map(numbered);
    for (const signer of signers) {
      await publish([text('a', '1')], 1n, signer);
      clock.advance(1);
      await read(begun({ maximumKeys: 3 }), signer.publicKey);
    }
    fail(offline());
    expect((await rejectionOf(read(begun(), numbered(1).publicKey))).code).toBe('DISCOVERY_OFFLINE');
    for (const signer of signers.slice(1))
      expect((await read(begun(), signer.publicKey)).packet).toBeDefined();
    expect(() => begun({ maximumKeys: 0 })).toThrow(RangeError);
    expect(() => begun({ maximumAgeMs: 0 })).toThrow(RangeError);
  });

  it('[O5] makes room without verifying all that is kept', async () => {
    const { begun, publish, medium, clock } = world();
    const store = begun({ maximumKeys: 2 });
    for (const signer of [1, 2].map(numbered)) {
      await publish([text('a', '1')], 1n, signer);
      clock.advance(1);
      await read(store, signer.publicKey);
    }
    const raw = recordsOn(medium, clock)('seen-packets', storedPacketCodec);
    const key = zBase32.encode(numbered(2).publicKey);
    const good = (await raw.get(key))!.value;
    // It goes by the time alone: who looked at the signature would take this one for the oldest.
    await raw.put(key, { ...good, payload: good.payload.map((byte) => byte ^ 1) });
    await publish([text('a', '1')], 1n, numbered(3));
    await read(store, numbered(3).publicKey);
    const kept = (await listed(raw.list(''))).map((entry) => entry.key);
    expect(kept.toSorted()).toEqual([key, zBase32.encode(numbered(3).publicKey)].toSorted());
  });

  it('[S2.3] forgets first what a clock that was ahead has noted, and not what is new', async () => {
    const { begun, fail, publish, clock } = world();
    const keys = [1, 2, 3, 4].map((index) => numbered(index).publicKey);
    for (const index of [1, 2, 3, 4]) await publish([text('a', '1')], 1n, numbered(index));
    const ahead = new ManualClock(NOW_MS + 365 * DAY_MS);
    for (const key of keys.slice(0, 2)) await read(begun({ clock: ahead, maximumKeys: 2 }), key);
    for (const key of keys.slice(2)) {
      await read(begun({ maximumKeys: 2 }), key);
      clock.advance(1);
    }
    fail(offline());
    for (const key of keys.slice(2)) expect((await read(begun(), key)).packet).toBeDefined();
  });

  it('keeps so many and no more, though one of them has rotted', async () => {
    const { begun, publish, medium, clock } = world();
    const signers = [1, 2, 3, 4, 5].map(numbered);
    const rotten = rottenStore(medium, (key) => key.endsWith(zBase32.encode(numbered(1).publicKey)));
    for (const [at, signer] of signers.entries()) {
      await publish([text('a', '1')], 1n, signer);
      clock.advance(1);
      const openRecords = recordsOn(at === 0 ? medium : rotten, clock);
      await read(begun({ maximumKeys: 2, openRecords }), signer.publicKey);
    }
    // The rotten one is left to be looked into, and counts.
    const kept: string[] = [];
    for await (const { key } of medium.list('seen-packets')) kept.push(key);
    expect(kept).toHaveLength(2);
    expect(kept.some((key) => key.endsWith(zBase32.encode(numbered(5).publicKey)))).toBe(true);
  });

  it('[S2.3] never goes back to an older packet, whatever relays give in which order', async () => {
    const versions = await Promise.all(
      [1n, 2n, 3n, 4n].map((time) => signPacket(user, [text('a', `${time}`)], time)),
    );
    const steps = fc.array(
      fc.record({
        version: fc.constantFrom(...versions),
        restarts: fc.boolean(),
        passMs: fc.nat(2 * 3_600_000),
      }),
      { minLength: 1, maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { begun, fail, clock, medium } = world();
        const relay = new ModelStore();
        const openRecords = recordsOn(medium, clock);
        let store = createRememberingPackets({ packets: relay, openRecords, clock });
        let newest = 0n;
        for (const { version, restarts, passMs } of list) {
          if (restarts) store = createRememberingPackets({ packets: relay, openRecords, clock });
          clock.advance(passMs);
          // A relay may well give an older one.
          relay.force(version);
          await read(store);
          if (version.timestamp > newest) newest = version.timestamp;
        }
        fail(offline());
        expect((await read(begun())).packet?.timestamp).toBe(newest);
      }),
      { numRuns: effort(200) },
    );
  });
});

describe('a directory that remembers', () => {
  async function announced(host: string, plainHttpHosts: readonly string[] = []) {
    const parts = world();
    const { begun, publish, clock } = parts;
    await publish([userRecord({ identity, homeserver })], 1n);
    await publish(
      homeserverRecords({ homeserver, host, port: host === 'localhost' ? 6286 : 443 }),
      1n,
      server,
    );
    const open = (hosts = plainHttpHosts) =>
      createHomeserverDirectory({ store: begun(), clock, plainHttpHosts: hosts });
    return { ...parts, open };
  }

  it('[O5] finds a homeserver while every relay is down, and says since when it knows', async () => {
    const { open, fail, clock } = await announced('home.example');
    const found = { homeserver, url: 'https://home.example' };
    expect(await open().find(identity)).toEqual(found);
    clock.advance(DAY_MS);
    await open().locate(homeserver);
    fail(offline());
    expect(await open().find(identity)).toEqual({ ...found, rememberedMs: NOW_MS });
    expect(await open().locate(homeserver)).toEqual({ ...found, rememberedMs: NOW_MS + DAY_MS });
  });

  it('[T1] refuses a homeserver on this machine as if it were seen now', async () => {
    const { open, fail } = await announced('localhost', ['localhost']);
    expect(await open().find(identity)).toMatchObject({ url: 'http://localhost:6286' });
    fail(offline());
    expect(await open().find(identity)).toMatchObject({ url: 'http://localhost:6286', rememberedMs: NOW_MS });
    expect((await rejectionOf(open([]).find(identity))).code).toBe('DISCOVERY_LOCAL_ENDPOINT');
  });
});
