import { describe, expect, it } from 'vitest';
import { createDhtTarget, type DhtTargetOptions } from '../../src/dht/dht-target.ts';
import { type DnsRecord, ownName, type Publication, signPacket, userRecord } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { clockAt, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { soon } from '../soon.ts';

const IDENTITY = OWNER.publicKey;
const HOMESERVER = userRecord({ identity: IDENTITY, homeserver: filled(8) });
const OTHER = text(ownName(IDENTITY, '_other'), 'x');
/** Goes on second by second, as long as it is said. @returns What has become of the work by then. */
async function after(
  seconds: number,
  clock: ReturnType<typeof clockAt>,
  work: Promise<void>,
): Promise<string> {
  let outcome = 'under way';
  work.then(
    () => {
      outcome = 'published';
    },
    (error) => {
      outcome = error.code;
    },
  );
  for (let second = 0; second < seconds; second++) {
    await soon();
    clock.advance(1_000);
    await soon();
  }
  await soon();
  return outcome;
}

const NAMES = { homeserver: '_pubky', other: '_other', key: '_noise.phone1' };

async function places() {
  const dht = new ModelStore('the DHT');
  const relays = new ModelStore('relays');
  const clock = clockAt(STAMPED);
  const target = createDhtTarget({ dht, relays, signer: OWNER, clock });
  /** A target over a DHT that may take 30 s to answer, and keeps no signal. */
  const slowly = (options: Partial<DhtTargetOptions> = {}) =>
    createDhtTarget({
      dht: {
        name: dht.name,
        readTimeoutMs: 30_000,
        get: (key, call) => dht.get(key, call),
        put: (packet, call) => dht.put(packet, call),
      },
      relays,
      signer: OWNER,
      clock,
      ...options,
    });
  const record = await recordText();
  const key: Publication = { kind: 'key', identity: IDENTITY, device: 'phone1', record };
  const hold = async (store: ModelStore, timestamp: bigint, records: readonly DnsRecord[]): Promise<void> =>
    store.force(await signPacket(OWNER, records, timestamp));
  const names = () =>
    (dht.peek(IDENTITY)?.records ?? []).map(({ name }) => name.split('.').slice(0, -1).join('.'));
  return { dht, relays, target, slowly, clock, key, hold, names };
}

describe('createDhtTarget', () => {
  it('keeps what only the relays have, where their packet is newer, or the DHT has none [O1]', async () => {
    for (const before of [undefined, 1n]) {
      const { dht, relays, target, key, hold, names } = await places();
      if (before !== undefined) await hold(dht, before, [OTHER]);
      await hold(relays, 5n, [HOMESERVER, OTHER]);
      await target.publish(key);
      expect(names()).toEqual([NAMES.homeserver, NAMES.other, NAMES.key]);
      // The DHT compares with what it had itself.
      expect(dht.writes.map(({ replacing }) => replacing)).toEqual([before]);
      expect([target.name, relays.writes]).toEqual(['dht', []]);
    }
  });

  it('keeps what only the DHT has, where its packet is newer', async () => {
    const { dht, relays, target, key, hold, names } = await places();
    await hold(dht, 5n, [HOMESERVER, OTHER]);
    await hold(relays, 1n, [HOMESERVER]);
    await target.publish(key);
    expect(names()).toEqual([NAMES.homeserver, NAMES.other, NAMES.key]);
  });

  it('goes on without relays if the DHT has a packet, and not if it has none [S2.3]', async () => {
    const { dht, relays, target, key, hold, names } = await places();
    relays.before = () => {
      throw offline('relays');
    };
    expect((await rejectionOf(target.publish(key))).code).toBe('DISCOVERY_ABSENCE_UNCERTAIN');
    expect(dht.history).toEqual([]);
    await hold(dht, 5n, [HOMESERVER]);
    await target.publish(key);
    expect(names()).toEqual([NAMES.homeserver, NAMES.key]);
  });

  it('publishes nothing into a DHT that did not answer, and makes no packet where there is none [S2.3]', async () => {
    const { dht, relays, target, key, hold } = await places();
    expect((await rejectionOf(target.publish(key))).code).toBe('DISCOVERY_NO_PACKET');
    await hold(relays, 5n, [HOMESERVER]);
    dht.before = () => {
      throw offline('the DHT');
    };
    expect((await rejectionOf(target.publish(key))).code).toBe('DISCOVERY_OFFLINE');
    expect(dht.history).toEqual([]);
  });

  it('[O5] waits for as long as its node may take, and then says that it was too slow', async () => {
    const { dht, relays, slowly, clock, key, hold } = await places();
    await hold(dht, 1n, [HOMESERVER]);
    await hold(relays, 1n, [HOMESERVER]);
    let takesMs = 29_000;
    dht.before = (call) =>
      call === 'put' ? undefined : new Promise((resolve) => void clock.schedule(takesMs, resolve));
    expect(await after(70, clock, slowly().publish(key))).toBe('published');
    takesMs = 40_000;
    const writes = dht.writes.length;
    expect(await after(70, clock, slowly().publish(key))).toBe('DISCOVERY_TIMED_OUT');
    expect(dht.writes).toHaveLength(writes);
  });

  it('[S2.3] writes nothing where it has not read, though relays have a packet and the DHT answers late', async () => {
    const { dht, relays, slowly, clock, key, hold, names } = await places();
    await hold(relays, 1n, [HOMESERVER]);
    await hold(dht, 5n, [HOMESERVER, OTHER]);
    dht.before = (call) =>
      call === 'put' ? undefined : new Promise((resolve) => void clock.schedule(32_000, resolve));
    const signer = {
      publicKey: IDENTITY,
      async sign(message: Uint8Array) {
        await new Promise<void>((resolve) => void clock.schedule(5_000, resolve));
        return OWNER.sign(message);
      },
    };
    expect(await after(100, clock, slowly({ signer }).publish(key))).toBe('DISCOVERY_TIMED_OUT');
    expect(names()).toEqual([NAMES.homeserver, NAMES.other]);
    expect(dht.writes).toEqual([]);
  });

  it('writes nothing again because relays are behind, to which it does not write', async () => {
    const { dht, relays, target, key, hold } = await places();
    await hold(dht, 1n, [HOMESERVER]);
    await hold(relays, 1n, [HOMESERVER]);
    for (let times = 0; times < 3; times++) await target.publish(key);
    expect(dht.writes).toHaveLength(1);
    // But if the DHT is.
    const published = dht.peek(IDENTITY)!;
    relays.force(published);
    await hold(dht, 1n, [HOMESERVER]);
    await target.publish(key);
    expect([dht.writes.length, dht.peek(IDENTITY)]).toEqual([2, published]);
  });
});
