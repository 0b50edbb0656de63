import type { Clock, IdentitySigner, RandomSource } from '@pubky-paykit/primitives';
import { ManualClock, predictableRandomForTestingOnly } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  createRelaySet,
  type DnsRecord,
  type PacketChange,
  type PacketStore,
  type SignedPacket,
  signPacket,
  type UpdateOptions,
  updatePacket,
  type WriteReport,
} from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { filling, text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const NOW_MS = 1_700_000_000_000;
const NOW = BigInt(NOW_MS) * 1_000n;
const OWN = text('own', 'new');
const CHANGE: PacketChange = { replaces: ({ name }) => name === 'own', records: [OWN] };
const FOREIGN: readonly DnsRecord[] = [
  text('_pubky', 'x'),
  { name: 'odd', ttl: 7, class: 3, data: { type: 'unknown', typeNumber: 999, bytes: Uint8Array.of(1) } },
];
const MINUTE_US = 60_000_000n;
const HOUR_MS = 3_600_000;

/** How an update gets at a relay: directly, or as everybody does, through a set that remembers. */
type Path = (relay: PacketStore, clock: Clock) => PacketStore;
const PATHS: Record<string, Path> = {
  'a relay': (relay) => relay,
  'a set': (relay, clock) => createRelaySet({ relays: [relay], clock }),
};

function setUpThrough(open: Path, options: UpdateOptions) {
  const store = new ModelStore();
  const clock = new ManualClock(NOW_MS);
  const random = predictableRandomForTestingOnly(1);
  const packets = open(store, clock);
  const update = (change = CHANGE, by: IdentitySigner = signer): Promise<SignedPacket> =>
    updatePacket(packets, by, change, { clock, random, ...options });
  return { store, clock, packets, update };
}

async function held(timestamp: bigint, records: readonly DnsRecord[] = FOREIGN): Promise<SignedPacket> {
  return signPacket(signer, records, timestamp);
}

/** Lets work go on until nothing is left to do at this time. */
async function settled(): Promise<void> {
  for (let i = 0; i < 200; i++) await Promise.resolve();
}

describe.each(Object.entries(PATHS))('updatePacket through %s', (_, open) => {
  const setUp = (options: UpdateOptions = {}) => setUpThrough(open, options);

  it('[I3] keeps every record of others, and says which packet it replaces', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - MINUTE_US, [...FOREIGN, text('own', 'old')]));
    const packet = await update();
    expect(packet.records).toEqual([...FOREIGN, OWN]);
    expect(packet.timestamp).toBe(NOW);
    expect(store.peek(signer.publicKey)).toBe(packet);
    expect(store.writes[0]?.replacing).toBe(NOW - MINUTE_US);
    expect(store.reads.map(({ forUpdate = false }) => forUpdate)).toEqual([true, false]);
  });

  it('[S2.3] is newer than what it replaces, though that be from the future', async () => {
    for (const seen of [NOW, NOW + 1n, NOW + 10n ** 12n]) {
      const { store, update } = setUp();
      store.force(await held(seen));
      expect((await update()).timestamp).toBe(seen + 1n);
    }
    const { store, update } = setUp();
    store.force(await held(2n ** 64n - 1n));
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_TIMESTAMP_SPENT');
  });

  it('creates a packet only if that is allowed', async () => {
    const { store, update } = setUp();
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_NO_PACKET');
    expect(store.writes).toHaveLength(0);
    const allowed = setUp({ allowCreate: true });
    expect((await allowed.update()).records).toEqual([OWN]);
    expect(allowed.store.writes).toEqual([expect.objectContaining({ replacing: undefined })]);
  });

  it('[O5] [S2.3] never publishes after a read that failed', async () => {
    for (const allowCreate of [true, false]) {
      const { store, update } = setUp({ allowCreate });
      store.before = () => {
        throw offline();
      };
      expect((await rejectionOf(update())).code).toBe('DISCOVERY_OFFLINE');
      expect(store.writes).toHaveLength(0);
    }
  });

  it('leaves a packet that says the same as it is while it is younger than an hour', async () => {
    const { store, clock, update } = setUp();
    const same = await held(NOW, [OWN, ...FOREIGN]);
    store.force(same);
    expect(await update()).toBe(same);
    clock.advance(HOUR_MS - 1);
    expect(await update()).toBe(same);
    expect(store.writes).toHaveLength(0);
    clock.advance(1);
    expect((await update()).timestamp).toBe(NOW + 3_600_000_000n);
  });

  it('[S2.3] believes no store that says yes and keeps nothing, be it asked for something newer or for what it has', async () => {
    const { store, clock, update } = setUp();
    const old = await held(NOW - 1n);
    store.force(old);
    store.drops = true;
    const failure = rejectionOf(update());
    for (const delayMs of [500, 1_000, 2_000]) {
      await waitForTimer(clock, 2);
      clock.advance(delayMs);
    }
    expect((await failure).code).toBe('DISCOVERY_NOT_CONFIRMED');
    expect(store.peek(signer.publicKey)).toBe(old);
    store.drops = false;
    const packet = await update();
    // It goes back to the old one: what it gave once proves nothing.
    store.force(old);
    const again = await update();
    expect(store.peek(signer.publicKey)).toBe(again);
    expect([again.records, again.timestamp > old.timestamp]).toEqual([packet.records, true]);
  });

  it('[O5] publishes again what all relays have lost, and keeps the records of others that are remembered', async () => {
    const { store, clock } = setUp();
    const set = createRelaySet({ relays: [store], clock });
    const options = { clock, random: predictableRandomForTestingOnly(1) };
    store.force(await held(NOW - 1n));
    await updatePacket(set, signer, CHANGE, options);
    store.forget(signer.publicKey);
    const packet = await updatePacket(set, signer, CHANGE, options);
    expect(packet.records).toEqual([...FOREIGN, OWN]);
    expect(store.peek(signer.publicKey)).toBe(packet);
    expect(store.history).toHaveLength(2);
  });

  it('takes records out', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n, [...FOREIGN, OWN]));
    expect((await update({ ...CHANGE, records: [] })).records).toEqual(FOREIGN);
  });

  it('[O5] starts again after a conflict, and builds on what is there then', async () => {
    const { store, clock, update } = setUp();
    store.force(await held(NOW - 2n));
    let puts = 0;
    store.before = async (call) => {
      if (call !== 'put') return;
      puts += 1;
      if (puts === 1) store.force(await held(NOW - 1n, [...FOREIGN, text('other', 'y')]));
    };
    const updated = update();
    await waitForTimer(clock, 2);
    clock.advance(500);
    expect((await updated).records).toEqual([...FOREIGN, text('other', 'y'), OWN]);
    expect(puts).toBe(2);
  });

  it('[F3] gives up after three more tries, each waiting longer, and says it was a conflict', async () => {
    const random: RandomSource = { bytes: (length) => new Uint8Array(length).fill(128) };
    const { store, clock, update } = setUp({ random });
    store.force(await held(NOW - 1n));
    let puts = 0;
    store.before = async (call) => {
      if (call !== 'put') return;
      puts += 1;
      store.force(await held(NOW + BigInt(puts)));
    };
    const failure = rejectionOf(update());
    for (const [index, delayMs] of [375, 750, 1_500].entries()) {
      await waitForTimer(clock, 2);
      expect(puts).toBe(index + 1);
      clock.advance(delayMs - 1);
      await settled();
      expect(puts).toBe(index + 1);
      clock.advance(1);
    }
    expect((await failure).code).toBe('DISCOVERY_CONFLICT');
    expect(puts).toBe(4);
    expect(clock.pending).toBe(0);
  });

  it('does not try again where that would not help', async () => {
    const { store, clock, update } = setUp();
    store.force(await held(NOW - 1n));
    store.before = (call) => {
      if (call === 'put') throw offline();
    };
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_OFFLINE');
    expect(store.writes).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it('[O5] publishes again if it reads back something newer without its records', async () => {
    const { store, clock, update } = setUp();
    store.force(await held(NOW - 1n));
    let reads = 0;
    store.before = async (call) => {
      if (call !== 'get') return;
      reads += 1;
      // Somebody replaces it without comparing.
      if (reads === 2) store.force(await held(NOW + 5n, [...FOREIGN, text('other', 'y')]));
    };
    const updated = update();
    await waitForTimer(clock, 2);
    clock.advance(500);
    expect((await updated).records).toEqual([...FOREIGN, text('other', 'y'), OWN]);
  });

  it('is content with something newer that has its records', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n));
    const newer = await held(NOW + 5n, [OWN, ...FOREIGN, text('other', 'y')]);
    let reads = 0;
    store.before = (call) => {
      if (call === 'get' && ++reads === 2) store.force(newer);
    };
    expect(await update()).toBe(newer);
  });

  it('[F3] says that nothing proves a publication which relays do not give, or cannot be asked for', async () => {
    const { store, clock, update } = setUp();
    const old = await held(NOW - 1n);
    store.before = (call) => {
      if (call === 'get') store.force(old);
    };
    const failure = rejectionOf(update());
    for (let tries = 0; tries < 3; tries++) {
      await waitForTimer(clock, 2);
      clock.advance(2_000);
    }
    expect(await failure).toMatchObject({ code: 'DISCOVERY_NOT_CONFIRMED', context: { tries: 4 } });

    const broken = setUp();
    broken.store.force(old);
    let gets = 0;
    broken.store.before = (call) => {
      if (call === 'get' && ++gets === 2) throw offline();
    };
    expect(await rejectionOf(broken.update())).toMatchObject({
      code: 'DISCOVERY_NOT_CONFIRMED',
      cause: { code: 'DISCOVERY_OFFLINE' },
    });
  });

  it('[F3] says how much space is used if it does not fit', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n, [filling(990)]));
    expect(await rejectionOf(update())).toMatchObject({
      code: 'DISCOVERY_PACKET_TOO_LARGE',
      context: { length: 990 + 5 + 10 + 4, maximum: 1_000, records: 2 },
    });
    expect(store.writes).toHaveLength(0);
  });

  it('publishes nothing if records are written into while the signer takes its time', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n));
    const value = Uint8Array.of(1, 2, 3);
    const record: DnsRecord = { name: 'own', ttl: 1, data: { type: 'TXT', strings: [value] } };
    const slow: IdentitySigner = {
      publicKey: signer.publicKey,
      sign: (message) => {
        value.fill(0);
        return signer.sign(message);
      },
    };
    expect((await rejectionOf(update({ ...CHANGE, records: [record] }, slow))).code).toBe(
      'DISCOVERY_RECORDS_LOST',
    );
    expect(store.writes).toHaveLength(0);
  });

  it('holds on to the key the signer had at first', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n));
    let asked = 0;
    const turncoat: IdentitySigner = {
      get publicKey() {
        asked += 1;
        return numbered(asked === 1 ? 1 : 2).publicKey;
      },
      sign: (message) => signer.sign(message),
    };
    expect((await update(CHANGE, turncoat)).publicKey).toEqual(signer.publicKey);
  });

  it('passes what the signer throws on, coded', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n));
    const locked = { publicKey: signer.publicKey, sign: () => Promise.reject(new Error('locked')) };
    expect((await rejectionOf(update(CHANGE, locked))).code).toBe('DISCOVERY_SIGNER_FAILED');
    const keyless = { publicKey: new Uint8Array(31), sign: signer.sign };
    expect((await rejectionOf(update(CHANGE, keyless))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });

  it('refuses a change that would not find its own records again', async () => {
    const { store, update } = setUp();
    store.force(await held(NOW - 1n));
    await expect(update({ ...CHANGE, records: [text('other', 'x')] })).rejects.toThrow(TypeError);
  });

  it('takes one key at a time in this process, so that none of many changes is lost', async () => {
    const { store, clock } = setUp();
    store.force(await held(NOW - 1n));
    const names = ['a', 'b', 'c', 'd', 'e'];
    const options = { clock, random: predictableRandomForTestingOnly(1) };
    await Promise.all(
      names.map((own) =>
        updatePacket(
          store,
          signer,
          { replaces: ({ name }) => name === own, records: [text(own, 'x')] },
          options,
        ),
      ),
    );
    expect(store.history).toHaveLength(5);
    expect(store.peek(signer.publicKey)?.records).toEqual([
      ...FOREIGN,
      ...names.map((own) => text(own, 'x')),
    ]);
    // Nobody had to try twice.
    expect(store.writes).toHaveLength(5);
  });

  it('[T2] is cancelled by its signal, also while it waits for its turn or between two tries', async () => {
    const controller = new AbortController();
    const { store, clock, update } = setUp({ signal: controller.signal });
    store.force(await held(NOW - 1n));
    store.before = async (call) => {
      if (call === 'put') store.force(await held(NOW + 1n));
    };
    const [trying, waiting] = [rejectionOf(update()), rejectionOf(update())];
    await waitForTimer(clock, 3);
    controller.abort();
    expect((await trying).code).toBe('DISCOVERY_CANCELLED');
    expect((await waiting).code).toBe('DISCOVERY_CANCELLED');
    expect(clock.pending).toBe(0);
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_CANCELLED');
  });
});

describe('updatePacket', () => {
  it.each([
    ['replaces', [text('_pubky', 'old')]],
    ['creates', []],
  ])('[S2.3] loses nothing to a look-up that sees a newer packet while it %s one', async (_, before) => {
    const { store, clock, packets, update } = setUpThrough(PATHS['a set'] as Path, { allowCreate: true });
    if (before.length > 0) store.force(await held(NOW - MINUTE_US, before));
    // Another device publishes while somebody thinks about signing, and somebody else is looked up, or this identity.
    let published = false;
    const slow: IdentitySigner = {
      publicKey: signer.publicKey,
      async sign(message) {
        if (!published) {
          published = true;
          store.force(await held(NOW - 1n, [text('_pubky', 'new')]));
          await packets.get(signer.publicKey);
        }
        return signer.sign(message);
      },
    };
    const updated = update(CHANGE, slow);
    await waitForTimer(clock, 2);
    clock.advance(500);
    expect((await updated).records).toEqual([text('_pubky', 'new'), OWN]);
  });

  it('[S2.3] creates nothing in the place of what a relay that remembers nothing has lost', async () => {
    const lost = setUpThrough((relay) => relay, {});
    lost.store.force(await held(NOW - 1n));
    lost.store.before = (call) => {
      if (call === 'get' && lost.store.writes.length > 0) lost.store.forget(signer.publicKey);
    };
    const gone = rejectionOf(lost.update());
    await waitForTimer(lost.clock, 2);
    lost.clock.advance(500);
    expect((await gone).code).toBe('DISCOVERY_NO_PACKET');
  });

  it('[S2.1] publishes again what a relay has lost while the other one is down', async () => {
    const [a, b] = [new ModelStore('a'), new ModelStore('b')];
    const old = await held(NOW - 1n);
    for (const store of [a, b]) store.force(old);
    b.before = () => {
      throw offline('b');
    };
    a.before = (call) => {
      if (call === 'get' && a.writes.length === 1) a.forget(signer.publicKey);
    };
    const clock = new ManualClock(NOW_MS);
    const set = createRelaySet({ relays: [a, b], clock });
    const updated = updatePacket(set, signer, CHANGE, { clock });
    await waitForTimer(clock, 2);
    clock.advance(500);
    const packet = await updated;
    expect([a.writes.length, a.peek(signer.publicKey)]).toEqual([2, packet]);
  });

  it('[S2.3] changes no packet of another key, and is not confirmed by one', async () => {
    const foreign = await signPacket(numbered(2), [text('_pubky', 'theirs')], 9n);
    const { store, update } = setUpThrough(PATHS['a relay'] as Path, { allowCreate: true });
    const give = (isForeign: () => boolean): void => {
      store.get = async (key) => (isForeign() ? foreign : store.peek(key));
    };
    give(() => true);
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_BAD_ANSWER');
    expect(store.writes).toEqual([]);
    give(() => store.writes.length > 0);
    expect(await rejectionOf(update())).toMatchObject({
      code: 'DISCOVERY_NOT_CONFIRMED',
      cause: { code: 'DISCOVERY_BAD_ANSWER' },
    });
  });

  it('[S2.3] tells which relays still have the old packet, and reaches them the next time with the same one', async () => {
    const [a, b] = [new ModelStore('a'), new ModelStore('b')];
    const old = await held(NOW - 1n);
    for (const store of [a, b]) store.force(old);
    b.before = (call) => {
      if (call === 'put') throw offline('b');
    };
    const clock = new ManualClock(NOW_MS);
    const set = createRelaySet({ relays: [a, b], clock });
    const reports: WriteReport[] = [];
    const update = (): Promise<SignedPacket> =>
      updatePacket(set, signer, CHANGE, { clock, onStored: (report) => reports.push(report) });
    const packet = await update();
    expect(reports).toEqual([
      {
        stored: ['a'],
        failed: [{ relay: 'b', error: expect.objectContaining({ code: 'DISCOVERY_OFFLINE' }) }],
      },
    ]);
    expect(b.peek(signer.publicKey)).toBe(old);
    // And says so again as long as that one is down, be it for all that it is asked.
    b.before = () => {
      throw offline('b');
    };
    expect(await update()).toBe(packet);
    expect(reports[1]).toEqual(reports[0]);
    b.before = () => {};
    expect(await update()).toBe(packet);
    expect(b.peek(signer.publicKey)).toBe(packet);
    expect(reports[2]).toEqual({ stored: ['a', 'b'], failed: [] });
    // Now there is nothing to do, and nothing to tell.
    expect(await update()).toBe(packet);
    expect([a.writes.length, reports.length]).toEqual([3, 3]);
  });

  it('[T2] says that it was cancelled, or out of time, also while it reads back', async () => {
    for (const end of ['cancel', 'wait'] as const) {
      const controller = new AbortController();
      const { store, clock, update } = setUpThrough(PATHS['a relay'] as Path, { signal: controller.signal });
      store.force(await held(NOW - 1n));
      store.before = (call) =>
        call === 'get' && store.writes.length > 0 ? new Promise<never>(() => {}) : undefined;
      const failure = rejectionOf(update());
      await waitForTimer(clock, 1);
      if (end === 'cancel') controller.abort();
      else clock.advance(120_000);
      expect((await failure).code).toBe(end === 'cancel' ? 'DISCOVERY_CANCELLED' : 'DISCOVERY_TIMED_OUT');
    }
  });

  it('[S2.3] tells nothing of what was not confirmed', async () => {
    const reports: WriteReport[] = [];
    const { store, update } = setUpThrough(PATHS['a set'] as Path, {
      onStored: (report) => reports.push(report),
    });
    store.force(await held(NOW - 1n));
    store.before = (call) => {
      if (call === 'get' && store.writes.length > 0) throw offline();
    };
    expect((await rejectionOf(update())).code).toBe('DISCOVERY_NOT_CONFIRMED');
    expect(reports).toEqual([]);
  });

  it('[S2.3] creates nothing while one of two relays is dead and the other has no packet', async () => {
    const [alive, dead] = [new ModelStore('alive'), new ModelStore('dead')];
    dead.before = () => {
      throw offline('dead');
    };
    const clock = new ManualClock(NOW_MS);
    const set = createRelaySet({ relays: [alive, dead], clock });
    const failure = await rejectionOf(updatePacket(set, signer, CHANGE, { clock, allowCreate: true }));
    expect(failure.code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
    expect([alive.writes, dead.writes]).toEqual([[], []]);
  });

  it('[T2] ends after two minutes with whatever hangs, and lets the next one in', async () => {
    for (const hanging of ['get', 'put', 'sign'] as const) {
      const { store, clock, update } = setUpThrough((relay) => relay, {});
      store.force(await held(NOW - 1n));
      let hangs = true;
      const never = new Promise<never>(() => {});
      store.before = (call) => (hangs && call === hanging ? never : undefined);
      const slow: IdentitySigner = {
        publicKey: signer.publicKey,
        sign: (message) => (hangs && hanging === 'sign' ? never : signer.sign(message)),
      };
      const first = rejectionOf(update(CHANGE, slow));
      await settled();
      const second = update(CHANGE, slow);
      clock.advance(60_000);
      await settled();
      hangs = false;
      clock.advance(59_999);
      await settled();
      expect(clock.pending).toBe(2);
      // The second has the same limit, so it is given a later start.
      const third = update(CHANGE, slow);
      clock.advance(1);
      expect(await first).toMatchObject({
        code: 'DISCOVERY_TIMED_OUT',
        context: { what: 'publishing', afterMs: 120_000 },
      });
      await expect(second).rejects.toMatchObject({ code: 'DISCOVERY_TIMED_OUT' });
      expect((await third).records).toEqual([...FOREIGN, OWN]);
      expect(clock.pending).toBe(0);
    }
  });
});

/** Lets work go on until so many timers are left: the deadline of each update, and the pause before another try. */
async function waitForTimer(clock: ManualClock, pending: number): Promise<void> {
  // A call through a set has timers of its own, for a moment.
  for (let rest = 0, i = 0; rest < 10 && i < 1_000; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    rest = clock.pending === pending ? rest + 1 : 0;
  }
  expect(clock.pending).toBe(pending);
}
