import type { LogFields, Logger } from '@pubky-paykit/primitives';
import { silentLogger } from '@pubky-paykit/primitives';
import { ManualClock } from '@pubky-paykit/primitives/testing';
import { describe, expect, it } from 'vitest';
import {
  createRelaySet,
  type PacketStore,
  type RelaySetOptions,
  type SignedPacket,
  signPacket,
} from '../../src/index.ts';
import { rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const signer = numbered(1);
const KEY = signer.publicKey;
const [P1, P2, P3] = [
  await signPacket(signer, [text('a', '1')], 1_000n),
  await signPacket(signer, [text('a', '2')], 2_000n),
  await signPacket(signer, [text('a', '3')], 3_000n),
];
const failing = (store: ModelStore): ModelStore => {
  store.before = () => {
    throw offline(store.name);
  };
  return store;
};
const working = (store: ModelStore): void => {
  store.before = () => {};
};

function setUp(count = 2, options: Partial<RelaySetOptions> = {}) {
  const relays = Array.from({ length: count }, (_, i) => new ModelStore(`relay${i}`));
  const clock = new ManualClock();
  const set = createRelaySet({ relays, clock, ...options });
  return { set, clock, relays, a: relays[0] as ModelStore, b: relays[1] as ModelStore };
}

/** A logger that keeps warnings. */
function recorder(): { readonly logger: Logger; readonly warnings: (LogFields | undefined)[] } {
  const warnings: (LogFields | undefined)[] = [];
  return { logger: { ...silentLogger, warn: (_, fields) => warnings.push(fields) }, warnings };
}

describe('createRelaySet', () => {
  it('needs one relay at least, and no two of one name', () => {
    const one: PacketStore = new ModelStore('one');
    expect(() => createRelaySet({ relays: [] })).toThrow(TypeError);
    expect(() => createRelaySet({ relays: [one, new ModelStore('one')] })).toThrow(TypeError);
    expect(createRelaySet({ relays: [one, new ModelStore('two')] }).name).toBe('one, two');
  });
});

describe('get', () => {
  it('gives the newest of all', async () => {
    for (const [first, second] of [
      [P1, P2],
      [P2, P1],
    ] as const) {
      const { set, a, b } = setUp();
      a.force(first);
      b.force(second);
      expect(await set.get(KEY)).toBe(P2);
    }
  });

  it('is content with one that answers, and reports the others', async () => {
    const { logger, warnings } = recorder();
    const { set, a, b } = setUp(2, { logger });
    failing(a);
    b.force(P1);
    expect(await set.get(KEY)).toBe(P1);
    expect(warnings).toEqual([{ what: 'reading a packet', relay: 'relay0', code: 'DISCOVERY_OFFLINE' }]);
  });

  it('[S2.1] says there is none only if all say so, and takes one that gives one', async () => {
    const { set, a, b } = setUp();
    expect(await set.get(KEY)).toBeUndefined();
    failing(a);
    for (const options of [{}, { forUpdate: true }, { remembered: false }]) {
      expect(await rejectionOf(set.get(KEY, options))).toMatchObject({
        code: 'DISCOVERY_ABSENCE_UNCERTAIN',
        context: { absent: 1, failed: 1 },
        retryable: true,
        cause: { errors: [{ code: 'DISCOVERY_OFFLINE' }] },
      });
    }
    working(a);
    a.force(P1);
    failing(b);
    expect(await set.get(KEY)).toBe(P1);
  });

  it('[S2.1] does not make up for a silent relay from memory, but for an update', async () => {
    const { set, a, b } = setUp();
    b.force(P1);
    await set.get(KEY);
    failing(b);
    expect((await rejectionOf(set.get(KEY))).code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
    expect(await set.get(KEY, { forUpdate: true })).toEqual(P1);
    a.force(P1);
    expect(await set.get(KEY)).toBe(P1);
  });

  it('tells that nobody could be asked from absence', async () => {
    const { set, a, b } = setUp();
    failing(a);
    failing(b);
    expect(await rejectionOf(set.get(KEY))).toMatchObject({
      code: 'DISCOVERY_NO_RELAY',
      context: { what: 'reading a packet', relays: 2, reasons: 'DISCOVERY_OFFLINE' },
      cause: { errors: [{ code: 'DISCOVERY_OFFLINE' }, { code: 'DISCOVERY_OFFLINE' }] },
    });
  });

  it('throws what its only relay throws', async () => {
    const { set, a } = setUp(1);
    failing(a);
    expect((await rejectionOf(set.get(KEY))).code).toBe('DISCOVERY_OFFLINE');
  });

  it('never gives something older than it gave before, or published', async () => {
    const { set, a, b } = setUp();
    a.force(P2);
    expect(await set.get(KEY)).toEqual(P2);
    a.force(P1);
    b.force(P1);
    expect(await set.get(KEY)).toEqual(P2);
    a.forget(KEY);
    b.forget(KEY);
    await set.put(P3, { replacing: P2.timestamp });
    a.force(P1);
    b.force(P2);
    expect(await set.get(KEY)).toEqual(P3);
  });

  it('[S2.3] gives what relays give now to who asks for that, be it older or nothing', async () => {
    const { set, a, b } = setUp();
    await set.put(P2);
    const now = (): Promise<SignedPacket | undefined> => set.get(KEY, { remembered: false });
    expect(await now()).toEqual(P2);
    a.force(P1);
    expect(await now()).toEqual(P2);
    b.forget(KEY);
    expect(await now()).toEqual(P1);
    a.forget(KEY);
    expect(await now()).toBeUndefined();
    expect(await set.get(KEY, { forUpdate: true })).toEqual(P2);
  });

  it('[T2] waits for all for what it knows to be there, and one second once somebody gives that', async () => {
    const { set, clock, a, b } = setUp();
    await set.put(P2);
    a.force(P1);
    b.before = never;
    const without = set.get(KEY, { remembered: false });
    await settled();
    clock.advance(5_999);
    expect(clock.pending).toBe(1);
    clock.advance(1);
    expect(await without).toBe(P1);
    a.force(P2);
    const given = set.get(KEY, { remembered: false });
    await settled();
    clock.advance(1_000);
    expect(await given).toBe(P2);
    expect(clock.pending).toBe(0);
  });

  it('says that all relays have lost a packet, but remembers it for an update', async () => {
    const { set, a } = setUp();
    a.force(P1);
    await set.get(KEY);
    a.forget(KEY);
    expect(await set.get(KEY)).toBeUndefined();
    expect(await set.get(KEY, { forUpdate: true })).toEqual(P1);
  });

  it('refuses a store that gives the packet of another key', async () => {
    const foreign = await signPacket(numbered(2), [], 9n);
    const liar: PacketStore = { ...new ModelStore(), name: 'liar', get: async () => foreign, put: never };
    const set = createRelaySet({ relays: [liar] });
    expect((await rejectionOf(set.get(KEY))).code).toBe('DISCOVERY_BAD_ANSWER');
  });

  it('[T2] waits one second for others once there is a packet, but not before an update', async () => {
    const { set, clock, a, b } = setUp();
    a.force(P1);
    b.before = never;
    const read = set.get(KEY);
    await settled();
    clock.advance(1_000);
    expect(await read).toBe(P1);
    const careful = set.get(KEY, { forUpdate: true });
    await settled();
    clock.advance(5_999);
    await settled();
    b.force(P2);
    clock.advance(1);
    expect(await careful).toBe(P1);
    expect(clock.pending).toBe(0);
  });

  it('[S2.3] waits before an update for a slow relay, which may have the newer packet', async () => {
    const { set, clock, a, b } = setUp();
    a.force(P1);
    b.force(P2);
    b.before = () =>
      new Promise<void>((resolve) => {
        clock.schedule(4_000, () => resolve());
      });
    const careful = set.get(KEY, { forUpdate: true });
    for (const passed of [1_000, 3_000]) {
      await settled();
      clock.advance(passed);
    }
    expect(await careful).toBe(P2);
  });

  it('[S2.1] waits for its slowest relay as long as that may take', async () => {
    const relays = [
      new ModelStore('relay'),
      Object.assign(new ModelStore('slow'), { readTimeoutMs: 15_000 }),
    ] as const;
    const { set, clock } = setUp(0, { relays });
    relays[1].force(P1);
    relays[1].before = () => new Promise((resolve) => clock.schedule(10_000, resolve));
    const read = set.get(KEY);
    await settled();
    clock.advance(10_000);
    expect(await read).toBe(P1);
    expect([set.readTimeoutMs, clock.pending]).toEqual([16_000, 0]);
  });

  it('[S2.3] tells which relays have something older than it gives, or nothing, or do not say', async () => {
    const { set, relays } = setUp(4);
    const behind: string[][] = [];
    const read = () => set.get(KEY, { forUpdate: true, onBehind: (names) => behind.push([...names]) });
    expect(await read()).toBeUndefined();
    for (const [index, packet] of [P2, P1, undefined].entries()) if (packet) relays[index]?.force(packet);
    failing(relays[3] as ModelStore);
    expect(await read()).toBe(P2);
    for (const relay of relays) relay.force(P2);
    expect(await read()).toBe(P2);
    expect(behind).toEqual([['relay1', 'relay2', 'relay3'], ['relay3']]);
  });

  it('asks all at once', async () => {
    const { set, relays } = setUp(5);
    const asked: string[] = [];
    let go = (): void => {};
    const gate = new Promise<void>((resolve) => {
      go = resolve;
    });
    for (const relay of relays) {
      relay.before = () => {
        asked.push(relay.name);
        return gate;
      };
    }
    const read = set.get(KEY);
    expect(asked).toHaveLength(5);
    go();
    expect(await read).toBeUndefined();
  });

  it('refuses keys of other lengths', async () => {
    const { set } = setUp();
    expect((await rejectionOf(set.get(new Uint8Array(31)))).code).toBe('DISCOVERY_WRONG_LENGTH');
  });
});

describe('put', () => {
  it('stores with all, and reports who did not', async () => {
    const { logger, warnings } = recorder();
    const { set, a, b } = setUp(3, { logger });
    failing(b);
    const report = await set.put(P1);
    expect(report.stored).toEqual(['relay0', 'relay2']);
    expect(report.failed).toMatchObject([{ relay: 'relay1', error: { code: 'DISCOVERY_OFFLINE' } }]);
    expect(a.peek(KEY)).toBe(P1);
    expect(warnings).toEqual([{ what: 'storing a packet', relay: 'relay1', code: 'DISCOVERY_OFFLINE' }]);
  });

  it('fails if nobody has stored it', async () => {
    const { set, a, b } = setUp();
    failing(a);
    failing(b);
    expect((await rejectionOf(set.put(P1))).code).toBe('DISCOVERY_NO_RELAY');
  });

  it('tells a conflict from other failures, because reading again can solve it', async () => {
    const { set, a, b } = setUp();
    failing(a);
    b.force(P2);
    expect((await rejectionOf(set.put(P3, { replacing: P1.timestamp }))).code).toBe('DISCOVERY_CONFLICT');
  });

  it('tells each relay which packet of its own is replaced, so that one that is behind catches up', async () => {
    const { set, a, b, relays } = setUp(4);
    a.force(P2);
    b.force(P1);
    const broken = relays[3] as ModelStore;
    failing(broken);
    await set.get(KEY, { forUpdate: true });
    working(broken);
    const report = await set.put(P3, { replacing: P2.timestamp });
    expect(report.stored).toEqual(['relay0', 'relay1', 'relay2', 'relay3']);
    expect(relays.map(({ writes }) => writes[0]?.replacing)).toEqual([2_000n, 1_000n, undefined, undefined]);
  });

  it('[S2.3] stores nothing that was made of something older than what it has seen since, or of nothing', async () => {
    const { set, a, b } = setUp();
    a.force(P1);
    await set.get(KEY, { forUpdate: true });
    a.force(P2);
    await set.get(KEY);
    for (const replacing of [P1.timestamp, undefined]) {
      expect(await rejectionOf(set.put(P3, { replacing }))).toMatchObject({
        code: 'DISCOVERY_CONFLICT',
        context: { relay: 'relay0, relay1', status: 412 },
      });
    }
    expect([a, b].map(({ writes }) => writes.length)).toEqual([0, 0]);
    // The same once more, for those who have lost it, replaces nothing.
    expect((await set.put(P2)).stored).toEqual(['relay0', 'relay1']);
    expect((await set.put(P3, { replacing: P2.timestamp })).stored).toEqual(['relay0', 'relay1']);
  });

  it('[S2.3] asks relays that were silent before an update again, and stores nothing if one has something newer', async () => {
    const { set, a, b } = setUp();
    a.force(P1);
    failing(b);
    expect(await set.get(KEY, { forUpdate: true })).toEqual(P1);
    // Back, with what another device has published there.
    working(b);
    b.force(P2);
    expect(await rejectionOf(set.put(P3, { replacing: P1.timestamp }))).toMatchObject({
      code: 'DISCOVERY_CONFLICT',
      context: { status: 412 },
    });
    expect([a, b].map(({ writes }) => writes.length)).toEqual([0, 0]);
    expect(b.reads.map(({ forUpdate }) => forUpdate)).toEqual([true, true]);
  });

  it('[S2.3] stores nothing with a relay that cannot be read, since nobody knows what it would replace', async () => {
    const { set, a, b } = setUp();
    a.force(P1);
    b.force(P2);
    b.before = (call) => {
      if (call === 'get') throw offline('relay1');
    };
    await set.get(KEY, { forUpdate: true });
    const report = await set.put(P3, { replacing: P1.timestamp });
    expect(report.stored).toEqual(['relay0']);
    expect(report.failed).toMatchObject([{ relay: 'relay1', error: { code: 'DISCOVERY_OFFLINE' } }]);
    expect(b.peek(KEY)).toBe(P2);
    failing(a);
    await rejectionOf(set.get(KEY, { forUpdate: true }));
    const nobody = await rejectionOf(set.put(P3, { replacing: P1.timestamp }));
    expect([nobody.code, nobody.context['what']]).toEqual(['DISCOVERY_NO_RELAY', 'storing a packet']);
  });

  it('knows what relays have after it stored something, and forgets it when they fail', async () => {
    const { set, a, b } = setUp();
    await set.put(P1, { replacing: undefined });
    failing(b);
    await set.put(P2, { replacing: P1.timestamp });
    working(b);
    b.force(P2);
    await set.put(P3, { replacing: P2.timestamp });
    expect([a, b].map(({ writes }) => writes.map(({ replacing }) => replacing))).toEqual([
      [undefined, 1_000n, 2_000n],
      [undefined, 1_000n, 2_000n],
    ]);
  });

  it('never replaces something newer that it knows of, whatever relays would do', async () => {
    const { set, a, b } = setUp();
    a.force(P3);
    await set.get(KEY);
    a.forget(KEY);
    expect((await rejectionOf(set.put(P2))).code).toBe('DISCOVERY_CONFLICT');
    expect([a, b].map(({ writes }) => writes.length)).toEqual([0, 0]);
  });

  it('[T2] waits five seconds for others once one has stored it', async () => {
    const { set, clock, b } = setUp();
    b.before = never;
    const stored = set.put(P1);
    await settled();
    clock.advance(5_000);
    expect((await stored).failed).toMatchObject([{ error: { code: 'DISCOVERY_TIMED_OUT' } }]);
    expect(clock.pending).toBe(0);
  });

  it('[T2] is cancelled by its signal', async () => {
    const { set, a, b } = setUp();
    a.before = never;
    b.before = never;
    const controller = new AbortController();
    const stored = rejectionOf(set.put(P1, { signal: controller.signal }));
    await settled();
    controller.abort();
    expect((await stored).code).toBe('DISCOVERY_CANCELLED');
  });
});

function never(): Promise<never> {
  return new Promise(() => {});
}

async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
