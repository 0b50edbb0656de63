import { describe, expect, it } from 'vitest';
import { createDhtTarget } from '../../src/dht/dht-target.ts';
import { type DnsRecord, ownName, type Publication, signPacket, userRecord } from '../../src/index.ts';
import { filled, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { clockAt, OWNER, recordText, STAMPED } from '../records/key-records.ts';
import { ModelStore, offline } from '../relay-model.ts';

const IDENTITY = OWNER.publicKey;
const HOMESERVER = userRecord({ identity: IDENTITY, homeserver: filled(8) });
const OTHER = text(ownName(IDENTITY, '_other'), 'x');
const NAMES = { homeserver: '_pubky', other: '_other', key: '_noise.phone1' };

async function places() {
  const dht = new ModelStore('the DHT');
  const relays = new ModelStore('relays');
  const clock = clockAt(STAMPED);
  const target = createDhtTarget({ dht, relays, signer: OWNER, clock });
  const record = await recordText();
  const key: Publication = { kind: 'key', identity: IDENTITY, device: 'phone1', record };
  const hold = async (store: ModelStore, timestamp: bigint, records: readonly DnsRecord[]): Promise<void> =>
    store.force(await signPacket(OWNER, records, timestamp));
  const names = () =>
    (dht.peek(IDENTITY)?.records ?? []).map(({ name }) => name.split('.').slice(0, -1).join('.'));
  return { dht, relays, target, key, hold, names };
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
});
