import type { Clock } from '@pubky-paykit/primitives';
import { predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { effort } from '../../../../tooling/vitest/effort.ts';
import {
  compareSignedPackets,
  createRelaySet,
  DiscoveryError,
  type DnsRecord,
  encodeDnsMessage,
  ownName,
  type PacketChange,
  type PacketStore,
  type SignedPacket,
  signPacket,
  userRecord,
} from '../../src/index.ts';
import { KeyLocks } from '../../src/publishing/key-locks.ts';
import { sameRecords } from '../../src/publishing/packet-change.ts';
import { updateWithin } from '../../src/publishing/update-packet.ts';
import { text } from '../packets.ts';
import { records } from '../records.ts';
import { ModelStore } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const NOW_MS = 1_700_000_000_000;
const NOW = BigInt(NOW_MS) * 1_000n;

/** One program announces a homeserver, the other publishes a Noise key: as in real life. */
const own = userRecord({ identity: signer.publicKey, homeserver: numbered(2).publicKey });
const noise = text(ownName(signer.publicKey, '_noise.phone'), 'v=1');
const replacing = (record: DnsRecord): PacketChange => ({
  replaces: ({ name, data }) => name === record.name && data.type === record.data.type,
  records: [record],
});
const CHANGES = [replacing(own), replacing(noise)];

/** Records that leave room for two more, and are neither writer's. */
const foreign = fc
  .array(records, { maxLength: 3 })
  .filter((list) => list.reduce((sum, one) => sum + encodeDnsMessage([one]).length, 0) < 700);

/** What was there before: nothing, or a packet with old records of both writers or without. */
const before = fc.option(
  fc.record({
    foreign,
    old: fc.subarray([
      userRecord({ identity: signer.publicKey, homeserver: numbered(3).publicKey }),
      text(noise.name, 'v=0'),
    ]),
    timestamp: fc.constantFrom(NOW - 1n, NOW, NOW + 1_000_000n),
  }),
);

/** Time in which nothing is ever late: pauses end some time, deadlines never. */
function eventualClock(scheduler: fc.Scheduler): Clock {
  return {
    now: () => NOW_MS,
    schedule(delayMs, callback) {
      let cancelled = false;
      if (delayMs < 5_000) {
        scheduler.schedule(Promise.resolve(), `pause of ${delayMs} ms`).then(() => {
          if (!cancelled) callback();
        });
      }
      return () => {
        cancelled = true;
      };
    },
  };
}

interface World {
  readonly stores: readonly ModelStore[];
  /** What one program uses to get at them. */
  readonly open: (clock: Clock) => PacketStore;
}

/** One relay that compares, or two of them, each asked for itself. */
const WORLDS: Record<string, () => World> = {
  'one relay': () => {
    const store = new ModelStore();
    return { stores: [store], open: () => store };
  },
  'two relays': () => {
    const stores = [new ModelStore('a'), new ModelStore('b')];
    // Patience would end waits by chance of the clock, which has none.
    return {
      stores,
      open: (clock) =>
        createRelaySet({ relays: stores, clock, readPatienceMs: 9_999, writePatienceMs: 9_999 }),
    };
  },
};

type Start = typeof before extends fc.Arbitrary<infer Value> ? Value : never;

/** Lets both programs run, and gives what each came to. */
async function interleave({ stores, open }: World, start: Start, scheduler: fc.Scheduler, seed: number) {
  if (start !== null) {
    const packet = await signPacket(signer, [...start.foreign, ...start.old], start.timestamp);
    for (const store of stores) store.force(packet);
  }
  for (const store of stores) {
    store.before = (call) => scheduler.schedule(Promise.resolve(), `${call} at ${store.name}`);
  }
  const clock = eventualClock(scheduler);
  const updates = CHANGES.map((change, i) => {
    const random = predictableRandomForTestingOnly(seed + i);
    // Whoever only adds to a packet does not create it: two creators have nothing to compare with, and race.
    const options = { clock, random, allowCreate: i === 0 };
    return updateWithin(new KeyLocks(), open(clock), signer, change, options).catch(codeOf);
  });
  return scheduler.waitFor(Promise.all(updates));
}

/** The code of the one failure that is allowed; every other one is passed on. */
function codeOf(error: unknown): string {
  if (error instanceof DiscoveryError && error.code === 'DISCOVERY_NO_PACKET') return error.code;
  throw error;
}

function newestOf(stores: readonly ModelStore[]): SignedPacket {
  const held = stores.flatMap((store) => store.peek(signer.publicKey) ?? []);
  const newest = held.sort(compareSignedPackets).at(-1);
  if (newest === undefined) throw new Error('nothing was published');
  return newest;
}

/** Nothing that was ever stored lacks a record of others, nor is older than what it replaced. */
function checkHistory({ history }: ModelStore, start: Start): void {
  for (const [index, packet] of history.entries()) {
    const kept = packet.records.filter((record) => !CHANGES.some(({ replaces }) => replaces(record)));
    expect(sameRecords(kept, start?.foreign ?? [])).toBe(true);
    const previous = history[index - 1]?.timestamp ?? start?.timestamp ?? -1n;
    expect(packet.timestamp).toBeGreaterThanOrEqual(previous);
  }
}

describe('updatePacket', () => {
  it.each(Object.keys(WORLDS))(
    '[S2.3] [I3] loses no record, however two programs interleave (%s)',
    async (kind) => {
      let retries = 0;
      const added = new Map<boolean, number>();
      await fc.assert(
        fc.asyncProperty(before, fc.scheduler(), fc.nat(), async (start, scheduler, seed) => {
          const world = (WORLDS[kind] as () => World)();
          const [, second] = await interleave(world, start, scheduler, seed);
          const isAdded = second !== 'DISCOVERY_NO_PACKET';
          if (start !== null) expect(isAdded).toBe(true);
          const expected = [...(start?.foreign ?? []), own, ...(isAdded ? [noise] : [])];
          expect(sameRecords(newestOf(world.stores).records, expected)).toBe(true);
          for (const store of world.stores) checkHistory(store, start);
          added.set(isAdded, (added.get(isAdded) ?? 0) + 1);
          const writes = world.stores.reduce((sum, store) => sum + store.writes.length, 0);
          retries += writes / world.stores.length - (isAdded ? 2 : 1);
        }),
        { numRuns: effort(250) },
      );
      // They did get in each other's way.
      expect(retries).toBeGreaterThan(effort(250) / 20);
      expect([...added.keys()].sort()).toEqual([false, true]);
    },
  );
});
