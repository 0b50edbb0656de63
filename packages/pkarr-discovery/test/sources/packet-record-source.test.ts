import { decodeUtf8 } from '@pubky-paykit/primitives';
import { describe, expect, it } from 'vitest';
import {
  createPacketRecordSource,
  createRelay,
  createRelaySet,
  type DnsRecord,
  ownName,
  type PacketSource,
  signPacket,
} from '../../src/index.ts';
import { ascii, rejectionOf } from '../bytes.ts';
import { text } from '../packets.ts';
import { ModelStore, offline } from '../relay-model.ts';
import { numbered } from '../signers.ts';

const OWNER = numbered(3);
const CALL = { signal: new AbortController().signal };

function at(label: string): string {
  return ownName(OWNER.publicKey, label);
}

async function storeWith(...records: readonly DnsRecord[]): Promise<ModelStore> {
  const store = new ModelStore();
  store.force(await signPacket(OWNER, records, 1n));
  return store;
}

function look(store: ModelStore) {
  return createPacketRecordSource({ packets: store }).look(OWNER.publicKey);
}

async function texts(store: ModelStore, device: string): Promise<string[]> {
  return (await look(store).read(device, CALL)).map(decodeUtf8);
}

describe('createPacketRecordSource', () => {
  it('goes by the name of its packets unless it has one of its own', () => {
    const packets = new ModelStore('relay.example');
    expect(createPacketRecordSource({ packets }).name).toBe('relay.example');
    expect(createPacketRecordSource({ packets, name: 'relays' }).name).toBe('relays');
  });

  it('waits just longer than its packets say they may take, so that a slow answer counts [S2.1]', () => {
    const timeoutOf = (packets: PacketSource, timeoutMs?: number): number =>
      createPacketRecordSource({ packets, ...(timeoutMs !== undefined && { timeoutMs }) }).timeoutMs;
    const silent = new ModelStore();
    expect(timeoutOf(silent)).toBe(7_000);
    expect(timeoutOf({ ...silent, name: 'DHT', get: async () => undefined, readTimeoutMs: 15_000 })).toBe(
      16_000,
    );
    const relay = createRelay({ url: 'https://relay.example' });
    expect(timeoutOf(createRelaySet({ relays: [relay, silent] }))).toBe(7_000);
    const slow = createRelay({ url: 'https://relay.example', readTimeoutMs: 20_000 });
    expect(timeoutOf(createRelaySet({ relays: [slow, silent] }))).toBe(22_000);
    expect(timeoutOf(slow, 3)).toBe(3);
  });

  it('reads all texts at the name of the device, their strings joined [I3]', async () => {
    const long: DnsRecord = {
      name: at('_noise.phone'),
      ttl: 300,
      data: { type: 'TXT', strings: [ascii('v=1;k='), ascii(''), ascii('AAAA')] },
    };
    const store = await storeWith(
      long,
      text(at('_noise.phone'), 'second'),
      text(at('_noise.laptop'), 'other'),
    );
    expect(await texts(store, 'phone')).toEqual(['v=1;k=AAAA', 'second']);
    expect(await texts(store, 'tablet')).toEqual([]);
  });

  it('overlooks empty texts, other types, other classes and names in upper case', async () => {
    const name = at('_noise.phone');
    const store = await storeWith(
      text(name, ''),
      { ...text(name, 'chaos'), class: 3 },
      { name, ttl: 300, data: { type: 'CNAME', target: 'example' } },
      text(at('_noise.Phone'), 'upper case'),
      text('_noise.phone.example', 'of somebody else'),
    );
    expect(await texts(store, 'phone')).toEqual([]);
  });

  it('has no record of an identity without a packet [F3]', async () => {
    expect(await texts(new ModelStore(), 'phone')).toEqual([]);
    expect(await look(new ModelStore()).devices(4, CALL)).toEqual({ names: [], complete: true });
  });

  it('lists each name once, whoever might take it for a device (P8 W-55)', async () => {
    const store = await storeWith(
      text(at('_noise.phone'), 'a'),
      text(at('_noise.phone'), 'b'),
      text(at('_noise.Big.Name'), 'c'),
      text(at('_noise'), 'd'),
      text(at('_pubky'), 'e'),
      text(`_noise.x.${'y'.repeat(52)}`, 'f'),
    );
    expect(await look(store).devices(4, CALL)).toEqual({ names: ['phone', 'Big.Name', ''], complete: true });
    expect(await look(store).devices(2, CALL)).toEqual({ names: ['phone', 'Big.Name'], complete: false });
  });

  it('asks once for all devices of a look-up, and again after a failure [O5]', async () => {
    const store = await storeWith(text(at('_noise.phone'), 'a'));
    const records = look(store);
    store.before = () => {
      throw offline();
    };
    expect((await rejectionOf(records.read('phone', CALL))).code).toBe('DISCOVERY_OFFLINE');
    store.before = () => {};
    await records.devices(4, CALL);
    await records.read('phone', CALL);
    await records.read('laptop', CALL);
    expect(store.reads).toHaveLength(2);
    expect(store.reads.every(({ signal }) => signal === CALL.signal)).toBe(true);
    await look(store).read('phone', CALL);
    expect(store.reads).toHaveLength(3);
  });

  it('refuses the packet of another key [S2.1]', async () => {
    const foreign = await signPacket(numbered(9), [text(at('_noise.phone'), 'a')], 1n);
    const packets = { name: 'liar', get: async () => foreign };
    const records = createPacketRecordSource({ packets }).look(OWNER.publicKey);
    expect((await rejectionOf(records.read('phone', CALL))).code).toBe('DISCOVERY_BAD_ANSWER');
  });
});
